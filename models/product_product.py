# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

TICKS = {"shopify_product": "shopify"}


class ProductProduct(models.Model):
    _inherit = "product.product"

    shopify_product = fields.Boolean(
        "Sell on Shopify", copy=False,
        help="Lists this variant on every connected Shopify shop of its company and keeps its stock there up to date.")
    marketplace_listing_ids = fields.One2many(
        "marketplace.listing", "product_id", "Marketplace Listings", readonly=True,
        groups="marketplace_sync.group_marketplace_user")

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create([self._with_ticks_of_siblings(vals) for vals in vals_list])
        for tick, platform in TICKS.items():
            ticked = products.filtered(tick)
            if ticked:
                self.env["marketplace.listing"]._follow_ticks(ticked, platform)
        return products

    def _with_ticks_of_siblings(self, vals):
        """A new variant of a product that is sold somewhere altogether is sold there too."""
        template = self.env["product.template"].browse(vals.get("product_tmpl_id"))
        return {**{tick: True for tick in TICKS if template and template[tick]}, **vals}

    def write(self, vals):
        former_skus = {product: product.default_code for product in self} if "default_code" in vals else {}
        result = super().write(vals)
        for tick in TICKS.keys() & vals.keys():
            self.env["marketplace.listing"]._follow_ticks(self, TICKS[tick])
        if "active" in vals:
            self.env["stock.availability.dirty"]._dirty(self.ids, "archived" if not vals["active"] else "unarchived")
            self.env["marketplace.listing"]._look_again(self.mapped("default_code"))
        changed = self.filtered(lambda product: product.default_code != former_skus.get(product, product.default_code))
        if changed:
            self.env["marketplace.listing"]._sku_changed(changed, [former_skus[product] for product in changed])
        return result

    def unlink(self):
        skus = self.mapped("default_code")
        result = super().unlink()
        self.env["marketplace.listing"]._look_again(skus)
        return result
