# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class MarketplaceListing(models.Model):
    """From a listing to what the log says of it, and to the requests it was part of."""

    _inherit = "marketplace.listing"

    def action_open_log(self):
        """Show the lines of the log about this listing."""
        return self._open_own("marketplace_sync.marketplace_sync_log_action", "listing_id")

    def action_open_exchanges(self):
        """Show the kept requests this listing was part of."""
        return self._open_own("marketplace_sync.marketplace_exchange_action", "listing_ids")

    def _open_own(self, action, field):
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.actions"]._for_xml_id(action), "domain": [(field, "in", self.ids)], "context": {}}
