# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

from .platforms import BLANKS, ITEM_ID_FIELDS, TICKS


class ProductTemplate(models.Model):
    """One listing for all variants of a product, found in the shop by a SKU or an id of its own."""

    _inherit = "product.template"

    marketplace_as_one = fields.Boolean(
        "One Listing for All Variants",
        help="For shops that show this product as one item with one number. It is listed once on each account instead "
             "of once for every variant, as soon as at least one variant is sold there, and the number is the sum of "
             "all variants that are not archived, whether ticked or not.\n"
             "The variants' own listings are no longer updated: their items keep the number they show now, so take "
             "them out of the shop if nobody is to buy them there. Switch this off again, and the ticked variants are "
             "listed one by one as before; then the common item keeps its number.")
    marketplace_sku = fields.Char(
        "SKU of the Common Listing", copy=False, index="btree_not_null",
        help="The SKU that the item of the whole product has in the shop. Empty: the Internal Reference, as long as "
             "the product has one variant only. Not needed where the shop's own id is entered below.")

    def _common_sku(self):
        """The SKU that the listing of all variants is found by, or an empty string."""
        return self.marketplace_sku or self.default_code or ""

    def _wants_listing(self, platform, is_listed):
        """Whether the product is to have a listing of its own on the accounts of a platform.

        An active variant has to be ticked for a new one; one that is there stays for archived variants too, since
        the shop has to hear that nothing is left to sell.

        :param bool is_listed: whether it has one now
        """
        if not self.marketplace_as_one:
            return False
        ticked = self.with_context(active_test=False).product_variant_ids.filtered(f"{platform}_product")
        return any(is_listed or variant.active for variant in ticked)

    def _lost_variants(self):
        """What the common listings show is less without the variants that were deleted."""
        listings = self.env["marketplace.listing"]
        listings._of_whole_products(self)._mark("variant deleted")
        variants = self.filtered("marketplace_as_one").with_context(active_test=False).product_variant_ids
        for platform in TICKS.values():
            listings._follow_ticks(variants, platform)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_trimmed_sku(vals) for vals in vals_list])

    def write(self, vals):
        if {"marketplace_as_one", "marketplace_sku"}.isdisjoint(vals):
            return super().write(vals)
        former = {template: (template.marketplace_as_one, template._common_sku()) for template in self}
        result = super().write(self._with_trimmed_sku(vals))
        self.filtered(lambda template: template.marketplace_as_one != former[template][0])._list_otherwise()
        renamed = self.filtered(lambda template: template._common_sku() != former[template][1])
        if renamed:
            self.env["marketplace.listing"]._common_sku_changed(renamed, [former[template][1] for template in renamed])
        return result

    def _with_trimmed_sku(self, vals):
        if not vals.get("marketplace_sku"):
            return vals
        return {**vals, "marketplace_sku": vals["marketplace_sku"].strip(BLANKS) or False}

    def _list_otherwise(self):
        """Exchange the listings of the variants for one of the product, or the other way round."""
        if not self:
            return
        variants = self.with_context(active_test=False).product_variant_ids
        for platform in TICKS.values():
            self.env["marketplace.listing"]._follow_ticks(variants, platform)
        # Who shared a SKU, or an id, with the listings that are gone now may have it for itself.
        for field in ("default_code", *ITEM_ID_FIELDS):
            self.env["marketplace.listing"]._look_again(variants.mapped(field), field)
        self.env["marketplace.listing"]._look_again(self.mapped("marketplace_sku"))
