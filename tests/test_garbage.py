# SPDX-License-Identifier: LGPL-3.0-or-later
"""Garbage collection removes what nobody needs any more, and nothing that somebody still waits for."""

import logging
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import SQL

from odoo.addons.marketplace_sync.models import marketplace_garbage, stock_availability_dirty_garbage

from .common import DIRTY, MarketplaceCase


class GarbageCase(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.item = self.product("GC-1")
        self.kept = self.product("GC-2")
        self.garbage = self.env["marketplace.garbage"]
        self.forget_marks()

    def collect(self):
        return self.env[DIRTY]._gc_invalid_records()

    def touch(self, *products):
        for product in products:
            self.env[DIRTY]._dirty(product.ids, "test")
        self.env.cr.flush()


class TestOrphans(GarbageCase):

    def test_nothing_is_garbage(self):
        self.touch(self.item, self.kept, self.product("GC-3", sold=False))
        self.sort()
        self.touch(self.item)
        before = self.count_marks()
        self.assertEqual(self.collect(), (0, False))
        self.assertEqual(self.count_marks(), before)

    def test_deleted_listing(self):
        self.touch(self.item, self.kept)
        self.sort()
        self.listing(self.item).unlink()
        self.assertEqual(self.collect(), (1, False))
        self.assertEqual(self.env[DIRTY].search([]).listing_id, self.listing(self.kept))

    def test_what_was_deleted_is_counted_and_never_shown(self):
        self.touch(self.item, self.kept)
        self.sort()
        self.listing(self.item).unlink()
        waiting = self.env[DIRTY].with_context(marketplace_sync_counting=True)  # as a caller from outside may say
        self.assertEqual(len(waiting.search([])), 1)
        self.assertEqual(waiting.search_count([]), 2)

    def test_archived_listing(self):
        self.touch(self.item, self.kept)
        self.sort()
        self.listing(self.item).active = False
        self.assertEqual(self.collect(), (1, False))

    def test_deleted_account(self):
        second = self.make_account(self.open_shop(), name="Second")
        self.sort()
        mine = self.env[DIRTY].search([("config_id", "=", second.id)])
        self.assertTrue(mine)
        second.unlink()
        self.assertEqual(self.collect()[0], len(mine))

    def test_deleted_product(self):
        unsold = self.product("GC-3", sold=False)
        self.touch(unsold, self.kept)
        unsold.unlink()
        self.assertEqual(self.collect(), (1, False))
        self.assertEqual(self.marks().product_id, self.kept)

    def test_archived_product_that_is_still_listed_is_no_orphan(self):
        """The shop has to hear that nothing is left to sell."""
        self.touch(self.item)
        self.item.active = False
        self.env.cr.flush()
        self.assertEqual(self.collect()[0], 0)
        self.assertTrue(self.marks(self.item))

    def test_archived_product_nobody_lists(self):
        self.touch(self.item)
        self.listing(self.item).unlink()
        self.item.active = False
        self.env.cr.flush()
        self.assertGreaterEqual(self.collect()[0], 1)
        self.assertFalse(self.marks(self.item))

    def test_archived_variant_of_a_product_listed_as_a_whole(self):
        template = self.template("GC-T", sold=False)
        self.env["marketplace.listing"].create({"config_id": self.account.id, "product_tmpl_id": template.id})
        self.forget_marks()
        variant = template.product_variant_ids[0]
        variant.active = False
        self.assertEqual(self.collect()[0], 0, "the sum of the variants has changed")

    def test_archived_component_of_a_kit(self):
        """Nobody lists it, but what is left of it decides how many kits there are."""
        if "mrp.bom" not in self.env:
            self.skipTest("there are no kits without mrp")
        component = self.product("GC-C", stock=5, sold=False)
        kit = self.kit("GC-K", {component: 1})
        self.forget_marks()
        component.active = False
        self.env.cr.flush()
        self.assertEqual(self.collect(), (0, False))
        self.assertEqual(self.sorted_listings(), self.listing(kit))

    def test_in_chunks(self):
        self.touch(self.item, self.kept)
        self.sort()
        (self.listing(self.item) | self.listing(self.kept)).active = False
        with patch.object(stock_availability_dirty_garbage, "GC_CHUNK", 1):
            self.assertEqual(self.collect(), (1, True))
            self.assertEqual(self.collect(), (1, True))
            self.assertEqual(self.collect(), (0, False))

    def test_a_pass_looks_at_each_row_once(self):
        """However many valid rows stand before the garbage."""
        orphans = [self.product(f"GC-3{number}") for number in range(2)]
        self.forget_marks()
        valid = [self.kept] * 3
        for product in (*valid, orphans[0], *valid, orphans[1]):
            self.touch(product)
            self.sort()
        for product in orphans:
            self.listing(product).active = False
        looked_at = []
        look = type(self.garbage)._look

        def listening(model, table, garbage, after, limit):
            looked_at.append(after)
            return look(model, table, garbage, after, limit)

        with (
            patch.object(type(self.garbage), "_look", listening),
            patch.object(stock_availability_dirty_garbage, "GC_CHUNK", 2),
        ):
            self.assertEqual(self.collect(), (1, True), "it goes on until something is found")
            self.assertEqual(self.collect(), (1, True))
            self.assertEqual(self.collect(), (0, False))
        self.assertEqual(len(set(looked_at)), len(looked_at))
        self.assertEqual(len(looked_at), 5, "8 rows in pairs, and a look beyond")
        self.assertEqual(self.env[DIRTY].search([]).listing_id, self.listing(self.kept))

    def test_the_next_pass_begins_anew(self):
        self.touch(self.item, self.kept)
        self.sort()
        self.assertEqual(self.collect(), (0, False))
        self.listing(self.item).active = False
        self.assertEqual(self.collect(), (1, False))

    def test_per_platform(self):
        self.touch(self.item)
        self.sort()
        self.listing(self.item).active = False
        dirty = self.env[DIRTY]
        for other in ("ebay", "cartona", "rest"):
            self.assertEqual(getattr(dirty, f"_gc_invalid_{other}_records")(), 0, "that mark concerns Shopify")
        self.assertEqual(dirty._gc_invalid_shopify_records(), 1)
        self.assertEqual(dirty._gc_invalid_shopify_records(), 0)

    def test_what_is_logged(self):
        self.touch(self.item, self.kept)
        self.sort()
        (self.listing(self.item) | self.listing(self.kept)).active = False
        with (
            patch.object(stock_availability_dirty_garbage, "GC_CHUNK", 1),
            self.assertLogs("odoo.addons.marketplace_sync", logging.INFO) as lines,
        ):
            while self.collect()[1]:
                pass
        self.assertEqual([record.getMessage() for record in lines.records],
                         ["marketplace_sync: garbage kind=dirty removed=2"], "one line a pass")


class TestWhoCallsIt(GarbageCase):

    def test_every_night(self):
        """Odoo's daily cleaning finds the methods."""
        for model, name in (
            (DIRTY, "_gc_invalid_records"), (DIRTY, "_gc_backlog"), ("marketplace.garbage", "_gc_listings"),
            ("marketplace.garbage", "_gc_levels"), ("marketplace.sync.log", "_gc_old"),
        ):
            self.assertTrue(getattr(getattr(type(self.env[model]), name), "_autovacuum", False), name)

    def test_odoos_daily_cleaning(self):
        self.touch(self.item, self.kept)
        self.sort()
        (self.listing(self.item) | self.listing(self.kept)).active = False
        vacuum = self.env.ref("base.autovacuum_job")
        with patch.object(stock_availability_dirty_garbage, "GC_CHUNK", 1):
            vacuum.method_direct_trigger()
        self.assertEqual(self.count_marks(), 0)

    def test_button(self):
        self.touch(self.item)
        self.sort()
        self.item.shopify_product = False
        self.item.active = False
        closed = self.account.location_ids.create({
            "config_id": self.account.id, "name": "Closed", "external_id": "2", "active": False})
        self.env["marketplace.level"]._store([(self.listing(self.kept).id, closed.id, 7, "", None)])
        self.account._log("info", "drain", "old")
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE marketplace_sync_log SET create_date = %s WHERE config_id = %s",
            fields.Datetime.now() - timedelta(days=40), self.account.id))
        waiting = self.count_marks()
        with (
            patch.object(stock_availability_dirty_garbage, "GC_CHUNK", 1),
            patch.object(marketplace_garbage, "CHUNK", 1),
            self.assertLogs("odoo.addons.marketplace_sync", logging.INFO) as lines,
        ):
            said = self.account.action_collect_garbage()["params"]["message"]
        self.assertIn(f"{waiting} orphaned changes, 1 listings", said)
        self.assertIn("1 quantities at closed locations, 1 old log lines", said)
        self.assertEqual(self.count_marks(), 0)
        self.assertFalse(self.listing(self.item))
        logged = " ".join(record.getMessage() for record in lines.records)
        for line in (f"kind=dirty removed={waiting}", "kind=listing removed=1", "kind=level removed=1",
                     "kind=log removed=1"):
            self.assertIn(f"marketplace_sync: garbage {line}", logged)
        [row] = self.env["marketplace.sync.log"].search([("config_id", "=", self.account.id)])
        self.assertEqual((row.kind, row.message), ("garbage", said))

    def test_button_when_there_is_too_much(self):
        self.touch(self.item, self.kept)
        self.sort()
        (self.listing(self.item) | self.listing(self.kept)).active = False
        with patch.object(marketplace_garbage, "MAX_SECONDS", 0):
            self.assertIn("There is more", self.account.action_collect_garbage()["params"]["message"])
