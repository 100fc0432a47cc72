# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sorting: from a product that changed to every listing whose number depends on it."""

from unittest.mock import patch

from odoo.tools import SQL

from .common import DIRTY, MarketplaceCase


class TestSorting(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.item = self.product("SORT-1")
        self.other = self.product("SORT-2")
        self.forget_marks()

    def touch(self, *products):
        for product in products:
            self.env[DIRTY]._dirty(product.ids, "test")

    def test_product_to_its_listing(self):
        self.touch(self.item)
        self.assertEqual(self.sorted_listings(), self.listing(self.item))

    def test_duplicates_become_one_mark(self):
        for _transaction in range(3):
            self.touch(self.item)
            self.env.cr.flush()
        self.sort()
        self.assertEqual(self.count_marks(), 1)

    def test_sorted_mark_says_what_is_needed(self):
        self.touch(self.item)
        before = self.marks(self.item)
        reason, marked_at = before.reason, before.marked_at
        self.sort()
        mark = self.env[DIRTY].search([])
        self.assertEqual(mark.listing_id, self.listing(self.item))
        self.assertEqual(mark.config_id, self.account)
        self.assertEqual(mark.product_id, self.item)
        self.assertEqual(mark.product_tmpl_id, self.item.product_tmpl_id)
        self.assertEqual((mark.reason, mark.marked_at), (reason, marked_at), "waiting since the change, not since now")

    def test_every_account_that_lists_it(self):
        second = self.make_account(self.open_shop(), name="Second")
        self.forget_marks()
        self.touch(self.item)
        self.assertEqual(self.sorted_listings(), self.listing(self.item) | self.listing(self.item, second))

    def test_template_level_listing(self):
        """One listing shows all variants together: any of them changes it."""
        template = self.template("SORT-T", sold=False)
        whole = self.env["marketplace.listing"].create({
            "config_id": self.account.id, "product_tmpl_id": template.id})
        self.assertFalse(whole.product_id)
        for variant in template.product_variant_ids:
            self.forget_marks()
            self.touch(variant)
            self.assertEqual(self.sorted_listings(), whole)

    def test_variant_and_template_listings_of_one_product(self):
        template = self.template("SORT-T")
        whole = self.env["marketplace.listing"].create({
            "config_id": self.account.id, "product_tmpl_id": template.id})
        first, second = template.product_variant_ids
        self.forget_marks()
        self.touch(first)
        self.assertEqual(self.sorted_listings(), whole | self.listing(first))
        self.assertNotIn(self.listing(second), self.env[DIRTY].search([]).listing_id)

    def test_nobody_sells_it(self):
        unsold = self.product("SORT-3", sold=False)
        self.touch(unsold)
        self.sort()
        self.assertEqual(self.count_marks(), 0)

    def test_archived_listing_gets_none(self):
        self.listing(self.item).active = False
        self.forget_marks()
        self.touch(self.item, self.other)
        self.assertEqual(self.sorted_listings(), self.listing(self.other))

    def test_archived_product_is_still_sorted(self):
        """The shop has to hear that there is nothing left to sell."""
        self.item.active = False
        self.assertIn(self.listing(self.item), self.sorted_listings())

    def test_sorted_marks_are_left_alone(self):
        self.touch(self.item)
        self.sort()
        [mark] = self.env[DIRTY].search([]).ids
        self.touch(self.other)
        self.sort()
        self.assertIn(mark, self.env[DIRTY].search([]).ids)

    def test_in_chunks_oldest_first(self):
        self.touch(self.item)
        self.env.cr.flush()
        self.touch(self.other)
        self.env.cr.flush()
        with self.registry.cursor() as cr:
            self.assertEqual(self.env(cr=cr)[DIRTY]._sort(limit=1), 1)
        self.assertEqual(self.env[DIRTY].search([("listing_id", "!=", False)]).product_id, self.item)
        self.assertEqual(self.env[DIRTY].search([("listing_id", "=", False)]).product_id, self.other)

    def test_nothing_to_sort(self):
        with self.registry.cursor() as cr:
            self.assertEqual(self.env(cr=cr)[DIRTY]._sort(), 0)

    # === THE VIEW FOR OUTSIDE SCRIPTS === #

    def view(self):
        self.env.cr.flush()
        return self.env.execute_query(SQL(
            "SELECT product_id, product_tmpl_id, sorted FROM stock_availability_dirty_shopify ORDER BY product_id"))

    def test_view_shows_unsorted_then_sorted(self):
        unsold = self.product("SORT-3", sold=False)
        self.touch(self.item, unsold)
        row = (self.item.id, self.item.product_tmpl_id.id)
        self.assertEqual(self.view(), [(*row, False)], "only what is sold there")
        self.sort()
        self.assertEqual(self.view(), [(*row, True)])

    def test_view_of_a_template_level_listing(self):
        template = self.template("SORT-T", sold=False)
        self.env["marketplace.listing"].create({"config_id": self.account.id, "product_tmpl_id": template.id})
        self.forget_marks()
        variant = template.product_variant_ids[0]
        self.touch(variant)
        self.assertEqual(self.view(), [(variant.id, template.id, False)])
        self.sort()
        self.assertEqual(self.view(), [(None, template.id, True)])

    def test_view_leaves_out_archived_listings(self):
        self.touch(self.item)
        self.sort()
        self.touch(self.item)
        self.listing(self.item).active = False
        self.assertFalse(self.view())


class TestSortingKits(MarketplaceCase):
    """A kit has no stock of its own: what its components do changes it."""

    def setUp(self):
        super().setUp()
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed: there are no kits")
        self.bolt = self.product("BOLT", sold=False)

    def listings_after(self, *products):
        self.forget_marks()
        for product in products:
            self.env[DIRTY]._dirty(product.ids, "test")
        return self.sorted_listings()

    def test_component_to_kit(self):
        kit = self.kit("KIT", {self.bolt: 2})
        self.assertEqual(self.listings_after(self.bolt), self.listing(kit))

    def test_component_that_is_sold_itself(self):
        nut = self.product("NUT")
        kit = self.kit("KIT", {self.bolt: 2, nut: 1})
        self.assertEqual(self.listings_after(nut), self.listing(nut) | self.listing(kit))

    def test_kit_in_a_kit_in_a_kit(self):
        inner = self.kit("INNER", {self.bolt: 2})
        middle = self.kit("MIDDLE", {inner: 1})
        outer = self.kit("OUTER", {middle: 3})
        self.assertEqual(
            self.listings_after(self.bolt), self.listing(inner) | self.listing(middle) | self.listing(outer))
        self.assertEqual(self.listings_after(middle), self.listing(middle) | self.listing(outer))

    def test_bill_for_every_variant(self):
        kits = self.template("KIT")
        self.kit("KIT", {self.bolt: 1}, template=kits)
        self.assertEqual(len(self.listings_after(self.bolt)), 2)

    def test_bill_for_one_variant(self):
        small, medium = self.template("KIT").product_variant_ids
        nut = self.product("NUT", sold=False)
        self.kit("S", {self.bolt: 1}, bom_product=small)
        self.kit("M", {nut: 1}, bom_product=medium)
        self.assertEqual(self.listings_after(self.bolt), self.listing(small))
        self.assertEqual(self.listings_after(nut), self.listing(medium))

    def test_kit_listed_as_a_whole_template(self):
        kits = self.template("KIT", sold=False)
        self.kit("KIT", {self.bolt: 1}, template=kits)
        whole = self.env["marketplace.listing"].create({"config_id": self.account.id, "product_tmpl_id": kits.id})
        self.assertEqual(self.listings_after(self.bolt), whole)

    def test_what_is_manufactured_is_no_kit(self):
        made = self.kit("MADE", {self.bolt: 1})
        made.bom_ids.type = "normal"
        self.assertFalse(self.listings_after(self.bolt))

    def test_archived_bill(self):
        kit = self.kit("KIT", {self.bolt: 1})
        kit.bom_ids.active = False
        self.assertFalse(self.listings_after(self.bolt))

    def test_bills_that_contain_each_other_end(self):
        """Odoo refuses such bills, but imports and other addons' SQL have been seen to make them."""
        first = self.kit("FIRST", {self.bolt: 1})
        second = self.kit("SECOND", {first: 1})
        self.env.cr.execute(SQL(
            "UPDATE mrp_bom_line SET product_id = %s WHERE bom_id = %s", second.id, first.bom_ids.id))
        self.env.invalidate_all()
        self.env.cr.execute("SET LOCAL statement_timeout = '15s'")  # else a recursion without end hangs the tests
        self.assertEqual(self.listings_after(first), self.listing(first) | self.listing(second))

    def test_sorting_without_manufacturing(self):
        kit = self.kit("KIT", {self.bolt: 1})
        nut = self.product("NUT")
        with patch.dict(self.env.registry.models):
            del self.env.registry.models["mrp.bom"]
            self.assertNotIn("mrp.bom", self.env)
            self.assertEqual(self.listings_after(self.bolt, nut), self.listing(nut))
        self.assertEqual(self.listings_after(self.bolt), self.listing(kit), "and with it, as before")

    def test_component_pushes_the_kit(self):
        """Peer defect 6: kits are never pushed when a component moves."""
        kit = self.kit("KIT", {self.bolt: 2})
        self.shop.add_item("KIT", quantities={self.shop.main: 0})
        self.set_stock(self.bolt, 9)
        self.drain()
        self.assertEqual(self.shop.level("KIT", self.shop.main), 4)
        self.move(self.bolt, 5, self.stock, self.customer)
        self.drain()
        self.assertEqual(self.shop.level("KIT", self.shop.main), 2)
        self.assertEqual(self.listing(kit).quantity, 2)
