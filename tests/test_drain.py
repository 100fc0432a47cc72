# SPDX-License-Identifier: LGPL-3.0-or-later
"""The drain against the sandbox shop: what is published, what is not, and what is said about it."""

import logging
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError

from odoo.addons.marketplace_sync.models.drain_run import MAX_CONFLICTS

from .concurrent import interposed
from .draining import DrainCase


class TestNumbers(DrainCase):

    def test_what_is_in_stock_is_published(self):
        full, empty = self.offer("A", 10), self.offer("B", 0, published=5)
        self.assert_result(self.drain(), done=2)
        self.assertEqual((self.published(full), self.published(empty)), (10, 0))
        listing, [write] = self.listing(full), [write for write in self.shop.writes if write.sku == "A"]
        self.assertRecordValues(listing, [{
            "state": "linked", "external_id": write.item, "sku": "A", "quantity": 10, "error": False}])
        self.assertEqual(listing.level_ids.request_id, write.request_id)
        self.assertTrue(listing.acked_at)
        self.assertFalse(self.count_marks())

    def test_the_drain_is_logged(self):
        self.offer("A", 10)
        self.offer("B", 4, published=4)
        self.product("C", 1)
        with self.assertLogs("odoo.addons.marketplace_sync.models.marketplace_drain", logging.INFO) as logs:
            self.drain()
        self.assertIn("taken=3 acknowledged=2 unchanged=0 failed=1 deferred=0 remaining=0", logs.output[-1])
        log = self.logs("drain")
        self.assertRecordValues(log, [{
            "level": "warning", "taken": 3, "acknowledged": 2, "unchanged": 0, "failed": 1, "remaining": 0,
            "calls": self.shop.stats.requests}])
        self.assertTrue(self.account.last_success)

    def test_the_shop_is_not_told_what_it_has(self):
        self.offer("A", 10, published=10)
        self.drain()
        self.assertFalse(self.shop.stats.mutations)

    def test_unchanged_numbers_are_not_sent(self):
        thing = self.offer("A", 10)
        self.drain()
        requests = self.shop.stats.requests
        self.set_stock(thing, 12)
        self.set_stock(thing, 10)
        self.assertEqual(self.drain()["done"], 1)
        self.assertEqual(self.shop.stats.requests, requests)
        self.assertRecordValues(self.logs("drain")[-1], [{"acknowledged": 0, "unchanged": 1, "calls": 0}])

    def test_several_locations(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.warehouse.view_location_id.id})
        outlet, closed = self.shop.add_location("Outlet"), self.shop.add_location("Left alone")
        self.env["marketplace.location"].create([
            {"config_id": self.account.id, "name": "Outlet", "external_id": outlet,
             "location_ids": [Command.set(shelf.ids)]},
            {"config_id": self.account.id, "name": "Left alone", "external_id": closed}])
        self.shop.add_item("A", quantities={self.shop.main: 0, outlet: 0, closed: 99})
        thing = self.product("A", 10)
        self.set_stock(thing, 4, shelf)
        self.drain()
        self.assertEqual([self.published(thing, place) for place in (self.shop.main, outlet, closed)], [10, 4, 99])
        self.assertEqual(self.listing(thing).quantity, 14)
        self.set_stock(thing, 3, shelf)
        self.drain()
        self.assertEqual([write.location for write in self.shop.writes][2:], [outlet])
        self.assertEqual(self.published(thing, outlet), 3)

    def test_no_location_is_mapped(self):
        self.offer("A", 10)
        self.account.location_ids.location_ids = False
        with self.silence():
            self.drain()
        self.assertIn("map its locations", self.account.last_error)
        self.assertFalse(self.shop.stats.requests)
        self.assertTrue(self.count_marks())
        self.account.location_ids.location_ids = self.stock
        self.drain()
        self.assertEqual(self.shop.level("A", self.shop.main), 10)
        self.assertFalse(self.account.last_error)

    def test_limit(self):
        for number in range(5):
            self.offer(f"A{number}", 10)
        for done, remaining in ((2, 3), (2, 1), (1, 0), (0, 0)):
            self.assert_result(self.drain(limit=2), done=done, remaining=remaining)

    def test_paused(self):
        thing = self.offer("A", 10)
        self.account.action_pause()
        self.cron()
        self.drain()
        with self.assertRaisesRegex(UserError, "not connected"):
            self.account.action_sync_now()
        self.assertFalse(self.shop.stats.requests)
        self.assertTrue(self.count_marks())
        self.account.action_resume()
        self.cron()
        self.assertEqual(self.published(thing), 10)

    def test_sync_now_says_what_it_did(self):
        self.offer("A", 10)
        self.product("B", 10)
        self.env.cr.flush()
        with self.silence():
            answer = self.account.action_sync_now()["params"]
        self.assertEqual(answer["type"], "warning")
        self.assertIn("1 listings up to date, 1 failed, 0 still waiting", answer["message"])


class TestConflict(DrainCase):
    """Somebody sells in the shop while Odoo does not know it yet, and Odoo is always right: see also test_holds.py."""

    def setUp(self):
        super().setUp()
        self.account.conflict_policy = "overwrite"
        self.thing = self.offer("A", 10)
        self.drain()

    def test_what_is_true_now_is_pushed(self):
        self.shop.order("A", 3, self.shop.main)
        self.set_stock(self.thing, 15)

        def import_order(drain, *_args):
            drain.env["stock.quant"]._update_available_quantity(
                self.thing.with_env(drain.env), self.stock.with_env(drain.env), -3)
            drain.env.cr.flush()

        with interposed(self.drain_class, "_store", import_order):
            result = self.drain()
        self.assertEqual(self.written(self.thing), [10, 12], "15 was never put on sale")
        self.assert_result(result, done=1)
        self.assertEqual(self.listing(self.thing).state, "linked")
        self.assertEqual(self.listing(self.thing).quantity, 12)

    def test_others_are_not_held_up(self):
        other = self.offer("B", 4)
        self.shop.order("A", 1, self.shop.main)
        self.set_stock(self.thing, 8)
        self.drain()
        self.assertEqual((self.published(self.thing), self.published(other)), (8, 4))

    def test_a_number_that_keeps_changing_waits_for_the_next_drain(self):
        self.set_stock(self.thing, 50)
        send, rounds = self.drain_class._send, []

        def sold_meanwhile(drain, adapter, levels):
            rounds.append(levels)
            self.shop.order("A", 1, self.shop.main)
            return send(drain, adapter, levels)

        with patch.object(self.drain_class, "_send", sold_meanwhile):
            result = self.drain()
        self.assertEqual(len(rounds), MAX_CONFLICTS)
        self.assert_result(result, remaining=1)
        self.assertEqual(self.drain()["remaining"], 0)
        self.assertEqual(self.published(self.thing), 50)
