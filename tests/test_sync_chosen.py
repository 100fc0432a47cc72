# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sync now on a product: its listings go ahead of all that waits, alone, and it is told what became of each."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError

from odoo.addons.marketplace_sync.models import marketplace_drain_chosen, marketplace_listing_sync

from .draining import DrainCase


class TestSyncChosen(DrainCase):

    def setUp(self):
        super().setUp()
        self.mug, self.cup = self.offer("MUG", stock=5), self.offer("CUP", stock=6)

    def sync(self, records):
        """The notification that comes of pressing the button."""
        self.env.cr.flush()
        with self.silence():
            answer = records.action_sync_with_marketplaces()["params"]
        self.env.invalidate_all()
        return answer["type"], answer["message"]

    def test_its_listings_alone_are_pushed(self):
        self.sort()
        kind, message = self.sync(self.mug)
        self.assertEqual((self.published(self.mug), self.published(self.cup)), (5, 0))
        self.assertFalse(self.marks(self.mug))
        self.assertTrue(self.marks(self.cup), "others wait as before")
        self.assertEqual((kind, message), ("success", f"{self.listing(self.mug).display_name}: 5 published."))

    def test_of_a_product_all_variants(self):
        template = self.template("SHIRT")
        for variant in template.product_variant_ids:
            self.shop.add_item(variant.default_code, quantities={self.shop.main: 0})
            self.set_stock(variant, 3)
        kind, _message = self.sync(template)
        self.assertEqual([self.published(variant) for variant in template.product_variant_ids], [3, 3])
        self.assertEqual(kind, "success")

    def test_of_a_variant_the_listing_of_its_product(self):
        template = self.template("SHIRT")
        template.write({"marketplace_as_one": True, "marketplace_sku": "SHIRT"})
        self.shop.add_item("SHIRT", quantities={self.shop.main: 0})
        for variant in template.product_variant_ids:
            self.set_stock(variant, 3)
        self.sync(template.product_variant_ids[0])
        self.assertEqual(self.shop.level("SHIRT", self.shop.main), 6)

    def test_nothing_waits(self):
        self.drain()
        writes = len(self.shop.writes)
        kind, message = self.sync(self.mug)
        self.assertEqual(kind, "success")
        self.assertIn("5 published", message)
        self.assertEqual(len(self.shop.writes), writes, "the shop was right already")

    def test_a_change_of_the_same_moment(self):
        self.drain()
        self.set_stock(self.mug, 2)
        self.sync(self.mug)
        self.assertEqual(self.published(self.mug), 2)

    def test_it_fails(self):
        lost = self.product("LOST", stock=1)
        kind, message = self.sync(lost)
        self.assertEqual(kind, "danger")
        self.assertIn("The shop has no item with the SKU LOST", message)
        self.shop.add_item("LOST", quantities={self.shop.main: 0})
        kind, _message = self.sync(lost)
        self.assertEqual((kind, self.published(lost)), ("success", 1), "a failed one is tried again")

    def test_not_listed(self):
        self.assertEqual(self.sync(self.product("NONE", sold=False))[0], "warning")

    def test_account_that_is_paused(self):
        self.account.action_pause()
        kind, message = self.sync(self.mug)
        self.assertEqual(kind, "warning")
        self.assertIn("The account is switched off: Paused.", message)
        self.assertEqual(self.published(self.mug), 0)

    def test_account_that_is_archived(self):
        self.drain()
        self.set_stock(self.mug, 2)
        self.account.active = False
        kind, message = self.sync(self.mug)
        self.assertEqual(kind, "warning")
        self.assertIn("The account is switched off: Archived.", message)
        self.assertEqual(self.published(self.mug), 5)
        with self.assertRaisesRegex(UserError, "not connected"):
            self.account.action_sync_now()

    def test_account_that_is_gone(self):
        listings = self.listing(self.mug) | self.listing(self.cup)
        result = self.env["marketplace.config"].browse(2**30)._drain(listing_ids=[])
        with patch.object(marketplace_listing_sync, "TOLD", 1):
            kind, _title, message = listings._say_what_happened({self.account: result})
        self.assertEqual(kind, "warning")
        self.assertIn("The account is switched off: Archived.", message)

    @contextmanager
    def pushed_by_somebody_else(self):
        @contextmanager
        def taken(_cr, _key):
            yield False

        with patch.object(marketplace_drain_chosen, "session_lock", taken):
            yield

    def test_one_that_failed_before_and_waits(self):
        lost = self.product("LOST", stock=1)
        self.sync(lost)
        with self.pushed_by_somebody_else():
            kind, message = self.sync(lost)
        self.assertEqual(kind, "warning")
        self.assertIn("still waits. Its scheduled action is pushing already.", message)

    def test_somebody_else_is_pushing(self):
        self.drain()
        self.set_stock(self.mug, 2)
        with self.pushed_by_somebody_else():
            kind, message = self.sync(self.mug)
        self.assertEqual(kind, "warning")
        self.assertIn("pushing already", message)
        self.assertEqual(self.published(self.mug), 5)
        self.assertEqual(self.env["stock.availability.dirty"].search([("listing_id", "=", self.listing(self.mug).id)])
                         .mapped("reason"), ["sync now"], "whoever pushes looks again")

    def test_one_that_asks_goes_on_asking(self):
        self.account.conflict_policy = "ask"
        self.drain()
        self.correct("MUG", 9)
        self.set_stock(self.mug, 4)
        with self.silence():
            self.drain()
        self.assertEqual(self.listing(self.mug).state, "conflict")
        kind, message = self.sync(self.mug)
        self.assertEqual(kind, "warning")
        self.assertIn("which number is right", message)
        self.assertEqual(self.published(self.mug), 9)

    def test_many_are_told_about_together(self):
        with patch.object(marketplace_listing_sync, "TOLD", 1):
            _kind, message = self.sync(self.mug | self.cup)
        self.assertEqual(message, "2 listings up to date, 0 failed, 0 still waiting.")

    def test_chosen_listings(self):
        listings = self.listing(self.mug) | self.listing(self.cup)
        self.env.cr.flush()
        answer = listings.action_sync_now()["params"]
        self.assertEqual((self.published(self.mug), self.published(self.cup)), (5, 6))
        self.assertIn("5 published.", answer["message"])

    def test_shards(self):
        self.account.shards = 3
        goods = [self.offer(f"SHARD-{number}", stock=4) for number in range(4)]
        self.sync(self.env["product.product"].union(*goods))
        self.assertEqual([self.published(product) for product in goods], [4] * 4)

    def test_a_shop_that_is_away_keeps_the_marks(self):
        self.drain()
        self.set_stock(self.mug, 2)
        self.shop.fault("429", on="mutation", retry_after=600)
        with self.pauses():
            kind, message = self.sync(self.mug)
        self.assertEqual(kind, "warning")
        self.assertIn("still waits", message)
        self.assertIn(self.account.last_error, message)
        self.assertTrue(self.listing(self.mug).is_waiting)

    def test_why(self):
        opened = self.listing(self.mug).action_open_explanation()
        view = self.env["ir.ui.view"].browse(opened["views"][0][0])
        self.assertIn('name="explanation"', view.arch)
        self.assertEqual((opened["res_id"], opened["target"]), (self.listing(self.mug).id, "new"))
