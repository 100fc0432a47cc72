# SPDX-License-Identifier: LGPL-3.0-or-later
"""I5: one bad listing never stops the others. I6: it fails visibly, with its reason, and can be tried again."""

from .draining import DrainCase


class TestRefused(DrainCase):

    def setUp(self):
        super().setUp()
        self.good = [self.offer(f"GOOD{number}", 10 + number) for number in range(5)]

    def assert_fails(self, product, *words):
        """The drain fails for the product, with a reason that holds these words, and for no other."""
        failed_before = len(self.logs("listing"))
        for good in self.good:
            self.set_stock(good, good.qty_available + 1)
        with self.silence():
            result = self.drain()
        listing = self.listing(product)
        self.assertEqual(listing.state, "error")
        for word in words:
            self.assertIn(word, listing.error)
        self.assertTrue(listing.error_at)
        self.assertEqual(result["failed"], 1)
        self.assertFalse(self.count_marks(), "it is out of the queue")
        log = self.logs("listing")[failed_before:]
        self.assertRecordValues(log, [{
            "listing_id": listing.id, "level": "warning", "message": listing.error, "sku": product.default_code}])
        for good in self.good:
            good.invalidate_recordset()
            self.assertEqual(self.published(good), good.with_context(location=self.stock.id).qty_available)

    def assert_mended(self, product, quantity):
        """After Retry it is published like any other."""
        self.listing(product).action_retry()
        self.drain()
        self.assertRecordValues(self.listing(product), [{
            "state": "linked", "error": False, "error_at": False, "attempts": 0, "quantity": quantity}])
        self.assertEqual(self.published(product), quantity)

    def test_no_sku(self):
        thing = self.product(False, 3)
        self.assert_fails(thing, "no SKU", "Internal Reference")
        self.shop.add_item("NEW", quantities={self.shop.main: 0})
        thing.default_code = "NEW"
        self.drain()
        self.assertEqual(self.published(thing), 3)
        self.assertEqual(self.listing(thing).state, "linked")

    def test_sku_twice_in_odoo(self):
        thing = self.offer("A", 3)
        namesake = self.product("A", sold=False)
        self.assert_fails(thing, "2 products in Odoo have the SKU A")
        namesake.default_code = "B"
        self.drain()
        self.assertEqual(self.published(thing), 3, "found by itself")

    def test_sku_twice_in_the_shop(self):
        thing = self.offer("A", 3)
        double = self.shop.add_item("A", quantities={self.shop.main: 0})
        self.assert_fails(thing, "2 items of the shop have the SKU A")
        self.shop.item(double).sku = "A-DOUBLE"
        self.assert_mended(thing, 3)

    def test_not_in_the_shop(self):
        thing = self.product("A", 3)
        self.assert_fails(thing, "no item with the SKU A")
        self.shop.add_item("A", quantities={self.shop.main: 0})
        self.assert_mended(thing, 3)

    def test_not_tracked_in_the_shop(self):
        thing = self.offer("A", 3)
        self.shop.item("A").tracked = False
        self.assert_fails(thing, "does not track the stock")
        self.shop.item("A").tracked = True
        self.assert_mended(thing, 3)

    def test_no_longer_tracked_in_the_shop(self):
        thing = self.offer("A", 3)
        self.drain()
        self.shop.item("A").tracked = False
        self.set_stock(thing, 4)
        self.assert_fails(thing, "Track quantity")
        self.shop.item("A").tracked = True
        self.assert_mended(thing, 4)

    def test_not_tracked_in_odoo(self):
        thing = self.offer("A", 0, is_storable=False)
        self.assert_fails(thing, "Odoo does not track", "Track Inventory")

    def test_replaced_in_the_shop(self):
        thing = self.offer("A", 3)
        self.drain()
        self.replace(thing)
        self.set_stock(thing, 4)
        self.assert_fails(thing, "does not know this item")
        self.assert_mended(thing, 4)

    def test_not_stocked_at_the_location(self):
        self.account.api_version = "2026-07"
        self.shop.add_item("A")
        thing = self.product("A", 3)
        self.assert_fails(thing, "does not stock this item at this location")
        self.shop.stock(self.shop.item("A"), self.shop.locations[self.shop.main])
        self.assert_mended(thing, 3)

    def test_not_stocked_yet_where_the_shop_stocks_by_itself(self):
        self.shop.add_item("A")
        thing = self.product("A", 3)
        self.drain()
        self.assertEqual(self.published(thing), 3)

    def test_the_shops_request_id_is_kept(self):
        thing = self.offer("A", 3)
        self.drain()
        self.replace(thing)
        self.set_stock(thing, 4)
        with self.assertLogs("odoo.addons.marketplace_sync.models.marketplace_drain_push", "WARNING") as logs:
            self.drain()
        listing = self.listing(thing)
        self.assertRegex(listing.request_id, r"^\w{32}$")
        self.assertEqual(self.logs("listing").request_id, listing.request_id)
        for word in ("sku='A'", repr(listing.error), listing.request_id):
            self.assertIn(word, logs.output[0])

    def test_many_refused_among_many(self):
        bad = [self.offer(f"BAD{number}", 3) for number in range(4)]
        self.drain()
        for thing in bad:
            self.replace(thing)
        for thing in (*bad, *self.good):
            self.set_stock(thing, 33)
        with self.silence():
            result = self.drain()
        self.assert_result(result, done=5, failed=4)
        self.assertEqual({self.published(thing) for thing in self.good}, {33})

    def test_retry_failed_button(self):
        things = [self.product(f"A{number}", 3) for number in range(3)]
        with self.silence():
            self.drain()
        self.assertEqual(self.account.error_count, 3)
        for thing in things:
            self.shop.add_item(thing.default_code, quantities={self.shop.main: 0})
        self.account.action_retry_failed()
        self.drain()
        self.assertEqual({self.published(thing) for thing in things}, {3})
        self.account.invalidate_recordset()
        self.assertFalse(self.account.error_count)

    def replace(self, product):
        """The item is deleted in the shop and made anew: the id Odoo knows is not there any more."""
        self.listing(product).external_id = "gid://shopify/InventoryItem/404"
