# SPDX-License-Identifier: LGPL-3.0-or-later
"""What tests of the listings of whole products share."""

from odoo import Command

from .draining import DrainCase


class CommonListingCase(DrainCase):

    def shirt(self, stock=(3, 4), sold=True, sku="SHIRT", **values):
        """A product with the variants SHIRT-S and SHIRT-M, listed as one."""
        template = self.template("SHIRT", sold=sold)
        template.write({"marketplace_as_one": True, "marketplace_sku": sku, **values})
        for variant, pieces in zip(self.variants(template), stock, strict=True):
            if pieces:
                self.set_stock(variant, pieces)
        return template

    def variants(self, template):
        """Its active variants, the small one first."""
        return template.product_variant_ids.sorted("id")

    def listed(self, template, account=None):
        """What is listed of a product: its variants, and True when it is as a whole."""
        listings = self.listing(template, account).filtered("active")
        return listings.product_id, bool(listings.filtered(lambda listing: not listing.product_id))

    def whole(self, template, account=None):
        return self.listing(template, account).filtered(lambda listing: not listing.product_id)

    def push(self, account=None):
        with self.silence():
            return self.drain(account)

    def shown(self, sku, shop=None):
        shop = shop or self.shop
        return shop.level(sku, shop.main)

    def add_variant(self, template, name="L"):
        line, known = template.attribute_line_ids, template.product_variant_ids
        line.value_ids = [Command.create({"name": name, "attribute_id": line.attribute_id.id})]
        return template.product_variant_ids - known
