# SPDX-License-Identifier: LGPL-3.0-or-later
"""Comparing what a shop shows with what it should: what is found, and what becomes of it."""

from unittest.mock import patch

from odoo import Command

from odoo.addons.marketplace_sync.adapters.base import Level, Rejected
from odoo.addons.marketplace_sync.models.marketplace_comparison_chunk import verdict

from .common import MarketplaceCase
from .comparing import ComparingMixin, ReconcileCase
from .draining import DrainCase


class TestVerdict(MarketplaceCase):

    def test_every_case(self):
        for shown, acked, expected, found in (
            (5, 5, 5, "agreed"),
            (0, 0, 0, "agreed"),
            (5, 5, 6, "unpushed"),
            (6, 5, 5, "changed"),
            (-1, 0, 0, "changed"),
            (7, 5, 6, "changed"),
            (6, 5, 6, "changed"),
            (None, 5, 5, "missing"),
            (None, None, 5, "missing"),
            (5, None, 5, "found"),
            (4, None, 5, "unpushed"),
        ):
            with self.subTest(shown=shown, acked=acked, expected=expected):
                self.assertEqual(verdict(Level((1, 1), "x", "y", expected, previous=acked), shown), found)


class TestFound(ReconcileCase):

    def test_everything_agrees(self):
        self.sell("A", "B")
        run = self.compare()
        self.assertRecordValues(run, [{
            "state": "done", "total": 2, "checked": 2, "drifted": 0, "waiting": 0, "progress": 100.0}])
        self.assertTrue(run.finished_at)
        self.assertFalse(self.count_marks())

    def test_sold_in_the_shop(self):
        thing, _other = self.sell("A", "B")
        self.show("A", 7)
        acked_at = self.listing(thing).acked_at
        run = self.compare()
        self.assertEqual(self.drifts(run), {"A": ("changed", 7, 10, 10)})
        self.assertEqual(run.drift_ids.since, acked_at)
        self.assertFalse(self.remote.pushed, "comparing writes nothing")
        self.assertTrue(self.listing(thing).is_waiting)
        self.drain()
        self.assertFalse(self.remote.pushed, "the three sold are kept back: 7 is right")
        self.assertEqual(self.listing(thing).quantity, 7)

    def test_edited_in_the_shop_where_odoo_is_always_right(self):
        self.account.conflict_policy = "overwrite"
        self.sell("A", "B")
        self.show("A", 99)
        self.assertEqual(self.drifts(self.compare()), {"A": ("changed", 99, 10, 10)})
        self.drain()
        self.assertEqual(self.remote.pushed, [("A", 10)])
        self.assertFalse(self.compare().drifted)

    def test_sold_in_the_shop_and_known_to_odoo_already(self):
        thing = self.sell("A")
        self.show("A", 7)
        self.set_stock(thing, 7)
        run = self.compare()
        self.assertEqual((run.drifted, run.checked), (0, 1), "it shows what it should")
        self.drain()
        self.assertFalse(self.remote.pushed)
        self.assertEqual(self.listing(thing).quantity, 7)

    def test_never_pushed(self):
        thing, _other = self.sell("A", "B")
        self.never_push(thing, 4)
        run = self.compare()
        self.assertEqual(self.drifts(run), {"A": ("unpushed", 10, 10, 4)})
        self.assertEqual(self.marks().mapped("reason"), ["drift"])
        self.assertFalse(self.remote.pushed)
        self.drain()
        self.assertEqual(self.remote.pushed, [("A", 4)])

    def test_what_waits_is_no_drift(self):
        thing = self.sell("A")
        self.set_stock(thing, 4)
        run = self.compare()
        self.assertEqual((run.checked, run.drifted, run.waiting), (1, 0, 1))
        self.assertNotIn("drift", self.marks().mapped("reason"))

    def test_a_waiting_kit_is_no_drift(self):
        if "mrp.bom" not in self.env:
            self.skipTest("there are no kits without mrp")
        wheel = self.product("WHEEL", 8, sold=False)
        self.kit("BIKE", {wheel: 2})
        self.sell("A")
        self.set_stock(wheel, 4)
        run = self.compare()
        self.assertEqual((run.checked, run.drifted, run.waiting), (2, 0, 1))

    def test_what_can_not_be_sorted_now_is_no_drift(self):
        thing = self.sell("A")
        self.set_stock(thing, 4)
        with patch.object(self.registry["stock.availability.dirty"], "_sort", lambda *_args: 0):
            run = self.compare()
        self.assertEqual((run.drifted, run.waiting), (0, 1))

    def test_a_long_queue_hides_no_drift(self):
        lost, *others = self.sell(*"ABCDEF")
        self.never_push(lost, 4)
        for thing in others:
            self.set_stock(thing, 5)
        dirty = self.registry["stock.availability.dirty"]
        sort = dirty._sort
        with patch.object(dirty, "_sort", lambda self: sort(self, limit=2)):
            run = self.compare()
        self.assertEqual((set(self.drifts(run)), run.waiting), ({"A"}, 5))

    def test_not_in_the_shop(self):
        thing, other = self.sell("A", "B")
        self.show("A", None)
        run = self.compare()
        self.assertEqual(self.drifts(run), {"A": ("missing", 0, 10, 10)})
        self.assertEqual(run.drift_ids.detail, "Nothing is known of A.")
        self.remote.answers["A"] = lambda key: Rejected(key, "There is no such item.")
        with self.silence():
            self.drain()
        self.assertEqual((self.listing(thing).state, self.listing(thing).error), ("error", "There is no such item."))
        self.assertEqual(self.listing(other).state, "linked")
        self.assertFalse(self.compare().drifted, "it is visible as an error, and not compared")

    def test_linked_and_never_acknowledged(self):
        right, wrong = self.sell("A", "B")
        self.account.listing_ids.level_ids.unlink()
        self.show("B", 3)
        run = self.compare()
        self.assertEqual(self.drifts(run), {"B": ("unpushed", 3, 0, 10)})
        self.assertFalse(run.drift_ids.since)
        self.assertEqual(self.listing(right).quantity, 10, "what the shop shows is right: it is known now")
        self.drain()
        self.assertEqual(self.remote.pushed, [("B", 10)])
        self.assertEqual(self.listing(wrong).quantity, 10)

    def test_each_place_by_itself(self):
        other = self.stock.create({"name": "Other", "usage": "internal", "company_id": self.company.id})
        place = self.env["marketplace.location"].create({
            "config_id": self.account.id, "name": "Other", "external_id": "other",
            "location_ids": [Command.set(other.ids)]})
        self.sell("A")
        self.remote.shown["A", "other"] = 2
        run = self.compare()
        self.assertEqual(run.drift_ids.location_id, place)
        self.assertEqual(self.drifts(run), {"A": ("changed", 2, 0, 0)})

    def test_only_what_is_linked_and_active(self):
        unticked, failed, _sold = self.sell("A", "B", "C")
        unticked.shopify_product = False
        self.listing(failed).state = "error"
        self.product("NEW", 3)
        for sku in ("A", "B", "NEW"):
            self.show(sku, 99)
        run = self.compare()
        self.assertEqual((run.checked, run.drifted), (1, 0))

    def test_what_was_changed_while_the_shop_answered(self):
        thing, _other = self.sell("A", "B")
        self.show("A", 7)
        self.show("B", 8)
        read = self.remote.read

        def relink(adapter, levels):
            self.listing(thing).external_id = "another item"
            self.env.cr.flush()
            return read(adapter, levels)

        self.remote.read = relink
        self.assertEqual(set(self.drifts(self.compare())), {"B"})

    def test_an_unmapped_shop(self):
        self.sell("A")
        self.account.location_ids.location_ids = False
        self.show("A", 3)
        run = self.compare()
        self.assertEqual((run.state, run.drifted), ("done", 0))


class TestOneOfAThousand(ComparingMixin, DrainCase):

    def test_one_item_that_is_gone(self):
        """There, one refused item aborted the reconcile: 499 of 1,000 written, none recorded, nothing logged."""
        skus = [f"A{number:04}" for number in range(1000)]
        gids = self.shop.add_items(skus, quantities={self.shop.main: 8})
        self.shop.item("A0500").tracked = False
        things = self.env["product.product"].create([
            {"name": sku, "default_code": sku, "is_storable": True, "shopify_product": True} for sku in skus])
        self.env["stock.quant"].create([
            {"product_id": thing.id, "location_id": self.stock.id, "quantity": 5} for thing in things])
        for thing, gid in zip(things, gids, strict=True):
            self.listing(thing).write({"state": "linked", "sku": thing.default_code, "external_id": gid})
        self.env["marketplace.level"].create([
            {"listing_id": listing.id, "location_id": self.account.location_ids.id, "quantity": 8}
            for listing in self.account.listing_ids])
        self.forget_marks()
        run = self.compare()
        self.assertRecordValues(run, [{
            "state": "done", "checked": 1000, "drifted": 1000, "unpushed_count": 999, "missing_count": 1}])
        self.assertFalse(self.shop.writes, "comparing writes nothing")
        self.assertEqual(run.drift_ids.filtered(lambda drift: drift.reason == "missing").sku, "A0500")
        with self.silence():
            self.assert_result(self.drain(), done=999, failed=1)
        self.assertEqual(sum(self.published(thing) == 5 for thing in things), 999)
        self.assertIn("Track quantity", self.listing(things[500]).error)
