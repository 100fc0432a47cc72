# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class ProductTemplate(models.Model):
    """A product with all its variants on the marketplaces."""

    _name = "product.template"
    _inherit = ["product.template", "marketplace.product"]

    def action_open_marketplace_listings(self):
        """Open the listings of these products and their variants."""
        return self._open_listings()

    def action_sync_with_marketplaces(self):
        """Push the listings of these products now, and say what happened."""
        return self._sync_listings()

    def action_publish_on_marketplaces(self):
        """Ask where these products are to be sold."""
        return self._open_publishing("publish")

    def action_stop_on_marketplaces(self):
        """Ask where these products are not to be sold any more."""
        return self._open_publishing("stop")

    def _variants_to(self, mode):
        """What a tick, or its removal, on these products concerns: archived variants are only unticked."""
        return self.env["product.product"].with_context(active_test=mode == "publish").search(
            [("product_tmpl_id", "in", self.ids)])
