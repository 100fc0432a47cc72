# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

TICKS = {"shopify_product": "shopify"}


class ProductProduct(models.Model):
    _inherit = "product.product"

    shopify_product = fields.Boolean(
        "Sell on Shopify", copy=False,
        help="Lists this variant on every connected Shopify shop of its company and keeps its stock there up to date.")
    marketplace_listing_ids = fields.One2many(
        "marketplace.listing", "product_id", "Marketplace Listings", readonly=True)

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
        former_skus = self.mapped("default_code") if "default_code" in vals else []
        result = super().write(vals)
        for tick in TICKS.keys() & vals.keys():
            self.env["marketplace.listing"]._follow_ticks(self, TICKS[tick])
        if "active" in vals:
            self.env["stock.availability.dirty"]._dirty(self.ids, "archived" if not vals["active"] else "unarchived")
        if "default_code" in vals:
            self.env["marketplace.listing"]._sku_changed(self, former_skus)
        return result
