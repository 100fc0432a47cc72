# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL


class MarketplaceAllowance(models.Model):
    """How many calls a marketplace grants an account in a window, and how many are used."""

    _name = "marketplace.allowance"
    _description = "Marketplace allowance"
    _order = "config_id, name"
    _log_access = False

    config_id = fields.Many2one("marketplace.config", "Account", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="config_id.company_id")
    name = fields.Char(required=True, readonly=True)
    used = fields.Integer(readonly=True, help="Requests counted against it.")
    granted = fields.Integer(readonly=True, help="Requests in one window.")
    is_assumed = fields.Boolean("Assumed", readonly=True, help="The marketplace does not say how many it grants.")
    resets_at = fields.Datetime("Next Window", readonly=True)
    read_at = fields.Datetime("Asked", readonly=True, help="When the marketplace was asked last.")

    _unique_name = models.Constraint("UNIQUE(config_id, name)", "An account has one allowance of a name.")

    @api.model
    def _store(self, account, allowances):
        """Write down what is granted and used now.

        :param allowances: list of dicts of name, used, granted, is_assumed, resets_at
        """
        known = {allowance.name: allowance for allowance in account.allowance_ids}
        for values in allowances:
            values = {**values, "read_at": fields.Datetime.now()}
            if values["name"] in known:
                known[values["name"]].write(values)
            else:
                self.create({"config_id": account.id, **values})

    @api.model
    def _spend(self, account, spent):
        """Count calls that were made.

        :param dict spent: calls by the allowance's name
        """
        for name, calls in spent.items():
            self.env.cr.execute(SQL(
                "UPDATE marketplace_allowance SET used = used + %s WHERE config_id = %s AND name = %s",
                calls, account.id, name))
        self.invalidate_model(["used"])
