# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

APIS = {"inventory": "Inventory API", "trading": "Trading API"}  # eBay's own names of them
RESERVE = 0.1  # of what is granted, kept for listings that sell out
READ_AGAIN = timedelta(hours=1)  # others may use up the same allowance


class MarketplaceAllowance(models.Model):
    """How many calls a marketplace grants an account in a window, and how many are used."""

    _name = "marketplace.allowance"
    _description = "Marketplace allowance"
    _order = "config_id, name"
    _log_access = False

    config_id = fields.Many2one("marketplace.config", "Account", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="config_id.company_id")
    name = fields.Char(required=True, readonly=True)
    used = fields.Integer("Used so far", readonly=True, help="Requests counted against it.")
    granted = fields.Integer(readonly=True, help="Requests in one window.")
    is_assumed = fields.Boolean("Assumed", readonly=True, help="The marketplace does not say how many it grants.")
    resets_at = fields.Datetime("Next Window", readonly=True)
    read_at = fields.Datetime("Asked", readonly=True, help="When the marketplace was asked last.")

    _unique_name = models.Constraint("UNIQUE(config_id, name)", "An account has one allowance of a name.")

    @api.depends("name")
    def _compute_display_name(self):
        for allowance in self:
            allowance.display_name = APIS.get(allowance.name, allowance.name)

    @property
    def left(self):
        """Calls that may still be made in this window."""
        return max(0, self.granted - self.used)

    @property
    def reserve(self):
        """Calls kept for listings that sell out."""
        return int(self.granted * RESERVE)

    def _is_fresh(self):
        """Whether it holds for the window there is now, and was read not long ago."""
        now = fields.Datetime.now()
        return now < self.resets_at and now - self.read_at < READ_AGAIN

    @api.model
    def _store(self, account, allowances):
        """Write down what is granted and used now.

        :param allowances: list of dicts of name, used, granted, is_assumed, resets_at
        """
        # Not through the ORM: another drain of this account may store the first of that name at the same time.
        for values in allowances:
            self.env.cr.execute(SQL(
                """
                INSERT INTO marketplace_allowance (config_id, name, used, granted, is_assumed, resets_at, read_at)
                VALUES (%(account)s, %(name)s, %(used)s, %(granted)s, %(is_assumed)s, %(resets_at)s, %(read_at)s)
                    ON CONFLICT (config_id, name)
                    DO UPDATE SET used = excluded.used, granted = excluded.granted, is_assumed = excluded.is_assumed,
                                  resets_at = excluded.resets_at, read_at = excluded.read_at
                """, account=account.id, read_at=fields.Datetime.now(), **values))
        self.invalidate_model()
        account.invalidate_recordset(["allowance_ids"])

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
