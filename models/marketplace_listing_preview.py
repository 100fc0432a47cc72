# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models
from odoo.exceptions import UserError

from ..adapters.base import AdapterError, Level


class MarketplaceListing(models.Model):
    """Showing what would be sent for a listing."""

    _inherit = "marketplace.listing"

    def action_preview_request(self):
        """Show the exact request that would publish this listing now, its secrets masked. Nothing is sent.

        :raise UserError: why there is no such request
        """
        self.ensure_one()
        self.check_access("read")
        if self.platform != "rest":
            raise UserError(self.env._("Requests can be previewed for accounts of the platform Other (REST) only."))
        account = self.sudo().config_id
        levels = self.sudo()._levels_to_preview()
        try:
            with account._adapter() as adapter:
                shown = adapter.preview(levels)
        except AdapterError as error:
            raise UserError(error.reason) from None
        preview = self.env["marketplace.request.preview"].create({
            "method": shown.method, "url": shown.url, "body": shown.body,
            "headers": "\n".join(f"{name}: {value}" for name, value in shown.headers.items()),
        })
        return {
            "type": "ir.actions.act_window", "name": self.env._("Request for %s", self.display_name),
            "res_model": preview._name, "res_id": preview.id, "view_mode": "form", "target": "new",
        }

    def _levels_to_preview(self):
        """What would be pushed for this listing now, at each location."""
        account = self.config_id
        products = self.product_id or self.product_tmpl_id.product_variant_ids
        sku = (self.product_id or self.product_tmpl_id).default_code or ""
        external_id = self.external_id or sku
        if not external_id:
            raise UserError(self.env._("The product has no SKU: fill in its Internal Reference."))
        numbers = self.env["marketplace.quantity"]._of_listings(
            account, {self.id: products.filtered("active").ids})
        if not numbers:
            raise UserError(self.env._("Choose on %s which Odoo locations feed it.", account.name))
        places = {place.id: place.external_id for place in account.location_ids}
        return [
            Level(key, external_id, places[key[1]], quantity, sku=sku) for key, quantity in numbers.items()
        ]
