# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

from .platforms import ITEM_ID_FIELDS, TICKS

# What a listing is found by in the shop.
LINK_FIELDS = {"default_code", *ITEM_ID_FIELDS}


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
    marketplace_rule_ids = fields.One2many(
        "marketplace.rule", "product_id", "Marketplace Rules",
        groups="marketplace_sync.group_marketplace_user")

    # What the filters of the products' list look for.
    _on_shopify_index = models.Index("(product_tmpl_id) WHERE shopify_product IS TRUE")
    _on_ebay_index = models.Index("(product_tmpl_id) WHERE ebay_product IS TRUE")
    _on_cartona_index = models.Index("(product_tmpl_id) WHERE cartona_product IS TRUE")
    _on_rest_index = models.Index("(product_tmpl_id) WHERE rest_product IS TRUE")

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create([self._with_siblings(vals) for vals in vals_list])
        for tick, platform in TICKS.items():
            ticked = products.filtered(tick)
            if ticked:
                self.env["marketplace.listing"]._follow_ticks(ticked, platform)
        # A kit can be sold at once: no stock of its own has to move before.
        self.env["stock.availability.dirty"]._dirty(products.filtered("marketplace_as_one").ids, "new variant")
        return products

    def _with_siblings(self, vals):
        """A new variant of a product that is sold somewhere altogether is sold there too, in its common listing."""
        template = self.env["product.template"].browse(vals.get("product_tmpl_id"))
        common = {tick: True for tick in TICKS if template and template[tick]}
        if template and template.marketplace_as_one:
            common |= {field: template[field] for field in ITEM_ID_FIELDS if template[field]}
        return {**common, **vals}

    def write(self, vals):
        changing = LINK_FIELDS & vals.keys()
        former = {product: product._link_values() for product in self} if changing else {}
        result = super().write(vals)
        for tick in TICKS.keys() & vals.keys():
            if not vals[tick]:
                self._untick_archived_siblings(tick)
            self.env["marketplace.listing"]._follow_ticks(self, TICKS[tick])
            self.env["marketplace.bulk"]._repeat_behind(self, TICKS[tick], vals[tick])
        if "active" in vals:
            self.env["stock.availability.dirty"]._dirty(self.ids, "archived" if not vals["active"] else "unarchived")
            self.env["marketplace.listing"]._look_again(self.mapped("default_code"))
        if vals.get("active"):
            for platform in TICKS.values():
                self.env["marketplace.listing"]._follow_ticks(self.filtered("marketplace_as_one"), platform)
        for field in changing:
            changed = self.filtered(lambda product, field=field: product[field] != former[product][field])
            if changed:
                self.env["marketplace.listing"]._link_changed(
                    changed, field, [former[product][field] for product in changed])
        return result

    def unlink(self):
        skus, templates = self.mapped("default_code"), self.product_tmpl_id
        result = super().unlink()
        self.env["marketplace.listing"]._look_again(skus)
        templates.exists()._lost_variants()
        return result

    def _link_values(self):
        return {field: self[field] for field in LINK_FIELDS}

    def _wants_listing(self, platform, _is_listed):
        """Whether the variant is to have a listing of its own on the accounts of a platform."""
        return self[f"{platform}_product"] and not self.marketplace_as_one

    def _untick_archived_siblings(self, tick):
        """Whoever unticks the last variant of a product that is listed as one sells none of it any more.

        Only active variants can be seen on the product: archived ones must not keep its listing.
        """
        siblings = self.env[self._name]
        for template in self.product_tmpl_id.filtered("marketplace_as_one"):
            ticked = template.with_context(active_test=False).product_variant_ids.filtered(tick)
            if not any(ticked.mapped("active")):
                siblings |= ticked
        if siblings:
            siblings.write({tick: False})
