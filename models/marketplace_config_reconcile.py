# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError


class MarketplaceConfig(models.Model):
    """Comparing an account with its shop."""

    _inherit = "marketplace.config"

    reconcile_ids = fields.One2many("marketplace.reconcile", "config_id", "Comparisons", readonly=True)
    drift_count = fields.Integer("Drift", compute="_compute_drift_count", help="Found by the last comparison.")

    def _compute_drift_count(self):
        for account in self:
            account.drift_count = account._last_comparison().drifted

    def _forget_links(self):
        # What a comparison under way has found, and how far it has come, says nothing about another seller's shop.
        result = super()._forget_links()
        for run in self.sudo().reconcile_ids.filtered(lambda run: run.state == "running"):
            run._begin_anew()
        return result

    def action_reconcile(self):
        """Have all numbers the shop shows compared with what they should be, in the background.

        :raise UserError: when the shop can't be asked
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "connected":
            raise UserError(self.env._("%s is not connected: test the connection first, or resume it.", self.name))
        if not self._ask(lambda adapter: adapter.can_read):
            raise UserError(self.env._(
                "%s can't be asked for its numbers: its request format says nothing about reading them.", self.name))
        run = self.env["marketplace.reconcile"].sudo()._begin(self)
        run._come_back()
        return self._notify("success", self.env._(
            "%(total)s listings are compared with the shop (%(progress).0f %% done). What differs is listed under "
            "Drift and pushed again.", total=run.total, progress=run.progress))

    def action_open_drift(self):
        """Show what the last comparison found."""
        action = self._open("marketplace_sync.marketplace_drift_action")
        return {**action, "domain": [("reconcile_id", "=", self._last_comparison().id)]}

    def _last_comparison(self):
        return self.env["marketplace.reconcile"].search([("config_id", "=", self.id)], limit=1)
