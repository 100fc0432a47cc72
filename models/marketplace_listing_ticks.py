# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models
from odoo.fields import Domain

from .marketplace_listing import NO_CONFLICT
from .platforms import PLATFORMS


class MarketplaceListing(models.Model):
    """Which products are listed, and by what they are found in the shop."""

    _inherit = "marketplace.listing"

    # === WHICH PRODUCTS ARE LISTED === #

    @api.model
    def _follow_ticks(self, products, platform):
        """Bring the listings of these variants, and of their products, in line with the `<platform>_product` ticks.

        A tick makes a listing on every account of the platform that may sell the product, or revives it; no
        tick archives the listings and leaves the shop as it is. The variants of a product that is listed as one
        share a listing of the product.

        :param products: product.product, of any company
        :param platform: a key of marketplace.config's `platform`
        """
        if not products:
            return
        products = products.sudo()
        templates = products.product_tmpl_id
        accounts = self.env["marketplace.config"].sudo().search([("platform", "=", platform)])
        listings = self.sudo().with_context(active_test=False).search([
            ("config_id", "in", accounts.ids), ("product_tmpl_id", "in", templates.ids),
            ("product_id", "in", [False, *products.ids])])
        by_pair = {(listing.config_id, listing.product_id or listing.product_tmpl_id): listing for listing in listings}
        common = templates.filtered("marketplace_as_one") | listings.filtered(
            lambda listing: not listing.product_id).product_tmpl_id
        missing, revived, archived = [], [], []
        for account in accounts:
            for product in (*products, *common):
                listing = by_pair.get((account, product))
                is_listed = bool(listing and listing.active)
                wanted = product._wants_listing(platform, is_listed) and account._may_sell(product)
                if wanted and not listing:
                    field = "product_id" if product._name == "product.product" else "product_tmpl_id"
                    missing.append({"config_id": account.id, field: product.id})
                elif wanted and not is_listed:
                    revived.append(listing.id)
                elif is_listed and not wanted:
                    archived.append(listing.id)
        self.sudo().browse(archived).write({"active": False})
        self.sudo().browse(revived)._revive()
        self.sudo().create(missing)

    def _revive(self):
        # What was acknowledged before says nothing: meanwhile another listing, or a person, looked after the shop.
        self.level_ids.unlink()
        self.filtered(lambda listing: listing.state == "conflict").write({"state": "linked"})
        self.write({"active": True, **NO_CONFLICT})

    @api.model
    def _of_whole_products(self, templates):
        """The listings of whole products, archived ones too: they are revived with what they were linked to."""
        return self.sudo().with_context(active_test=False).search([
            ("product_id", "=", False), ("product_tmpl_id", "in", templates.ids)])

    # === WHAT THEY ARE FOUND BY === #

    @api.model
    def _link_changed(self, products, field, former):
        """Forget what listings of these products were linked to, and look again at who shared the SKU or id with them.

        :param products: product.product with a new value in what they are found by in the shop
        :param str field: `default_code`, or a marketplace's own id
        :param former: the values they had before
        """
        # Also those nobody ticks now: they are revived with what they were linked to.
        own = self.sudo().with_context(active_test=False).search([("product_id", "in", products.ids)])
        whole = self._of_whole_products(products.product_tmpl_id)
        if field == "default_code":
            own |= whole._with_another_sku()
        else:
            own = (own | whole).filtered(lambda listing: PLATFORMS[listing.platform].item_id_field == field)
        own._forget_link(_link_reason(field))
        self._look_again([*former, *products.mapped(field)], field)

    @api.model
    def _common_sku_changed(self, templates, former):
        """As `_link_changed`, for products with a new SKU of their common listing.

        :param templates: product.template
        :param former: the SKUs they had before
        """
        self._of_whole_products(templates)._with_another_sku()._forget_link(_link_reason("default_code"))
        self._look_again([*former, *(template._common_sku() for template in templates)])

    def _with_another_sku(self):
        """Those listings of whole products that were linked by another SKU than the one they have now."""
        return self.filtered(lambda listing: (listing.sku or "") != listing.product_tmpl_id._common_sku())

    def _forget_link(self, reason):
        self.write({"state": "pending", "external_id": False, "error": False, **NO_CONFLICT})
        self.level_ids.unlink()
        self._mark(reason)

    @api.model
    def _look_again(self, values, field="default_code"):
        """Try failed listings with these SKUs, or ids, again: who else has it may have been what was wrong."""
        values = [value for value in values if value]
        if values:
            found_by = Domain("sku", "in", values) if field == "default_code" else (
                Domain(f"product_id.{field}", "in", values)
                | Domain("product_id", "=", False) & Domain(f"product_tmpl_id.{field}", "in", values))
            self.sudo().search(found_by & Domain("state", "=", "error"))._mark(_link_reason(field))


def _link_reason(field):
    return "SKU" if field == "default_code" else "id in the shop"
