# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class MarketplaceListing(models.Model):
    """Its history, as a chart and as a list."""

    _inherit = "marketplace.listing"

    history_chart = fields.Json(compute="_compute_history_chart")  # see `marketplace.history._chart`

    def _compute_history_chart(self):
        self._origin.check_access("read")  # the numbers are read past the rights on them
        for listing in self:
            saved = listing._origin  # a listing on a form that is being filled in has no history
            listing.history_chart = self.env["marketplace.history"]._chart(saved) if saved else False

    def action_open_history(self):
        """Open the numbers acknowledged over time, to search them and to sum them up."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.actions"]._for_xml_id("marketplace_sync.marketplace_history_action"),
            "domain": [("listing_id", "=", self.id)],
        }
