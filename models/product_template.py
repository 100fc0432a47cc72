# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

from .product_product import TICKS

# What changes the number of every variant without any stock moving.
AVAILABILITY_FIELDS = frozenset({"active", "uom_id", "is_storable", "type"})


class ProductTemplate(models.Model):
    _inherit = "product.template"

    shopify_product = fields.Boolean(
        "Sell on Shopify", compute="_compute_shopify_product", inverse="_inverse_shopify_product",
        search="_search_shopify_product",
        help="Lists all variants on every connected Shopify shop of the product's company and keeps their stock there "
             "up to date.")
    shopify_partly = fields.Boolean(
        "Partly on Shopify", compute="_compute_shopify_product", help="Only some of the variants are sold on Shopify.")
    marketplace_listing_ids = fields.One2many(
        "marketplace.listing", "product_tmpl_id", "Marketplace Listings", readonly=True,
        groups="marketplace_sync.group_marketplace_user")

    @api.depends("product_variant_ids.shopify_product")
    def _compute_shopify_product(self):
        for template in self:
            ticks = template.product_variant_ids.mapped("shopify_product")
            template.shopify_product = bool(ticks) and all(ticks)
            template.shopify_partly = any(ticks) and not all(ticks)

    def _inverse_shopify_product(self):
        self._tick_variants("shopify_product")

    def _tick_variants(self, tick):
        """Tick the active variants of ticked products, and untick all variants of the others."""
        ticked = self.filtered(tick)
        unticked = self - ticked
        if self.env.context.get("import_file"):
            # A half-ticked product was exported as unticked: importing that again is not to change it.
            unticked -= unticked.filtered(
                lambda template: template.with_context(active_test=False).product_variant_ids.filtered(tick))
        ticked.product_variant_ids.write({tick: True})
        unticked.with_context(active_test=False).product_variant_ids.write({tick: False})

    def _search_shopify_product(self, operator, value):
        """Products of which at least one variant is sold on Shopify."""
        if operator != "in":
            return NotImplemented
        ticked = self.env["product.product"]._search([("shopify_product", "=", True)])
        return [("product_variant_ids", "in" if True in value else "not in", ticked)]

    def _get_related_fields_variant_template(self):
        return [*super()._get_related_fields_variant_template(), *TICKS]

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
