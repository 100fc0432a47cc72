# SPDX-License-Identifier: LGPL-3.0-or-later
"""A marketplace's daily limits: counted in the database, and kept for what sells out when they run low."""

from datetime import timedelta

from odoo import fields

from odoo.addons.marketplace_sync.adapters.base import Allowance, Deferred, Unavailable

from .common import MarketplaceCase
from .stub_adapter import stub


class TestBudget(MarketplaceCase):
    def setUp(self):
        super().setUp()
        self.tomorrow = fields.Datetime.now().replace(hour=7, minute=0, second=0) + timedelta(days=1)

    def limited(self, granted=None, left=None, revisions=None):
        """Let the account's marketplace grant so many calls, of which some are left, and changes of a listing."""
        allowances = [] if granted is None else [Allowance("calls", granted, left, self.tomorrow)]
        patcher = stub("shopify", allowance_names=("calls",) if left is not None or granted else (),
                       granted=allowances, revisions_a_day=revisions)
        adapter = patcher.__enter__()
        self.addCleanup(patcher.__exit__, None, None, None)
        return adapter

    def linked(self, sku, stock):
        """A product whose listing needs no looking up."""
        product = self.product(sku, stock)
        self.listing(product).write({"state": "linked", "sku": sku, "external_id": f"id of {sku}"})
        return product

    def allowance(self):
        return self.account.allowance_ids

    # === CALLS === #

    def test_calls_are_counted(self):
        self.limited(granted=1000, left=400)
        self.linked("A", 50)
        self.linked("B", 50)
        self.drain()
        self.assertEqual((self.allowance().granted, self.allowance().used), (1000, 602))
        self.assertEqual(self.allowance().resets_at, self.tomorrow)

    def test_only_what_sells_out_may_use_the_reserve(self):
        adapter = self.limited(granted=100, left=10)
        self.linked("many", 50)
        self.linked("few", 3)
        self.linked("none", 0)
        result = self.drain()
        self.assertEqual(sorted(adapter.pushed), [("few", 3), ("none", 0)])
        self.assertEqual((result["done"], result["failed"]), (2, 0))
        waiting = self.env["marketplace.listing"].search([("deferred_until", "!=", False)])
        self.assertEqual(waiting.sku, "many")
        self.assertEqual(waiting.deferred_until, self.tomorrow)
        self.assertIn("90 of today's 100 calls", waiting.deferred_reason)
        self.assertTrue(waiting.is_waiting, "its mark is kept")

    def test_what_sells_out_goes_first(self):
        adapter = self.limited(granted=100, left=12)
        for number in range(9):
            self.linked(f"many {number}", 50)
        self.linked("last one", 1)
        self.drain()
        self.assertEqual(adapter.pushed[0], ("last one", 1))
        # 12 are left, 10 of them are the reserve: two go, and what sells out counts besides.
        self.assertEqual(len(adapter.pushed), 2)

    def test_nothing_goes_beyond_what_is_granted(self):
        adapter = self.limited(granted=100, left=1)
        self.linked("A", 0)
        self.linked("B", 0)
        self.drain()
        self.assertEqual(len(adapter.pushed), 1)

    def test_waiting_is_not_busy_waiting(self):
        self.limited(granted=100, left=0)
        self.linked("many", 50)
        self.assertEqual(self.drain()["remaining"], 0, "or Odoo would start the scheduled action again at once")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.account.cron_id.id)])
        self.assertIn(self.tomorrow, triggers.mapped("call_at"))

    def test_a_deferred_listing_that_sells_out_goes_at_once(self):
        adapter = self.limited(granted=100, left=5)
        product = self.linked("hot", 50)
        self.drain()
        self.assertFalse(adapter.pushed)
        self.set_stock(product, 2)
        self.drain()
        self.assertEqual(adapter.pushed, [("hot", 2)])
        self.assertFalse(self.listing(product).deferred_until)
        self.assertFalse(self.listing(product).deferred_reason)
        self.assertFalse(self.listing(product).is_waiting)

    def test_a_new_window_lets_it_go(self):
        adapter = self.limited(granted=100, left=5)
        product = self.linked("A", 50)
        self.drain()
        self.listing(product).deferred_until = fields.Datetime.now() - timedelta(minutes=1)
        self.allowance().resets_at = fields.Datetime.now() - timedelta(minutes=1)
        adapter.granted[:] = [Allowance("calls", 100, 100, self.tomorrow)]
        self.drain()
        self.assertEqual(adapter.pushed, [("A", 50)])

    def test_linking_leaves_the_reserve_alone(self):
        adapter = self.limited(granted=100, left=10)
        product = self.product("new", 50)
        self.drain()
        self.assertFalse(adapter.pushed)
        self.assertEqual(self.listing(product).state, "pending")
        self.assertEqual(self.listing(product).deferred_until, self.tomorrow)

    def test_a_marketplace_that_does_not_say_is_taken_to_grant_5000(self):
        adapter = self.limited(left=0)
        self.linked("A", 50)
        self.drain()
        self.assertEqual(adapter.pushed, [("A", 50)])
        self.assertEqual((self.allowance().granted, self.allowance().used), (5000, 1))
        self.assertTrue(self.allowance().is_assumed)

    def test_not_being_told_keeps_what_was_counted(self):
        adapter = self.limited(granted=1000, left=400)
        self.linked("A", 50)
        self.drain()

        def fail(self):
            raise Unavailable("away")
        adapter.allowances = fail
        self.allowance().read_at = fields.Datetime.now() - timedelta(hours=2)
        self.linked("B", 50)
        self.drain()
        self.assertEqual((self.allowance().granted, self.allowance().used), (1000, 602))

    def test_the_account_says_what_waits_until_when(self):
        self.limited(granted=100, left=0)
        self.linked("A", 50)
        self.linked("B", 60)
        self.drain()
        self.assertEqual(self.account.deferred_count, 2)
        self.assertIn("2 listings wait until", self.account.deferral)
        self.assertIn("100 of today's 100 calls", self.account.deferral)

    # === CHANGES OF ONE LISTING === #

    def revised(self, product, number):
        self.env["marketplace.revision"].create({
            "listing_id": self.listing(product).id, "day": fields.Date.today(), "number": number})

    def test_changes_of_a_listing_are_counted(self):
        self.limited(revisions=250)
        product = self.linked("A", 50)
        for stock in (40, 30, 20):
            self.drain()
            self.set_stock(product, stock)
        self.drain()
        revision = self.env["marketplace.revision"].search([("listing_id", "=", self.listing(product).id)])
        self.assertEqual((revision.number, revision.day), (4, fields.Date.today()))

    def test_a_hot_listing_keeps_its_last_changes_for_selling_out(self):
        adapter = self.limited(revisions=250)
        hot, calm = self.linked("hot", 50), self.linked("calm", 50)
        self.revised(hot, 225)
        self.revised(calm, 224)
        self.drain()
        self.assertEqual(adapter.pushed, [("calm", 50)])
        self.assertIn("225 times today", self.listing(hot).deferred_reason)
        self.set_stock(hot, 1)
        self.drain()
        self.assertEqual(adapter.pushed[1:], [("hot", 1)])

    def test_not_even_that_beyond_the_limit(self):
        adapter = self.limited(revisions=250)
        self.revised(self.linked("A", 0), 250)
        self.drain()
        self.assertFalse(adapter.pushed)

    def test_the_marketplace_itself_defers_a_listing(self):
        adapter = self.limited(revisions=250)
        product = self.linked("A", 50)
        adapter.answers["A"] = lambda key: Deferred(key, "enough for today", self.tomorrow)
        result = self.drain()
        self.assertEqual((result["done"], result["failed"], result["remaining"]), (0, 0, 0))
        listing = self.listing(product)
        self.assertEqual((listing.deferred_until, listing.deferred_reason), (self.tomorrow, "enough for today"))
        self.assertTrue(listing.is_waiting)
        self.assertEqual(listing.state, "linked")
