# SPDX-License-Identifier: LGPL-3.0-or-later
"""Marketplaces without compare-and-set are asked before the last pieces are put on sale again."""

from unittest.mock import patch

from odoo.addons.marketplace_sync.adapters import PLATFORMS
from odoo.addons.marketplace_sync.sandbox.ebay import Marketplace

from . import test_platform_drains as drains  # its test classes are not to run here as well


class LookingTests:
    """What holds wherever the shop can be asked."""

    def setUp(self):
        super().setUp()
        self.market.add_item("A", 0)
        self.thing = self.offer("A", 5)
        self.push_all()
        self.assertEqual(self.market.level("A"), 5)

    def push_all(self):
        for _round in range(4):
            if not self.push()[2]:
                return
        self.fail("it never comes to an end")

    def held(self):
        return sum(self.env["marketplace.hold"].search([]).mapped("quantity"))

    def test_what_was_sold_there_is_not_put_on_sale_again(self):
        self.market.order("A", 2)
        self.set_stock(self.thing, 6)
        self.push_all()
        self.assertEqual((self.held(), self.market.level("A")), (2, 4))
        self.move(self.thing, 2, self.stock, self.customer, done=False)
        self.push_all()
        self.assertEqual((self.held(), self.market.level("A")), (0, 4))

    def test_it_is_asked_once(self):
        """Looking again before the write would give somebody time to buy."""
        self.market.order("A", 2)
        self.set_stock(self.thing, 6)
        adapter, read = PLATFORMS[self.platform], []
        original = adapter.read
        with patch.object(adapter, "read", lambda *args: read.append(args) or original(*args)):
            self.push()
        self.assertEqual((self.market.level("A"), len(read)), (4, 1))

    def test_plenty_is_not_asked_about(self):
        self.set_stock(self.thing, 500)
        with patch.object(PLATFORMS[self.platform], "read", side_effect=AssertionError("asked")):
            self.push_all()
        self.assertEqual(self.market.level("A"), 500)

    def test_overwrite_does_not_ask(self):
        self.seller.conflict_policy = "overwrite"
        self.market.order("A", 2)
        self.set_stock(self.thing, 6)
        with patch.object(PLATFORMS[self.platform], "read", side_effect=AssertionError("asked")):
            self.push_all()
        self.assertEqual(self.market.level("A"), 6)

    def test_a_capped_number_is_filled_up_again(self):
        """It is asked for, and only written where it is wrong: eBay counts every change of a listing."""
        self.env["marketplace.rule"].create({"config_id": self.seller.id, "kind": "maximum", "value": 3})
        self.set_stock(self.thing, 500)
        self.push_all()
        self.market.order("A", 2)
        self.move(self.thing, 2, self.stock, self.customer, done=False)
        self.push_all()
        self.assertEqual((self.held(), self.market.level("A")), (0, 3))
        written = len(self.market.writes)
        self.move(self.thing, 5, self.stock, self.customer)
        self.push_all()
        self.assertEqual((self.market.level("A"), len(self.market.writes)), (3, written), "sold elsewhere")

    def test_ask(self):
        self.seller.conflict_policy = "ask"
        self.market.order("A", 2)
        self.set_stock(self.thing, 6)
        self.push()
        listing = self.listing(self.thing, self.seller)
        self.assertRecordValues(listing, [{"state": "conflict", "conflict_quantity": 3}])
        self.assertEqual(self.market.level("A"), 3)
        listing.action_publish_ours()
        self.push_all()
        self.assertEqual(self.market.level("A"), 6)

    def test_a_shop_that_does_not_answer_keeps_the_marks(self):
        self.set_stock(self.thing, 6)
        self.market.fault("503", times=1000)
        self.seller.failures = 10  # a long pause, that nobody sits out
        self.push()
        self.assertTrue(self.listing(self.thing, self.seller).is_waiting)


class TestLookingEbay(LookingTests, drains.PlatformDrainCase):
    platform, shop_class = "ebay", Marketplace
    account_values, secret_values = drains.TestEbay.account_values, drains.TestEbay.secret_values


class TestLookingCartona(LookingTests, drains.PlatformDrainCase):
    platform, shop_class = "cartona", drains.TestCartona.shop_class
    account_values, secret_values = drains.TestCartona.account_values, drains.TestCartona.secret_values


class TestLookingRest(LookingTests, drains.PlatformDrainCase):
    platform, shop_class = "rest", drains.TestRest.shop_class
    account_values, secret_values = drains.TestRest.account_values, drains.TestRest.secret_values

    def test_a_look_does_not_read_the_whole_shop(self):
        self.market.add_items([f"OTHER-{number}" for number in range(300)], 1)
        self.set_stock(self.thing, 6)
        before = self.market.stats.requests
        self.push_all()
        self.assertEqual((self.market.level("A"), self.market.stats.requests - before), (6, 2), "a look and a write")

    def test_who_would_have_to_read_the_whole_shop_does_not_ask(self):
        self.seller.rest_profile_id.look_path = False
        self.market.order("A", 2)
        self.set_stock(self.thing, 6)
        with patch.object(PLATFORMS[self.platform], "read", side_effect=AssertionError("asked")):
            self.push_all()
        self.assertEqual((self.market.level("A"), self.held()), (6, 0))
