# SPDX-License-Identifier: LGPL-3.0-or-later
"""Garbage collection removes orphans from the dirty table, and nothing that somebody still waits for."""

from unittest.mock import patch

from odoo.addons.marketplace_sync.models import stock_availability_dirty

from .common import DIRTY, MarketplaceCase


class TestGarbage(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.item = self.product("GC-1")
        self.kept = self.product("GC-2")
        self.forget_marks()

    def collect(self):
        return self.env[DIRTY]._gc_invalid_records()

    def touch(self, *products):
        for product in products:
            self.env[DIRTY]._dirty(product.ids, "test")
        self.env.cr.flush()

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

    def test_in_chunks(self):
        self.touch(self.item, self.kept)
        self.sort()
        (self.listing(self.item) | self.listing(self.kept)).active = False
        with patch.object(stock_availability_dirty, "GC_CHUNK", 1):
            self.assertEqual(self.collect(), (1, True))
            self.assertEqual(self.collect(), (1, True))
            self.assertEqual(self.collect(), (0, False))

    def test_per_platform(self):
        self.touch(self.item)
        self.sort()
        self.listing(self.item).active = False
        self.assertEqual(self.env[DIRTY]._gc_platform("ebay"), 0, "that mark concerns Shopify")
        self.assertEqual(self.env[DIRTY]._gc_invalid_shopify_records(), 1)

    def test_every_night(self):
        """Odoo's daily cleaning finds the method."""
        self.touch(self.item)
        self.sort()
        self.listing(self.item).active = False
        self.assertTrue(getattr(type(self.env[DIRTY])._gc_invalid_records, "_autovacuum", False))
        self.assertTrue(getattr(type(self.env["marketplace.sync.log"])._gc_old, "_autovacuum", False))

    def test_button(self):
        self.touch(self.item)
        self.sort()
        self.listing(self.item).active = False
        answer = self.account.action_collect_garbage()
        self.assertIn("1 orphaned", answer["params"]["message"])
        self.assertEqual(self.count_marks(), 0)
