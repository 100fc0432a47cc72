# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which listings and quantities are garbage, and which only look like it."""

from odoo.tools import SQL

from .test_garbage import GarbageCase


class TestListings(GarbageCase):

    def setUp(self):
        super().setUp()
        self.listed = self.listing(self.item)

    def listings(self):
        self.env.flush_all()
        return self.garbage._gc_listings()

    def test_nothing_is_garbage(self):
        for product in (self.item, self.template("GC-T").product_variant_ids[0]):
            product.active = False
        self.assertEqual(self.listings(), (0, False), "the shop has to hear that nothing is left")
        self.item.active = True
        self.listed.active = False
        self.assertEqual(self.listings(), (0, False), "it can be ticked again")

    def test_unticked_archived_and_never_linked(self):
        self.item.shopify_product = False
        self.item.active = False
        self.assertEqual(self.listings(), (1, False))
        self.assertFalse(self.listed.exists())
        self.assertTrue(self.listing(self.kept))
        self.item.write({"active": True, "shopify_product": True})
        self.assertTrue(self.listing(self.item), "it comes back with its tick")

    def test_of_a_whole_product(self):
        template = self.template("GC-T", sold=False)
        listing = self.env["marketplace.listing"].create({
            "config_id": self.account.id, "product_tmpl_id": template.id, "active": False})
        self.assertEqual(self.listings()[0], 0)
        template.active = False
        self.assertEqual(self.listings()[0], 1)
        self.assertFalse(listing.exists())

    def test_what_was_linked_is_kept(self):
        self.item.active = False
        for memory in ({"external_id": "gid://1"}, {"state": "linked"}, {"state": "error", "error": "Refused"}):
            self.listed.write({"active": False, "state": "pending", "external_id": False, **memory})
            with self.subTest(memory=memory):
                self.assertEqual(self.listings(), (0, False))
        self.listed.write({"state": "pending", "external_id": False})
        level = self.env["marketplace.level"].create({
            "listing_id": self.listed.id, "location_id": self.account.location_ids.id, "quantity": 1})
        self.assertEqual(self.listings(), (0, False))
        level.unlink()
        self.assertEqual(self.listings(), (1, False))

    def test_left_without_a_product(self):
        """As a database may be that was restored or repaired by hand: its foreign keys did not do their work."""
        template = self.template("GC-T")
        variant, gone = template.product_variant_ids
        whole = self.product("GC-3")
        self.touch(gone)
        self.sort()
        self.env.flush_all()
        self.env.cr.execute("""
            ALTER TABLE marketplace_listing
                DROP CONSTRAINT marketplace_listing_product_id_fkey,
                DROP CONSTRAINT marketplace_listing_product_tmpl_id_fkey""")
        self.env.cr.execute(SQL("DELETE FROM product_product WHERE id = ANY(%s)", [gone.id, whole.id]))
        self.env.cr.execute(SQL("DELETE FROM product_template WHERE id = %s", whole.product_tmpl_id.id))
        self.env.invalidate_all()
        self.assertEqual(self.listings(), (2, False))
        self.assertTrue(self.listing(variant))
        self.assertGreaterEqual(self.collect()[0], 1, "what waited for them is orphaned")


class TestLevels(GarbageCase):

    def test_of_closed_locations(self):
        place = self.account.location_ids
        closed = place.create({"config_id": self.account.id, "name": "Closed", "external_id": "2", "active": False})
        listing = self.listing(self.item)
        self.env["marketplace.level"]._store([
            (listing.id, place.id, 5, "a", None), (listing.id, closed.id, 7, "b", None)])
        self.assertEqual(listing.quantity, 12)
        self.assertEqual(self.garbage._gc_levels(), (1, False))
        self.env.invalidate_all()
        self.assertEqual(listing.level_ids.location_id, place)
        self.assertEqual(listing.quantity, 5)
