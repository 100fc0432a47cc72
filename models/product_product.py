# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

from .platforms import PLATFORMS, TICKS

# What a listing is found by in the shop.
LINK_FIELDS = {"default_code", *(platform.item_id_field for platform in PLATFORMS.values() if platform.item_id_field)}


class ProductProduct(models.Model):
    _inherit = "product.product"

    shopify_product = fields.Boolean(
        "Sell on Shopify", copy=False,
        help="Lists this variant on every connected Shopify shop of its company and keeps its stock there up to date.")
    ebay_product = fields.Boolean(
        "Sell on eBay", copy=False,
        help="Lists this variant on every connected eBay account of its company and keeps its stock there up to date.")
    cartona_product = fields.Boolean(
        "Sell on Cartona", copy=False,
        help="Lists this variant on every connected Cartona account of its company and keeps its stock there up to "
             "date.")
    rest_product = fields.Boolean(
        "Sell on Other Shops", copy=False,
        help="Lists this variant on every connected REST shop of its company and keeps its stock there up to date.")
    ebay_item_id = fields.Char(
        "eBay Item Number", copy=False,
        help="Only for a listing that was not made with eBay's Inventory API (on eBay's own pages, say): the number "
             "in its address. Listings made with that API are found by their SKU.")
    cartona_id = fields.Char(
        "Cartona Product ID", copy=False,
        help="Cartona's supplier_product_id, or base:650 for its base product 650. Empty: the product is found by its "
             "SKU (Cartona's internal_product_id).")
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
        changing = LINK_FIELDS & vals.keys()
        former = {product: product._link_values() for product in self} if changing else {}
        result = super().write(vals)
        for tick in TICKS.keys() & vals.keys():
            self.env["marketplace.listing"]._follow_ticks(self, TICKS[tick])
        if "active" in vals:
            self.env["stock.availability.dirty"]._dirty(self.ids, "archived" if not vals["active"] else "unarchived")
            self.env["marketplace.listing"]._look_again(self.mapped("default_code"))
        for field in changing:
            changed = self.filtered(lambda product, field=field: product[field] != former[product][field])
            if changed:
                self.env["marketplace.listing"]._link_changed(
                    changed, field, [former[product][field] for product in changed])
        return result

    def unlink(self):
        skus = self.mapped("default_code")
        result = super().unlink()
        self.env["marketplace.listing"]._look_again(skus)
        return result

    def _link_values(self):
        return {field: self[field] for field in LINK_FIELDS}
