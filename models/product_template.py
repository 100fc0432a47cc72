# SPDX-License-Identifier: LGPL-3.0-or-later
from functools import partial

from odoo import api, fields, models

from .platforms import TICKS

# What changes the number of every variant without any stock moving.
AVAILABILITY_FIELDS = frozenset({"active", "uom_id", "is_storable", "type"})


def _tick_field(tick, **attributes):
    """A tick that shows, and sets, those of all variants of a product."""
    return fields.Boolean(
        compute="_compute_ticks", inverse=lambda products: products._tick_variants(tick),
        search=lambda products, operator, value: products._search_tick(tick, operator, value), **attributes)


_partly_field = partial(fields.Boolean, compute="_compute_ticks")


class ProductTemplate(models.Model):
    _inherit = "product.template"

    shopify_product = _tick_field(
        "shopify_product", string="Sell on Shopify",
        help="Lists all variants on every connected Shopify shop of the product's company and keeps their stock there "
             "up to date.")
    ebay_product = _tick_field(
        "ebay_product", string="Sell on eBay",
        help="Lists all variants on every connected eBay account of the product's company and keeps their stock there "
             "up to date.")
    cartona_product = _tick_field(
        "cartona_product", string="Sell on Cartona",
        help="Lists all variants on every connected Cartona account of the product's company and keeps their stock "
             "there up to date.")
    rest_product = _tick_field(
        "rest_product", string="Sell on Other Shops",
        help="Lists all variants on every connected REST shop of the product's company and keeps their stock there up "
             "to date.")
    shopify_partly = _partly_field("Partly on Shopify", help="Only some of the variants are sold on Shopify.")
    ebay_partly = _partly_field("Partly on eBay", help="Only some of the variants are sold on eBay.")
    cartona_partly = _partly_field("Partly on Cartona", help="Only some of the variants are sold on Cartona.")
    rest_partly = _partly_field("Partly on Other Shops", help="Only some of the variants are sold on other shops.")
    ebay_item_id = fields.Char(
        "eBay Item Number", compute="_compute_ebay_item_id", inverse="_inverse_ebay_item_id",
        search="_search_ebay_item_id",
        help="Only for a listing that was not made with eBay's Inventory API (on eBay's own pages, say): the number "
             "in its address. All variants of the product are in that one listing.")
    cartona_id = fields.Char(
        "Cartona Product ID", compute="_compute_cartona_id", inverse="_inverse_cartona_id",
        search="_search_cartona_id",
        help="Cartona's supplier_product_id, of a product with one variant or with one listing for all variants.")
    ebay_category_id = fields.Char("eBay Category", help="The number of the category on eBay.")
    ebay_condition = fields.Selection(
        [("1000", "New"), ("2000", "Refurbished"), ("3000", "Used")], "eBay Condition", default="1000")
    ebay_listing_duration = fields.Selection(
        [("Days_7", "7 days"), ("Days_30", "30 days"), ("GTC", "Good 'til cancelled")], "eBay Listing Duration",
        default="GTC")
    marketplace_listing_ids = fields.One2many(
        "marketplace.listing", "product_tmpl_id", "Marketplace Listings", readonly=True,
        groups="marketplace_sync.group_marketplace_user")

    # === TICKS === #

    @api.depends(*(f"product_variant_ids.{tick}" for tick in TICKS))
    def _compute_ticks(self):
        for template in self:
            for tick, platform in TICKS.items():
                ticks = template.product_variant_ids.mapped(tick)
                template[tick] = bool(ticks) and all(ticks)
                template[f"{platform}_partly"] = any(ticks) and not all(ticks)

    def _tick_variants(self, tick):
        """Tick the active variants of ticked products, and untick all variants of the others."""
        ticked = self.filtered(tick)
        unticked = self - ticked
        if self.env.context.get("import_file"):
            # A half-ticked product was exported as unticked: importing that again is not to change it.
            unticked = unticked.filtered(lambda template: all(template.product_variant_ids.mapped(tick) or [False]))
        ticked.product_variant_ids.write({tick: True})
        unticked.with_context(active_test=False).product_variant_ids.write({tick: False})

    def _search_tick(self, tick, operator, value):
        """Products of which at least one variant is sold on a platform."""
        if operator != "in":
            return NotImplemented
        ticked = self.env["product.product"]._search([(tick, "=", True)])
        return [("product_variant_ids", "in" if True in value else "not in", ticked)]

    # === IDS ON MARKETPLACES === #

    @api.depends("product_variant_ids.ebay_item_id")
    def _compute_ebay_item_id(self):
        self._compute_common_id("ebay_item_id")

    def _inverse_ebay_item_id(self):
        for template in self:
            template._sharing_variants().ebay_item_id = template.ebay_item_id

    def _search_ebay_item_id(self, operator, value):
        return [("product_variant_ids.ebay_item_id", operator, value)]

    @api.depends("product_variant_ids.cartona_id")
    def _compute_cartona_id(self):
        self._compute_common_id("cartona_id")

    def _inverse_cartona_id(self):
        as_one = self.filtered("marketplace_as_one")
        (self - as_one)._set_product_variant_field("cartona_id")
        for template in as_one:
            template._sharing_variants().cartona_id = template.cartona_id

    def _search_cartona_id(self, operator, value):
        return [("product_variant_ids.cartona_id", operator, value)]

    def _compute_common_id(self, field):
        """The marketplace's id that all variants have."""
        for template in self:
            variants = template.product_variant_ids or template.with_context(active_test=False).product_variant_ids
            ids = set(variants.mapped(field))
            template[field] = ids.pop() if len(ids) == 1 else False

    def _sharing_variants(self):
        """The variants that are given an id entered on the product.

        Of a product that is listed as one also the archived: brought back, they must not contradict the others.
        """
        return self.with_context(active_test=not self.marketplace_as_one).product_variant_ids

    def _get_related_fields_variant_template(self):
        return [*super()._get_related_fields_variant_template(), *TICKS, "ebay_item_id", "cartona_id"]

    # === CRUD === #

    def write(self, vals):
        result = super().write(vals)
        if AVAILABILITY_FIELDS.isdisjoint(vals) and "company_id" not in vals:
            return result
        variants = self.with_context(active_test=False).product_variant_ids
        if not AVAILABILITY_FIELDS.isdisjoint(vals):
            self.env["stock.availability.dirty"]._dirty(
                variants.ids, ", ".join(sorted(AVAILABILITY_FIELDS & vals.keys())))
        if "company_id" in vals:
            for platform in TICKS.values():
                self.env["marketplace.listing"]._follow_ticks(variants, platform)
        return result
