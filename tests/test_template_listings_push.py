# SPDX-License-Identifier: LGPL-3.0-or-later
"""One listing for all variants of a product: which item of the shop it is, and what it shows."""

from .common_listing import CommonListingCase


class TestPush(CommonListingCase):
    """What the shop shows."""

    def test_sum_of_the_variants(self):
        self.shop.add_items(["SHIRT", "SHIRT-S", "SHIRT-M"], quantities={self.shop.main: 1})
        template = self.shirt()
        self.assert_result(self.push(), done=1)
        self.assertEqual(self.shown("SHIRT"), 7)
        self.assertEqual((self.shown("SHIRT-S"), self.shown("SHIRT-M")), (1, 1))
        self.assertRecordValues(self.whole(template), [{"state": "linked", "sku": "SHIRT", "quantity": 7}])
        self.set_stock(self.variants(template)[1], 0)
        self.push()
        self.assertEqual(self.shown("SHIRT"), 3)

    def test_variants_come_and_go(self):
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        template = self.shirt()
        small = self.variants(template)[0]
        self.push()
        added = self.add_variant(template)
        self.set_stock(added, 10)
        self.push()
        self.assertEqual(self.shown("SHIRT"), 17)
        small.active = False
        self.push()
        self.assertEqual(self.shown("SHIRT"), 14)
        small.active = True
        self.push()
        self.assertEqual(self.shown("SHIRT"), 17)
        template.active = False
        self.push()
        self.assertEqual(self.shown("SHIRT"), 0)
        template.active = True
        self.push()
        self.assertEqual(self.shown("SHIRT"), 17)

    def test_unticked_variants_count_too(self):
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        template = self.shirt()
        self.variants(template)[0].shopify_product = False
        self.push()
        self.assertEqual(self.shown("SHIRT"), 7)

    def test_the_shop_keeps_what_is_no_longer_listed(self):
        self.shop.add_items(["SHIRT", "SHIRT-S", "SHIRT-M"], quantities={self.shop.main: 0})
        template = self.shirt()
        small, medium = self.variants(template)
        template.marketplace_as_one = False
        self.push()
        self.assertEqual((self.shown("SHIRT-S"), self.shown("SHIRT-M"), self.shown("SHIRT")), (3, 4, 0))
        template.marketplace_as_one = True
        self.set_stock(small, 5)
        self.push()
        self.assertEqual((self.shown("SHIRT-S"), self.shown("SHIRT-M"), self.shown("SHIRT")), (3, 4, 9))
        template.marketplace_as_one = False
        self.set_stock(medium, 6)
        self.push()
        self.assertEqual((self.shown("SHIRT-S"), self.shown("SHIRT-M"), self.shown("SHIRT")), (5, 6, 9))

    def test_revived_listings_trust_no_former_number(self):
        """Somebody else may have changed the item while the listing was archived."""
        self.shop.add_items(["SHIRT-S", "SHIRT-M", "SHIRT"], quantities={self.shop.main: 0})
        template = self.template("SHIRT")
        self.set_stock(self.variants(template)[0], 3)
        self.push()
        template.write({"marketplace_as_one": True, "marketplace_sku": "SHIRT"})
        self.push()
        for sku in ("SHIRT-S", "SHIRT"):
            self.shop.item(sku).levels[self.shop.main].available = 99
        template.marketplace_as_one = False
        self.push()
        self.assertEqual(self.shown("SHIRT-S"), 3)
        template.marketplace_as_one = True
        self.push()
        self.assertEqual(self.shown("SHIRT"), 3)

    def test_one_item_for_both_ways(self):
        """The shop's item has the SKU of a variant: it changes hands, and gets the right number each time."""
        self.shop.add_items(["SHIRT-S", "SHIRT-M"], quantities={self.shop.main: 0})
        template = self.shirt(sku="SHIRT-S")
        for as_one, expected in ((True, 7), (False, 3), (True, 7), (False, 3)):
            template.marketplace_as_one = as_one
            self.push()
            self.assertEqual(self.shown("SHIRT-S"), expected)
            self.assertEqual(self.account.listing_ids.filtered("active").mapped("state"), ["linked"] * (2 - as_one))

    def test_two_accounts(self):
        other = self.open_shop()
        second = self.make_account(other, name="Second")
        for shop in (self.shop, other):
            shop.add_item("SHIRT", quantities={shop.main: 0})
        template = self.shirt()
        for pieces in (30, 20):
            self.set_stock(self.variants(template)[0], pieces)
            self.push()
            self.push(second)
            self.assertEqual((self.shown("SHIRT"), self.shown("SHIRT", other)), (pieces + 4, pieces + 4))

    def test_kits_among_the_variants(self):
        if "mrp.bom" not in self.env:
            self.skipTest("there are no kits without mrp")
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        template = self.shirt(stock=(0, 4))
        bolt = self.product("BOLT", 9, sold=False)
        self.kit("SET", {bolt: 2}, bom_product=self.variants(template)[0])
        self.push()
        self.assertEqual(self.shown("SHIRT"), 8)
        self.move(bolt, 5, self.stock, self.customer)
        self.push()
        self.assertEqual(self.shown("SHIRT"), 6)

    def test_a_kit_variant_is_deleted(self):
        if "mrp.bom" not in self.env:
            self.skipTest("there are no kits without mrp")
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        template = self.shirt(stock=(0, 4))
        kit = self.variants(template)[0]
        self.kit("SET", {self.product("BOLT", 9, sold=False): 2}, bom_product=kit)
        self.push()
        self.assertEqual(self.shown("SHIRT"), 8)
        kit.bom_ids.unlink()
        self.forget_marks()
        kit.unlink()
        self.push()
        self.assertEqual(self.shown("SHIRT"), 4)


class TestSku(CommonListingCase):
    """Which item of the shop it is."""

    def assert_fails(self, template, *words):
        self.push()
        listing = self.whole(template)
        self.assertEqual((listing.state, listing.external_id), ("error", False))
        for word in words:
            self.assertIn(word, listing.error)

    def test_no_sku(self):
        template = self.shirt(sku=False)
        self.assert_fails(template, "SKU of the Common Listing")
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        template.marketplace_sku = "SHIRT"
        self.push()
        self.assertEqual(self.shown("SHIRT"), 7)

    def test_another_sku(self):
        self.shop.add_items(["SHIRT", "TEE"], quantities={self.shop.main: 0})
        template = self.shirt()
        self.push()
        listing = self.whole(template)
        template.marketplace_sku = "TEE"
        self.assertRecordValues(listing, [{"state": "pending", "external_id": False, "level_ids": []}])
        self.push()
        self.assertEqual((listing.sku, self.shown("TEE")), ("TEE", 7))

    def test_the_same_sku_again(self):
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        template = self.shirt()
        self.push()
        self.forget_marks()
        template.marketplace_sku = "SHIRT"
        self.variants(template)[0].default_code = "S"
        self.assertEqual(self.whole(template).state, "linked", "a variant's SKU is not the listing's")
        self.assertFalse(self.marks())

    def test_the_only_variants_sku(self):
        self.shop.add_items(["ONE", "UNO"], quantities={self.shop.main: 0})
        product = self.product("ONE", 5)
        product.marketplace_as_one = True
        self.push()
        self.assertEqual(self.shown("ONE"), 5)
        product.default_code = "UNO"
        self.push()
        self.assertEqual(self.shown("UNO"), 5)

    def test_two_products_with_one_sku(self):
        self.shop.add_items(["SHIRT", "TEE"], quantities={self.shop.main: 0})
        first, second = self.shirt(), self.template("TEE")
        second.write({"marketplace_as_one": True, "marketplace_sku": "SHIRT"})
        self.assert_fails(first, "2 products", "SHIRT")
        self.assert_fails(second, "2 products", "SHIRT")
        self.assertEqual(self.shown("SHIRT"), 0)
        second.marketplace_sku = "TEE"
        self.push()
        self.assertEqual((self.shown("SHIRT"), self.shown("TEE")), (7, 0))

    def test_another_products_sku(self):
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        template, other = self.shirt(), self.product("SHIRT", 5)
        self.assert_fails(template, "2 products")
        self.assertEqual(self.listing(other).state, "error")
        template.marketplace_as_one = False
        self.push()
        self.assertEqual(self.shown("SHIRT"), 5, "nobody contests it any more")

    def test_its_own_variants_may_have_it(self):
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        template = self.shirt()
        template.product_variant_ids.default_code = "SHIRT"
        self.push()
        self.assertEqual(self.shown("SHIRT"), 7)

    def test_another_companys_sku(self):
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        self.shirt()
        self.template("TEE", sold=False).write({
            "marketplace_as_one": True, "marketplace_sku": "SHIRT", "company_id": self.make_company("Elsewhere").id})
        self.push()
        self.assertEqual(self.shown("SHIRT"), 7)
