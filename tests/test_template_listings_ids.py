# SPDX-License-Identifier: LGPL-3.0-or-later
"""One listing for all variants of a product, found by a marketplace's own id."""

from odoo import Command

from odoo.addons.marketplace_sync.sandbox.cartona import Supplier
from odoo.addons.marketplace_sync.sandbox.ebay import Marketplace

from .test_platform_drains import PlatformDrainCase


class ById:
    """Common listings found by a marketplace's own id."""

    def shirt(self, item_id, **values):
        template = self.template("SHIRT", sold=False)
        template.write({
            "marketplace_as_one": True, f"{self.platform}_product": True, self.id_field: item_id, **values})
        for variant, pieces in zip(template.product_variant_ids.sorted("id"), (3, 4), strict=True):
            self.set_stock(variant, pieces)
        return template

    def change_ids(self, first, second):
        """The id is corrected while it is sold, and new variants, or archived ones, do not unlink it."""
        template = self.shirt(first)
        self.assertEqual(self.push(), (1, 0, 0))
        template.product_variant_ids[0].active = False
        template[self.id_field] = second
        self.assertEqual(self.push(), (1, 0, 0))
        template.with_context(active_test=False).product_variant_ids.active = True
        line = template.attribute_line_ids
        line.value_ids = [Command.create({"name": "L", "attribute_id": line.attribute_id.id})]
        self.assertEqual(len(template.product_variant_ids), 3)
        self.assertEqual(template[self.id_field], second)
        listing = self.listing(template, self.seller)
        listing._forget_link("test")
        self.push()
        self.assertEqual(listing.state, "linked")

    def test_two_products_with_one_id(self):
        item_id = self.add_item("SHIRT")
        first = self.shirt(item_id)
        second = self.offer("OTHER", 9, **{self.id_field: item_id})
        self.assertEqual(self.push(), (0, 2, 0))
        self.assertIn("leads to the same item", self.listing(first, self.seller).error)
        second[self.id_field] = False
        self.push()
        self.assertEqual(self.market.level(self.name_of("SHIRT", item_id)), 7)

    def test_a_variant_with_another_id(self):
        template = self.shirt(self.add_item("SHIRT"))
        template.product_variant_ids[0][self.id_field] = "999999"
        self.assertFalse(template[self.id_field])
        self.assertEqual(self.push(), (0, 1, 0))
        self.assertIn("no SKU", self.listing(template, self.seller).error)


class TestEbay(ById, PlatformDrainCase):
    platform, shop_class, id_field = "ebay", Marketplace, "ebay_item_id"

    def account_values(self):
        return {"client_id": self.market.client_id, "client_secret": self.market.client_secret}

    def secret_values(self):
        return {"refresh_token": self.market.refresh_token}

    def add_item(self, sku):
        return self.market.add_trading_item(sku, 1)

    def name_of(self, sku, _item_id):
        return sku

    def test_by_its_number(self):
        template = self.shirt(self.add_item("SHIRT"))
        self.assertEqual(self.push(), (1, 0, 0))
        self.assertEqual(self.market.level("SHIRT"), 7)
        self.assertTrue(self.listing(template, self.seller).external_id.startswith("item:"))

    def test_another_number(self):
        self.change_ids(self.add_item("SHIRT"), self.add_item("TEE"))
        self.assertEqual((self.market.level("SHIRT"), self.market.level("TEE")), (7, 7))

    def test_by_its_sku(self):
        self.market.add_item("SHIRT", 1)
        self.shirt(False, marketplace_sku="SHIRT")
        self.assertEqual(self.push(), (1, 0, 0))
        self.assertEqual(self.market.level("SHIRT"), 7)

    def test_a_listing_with_variations(self):
        number = self.market.add_trading_item("SHIRT", variations={"SHIRT-S": 1, "SHIRT-M": 2})
        template = self.shirt(number)
        self.assertEqual(self.push(), (0, 1, 0))
        self.assertIn("2 variants in the shop", self.listing(template, self.seller).error)
        template.marketplace_as_one = False
        self.assertEqual(self.push(), (2, 0, 0))
        self.assertEqual((self.market.level("SHIRT-S"), self.market.level("SHIRT-M")), (3, 4))


class TestCartona(ById, PlatformDrainCase):
    platform, shop_class, id_field = "cartona", Supplier, "cartona_id"

    def account_values(self):
        return {"access_token": self.market.token}

    def add_item(self, _sku):
        return self.market.add_item("", 1)

    def name_of(self, _sku, item_id):
        return item_id

    def test_by_its_id(self):
        cartona_id = self.add_item("SHIRT")
        self.shirt(cartona_id)
        self.assertEqual(self.push(), (1, 0, 0))
        self.assertEqual(self.market.level(cartona_id), 7)

    def test_another_id(self):
        first, second = self.add_item("SHIRT"), self.add_item("TEE")
        self.change_ids(first, second)
        self.assertEqual((self.market.level(first), self.market.level(second)), (7, 7))

    def test_variants_listed_one_by_one_have_no_common_id(self):
        template = self.template("SHIRT", sold=False)
        template.cartona_id = "650"
        self.assertEqual(template.product_variant_ids.mapped("cartona_id"), [False, False])
