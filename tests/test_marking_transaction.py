# SPDX-License-Identifier: LGPL-3.0-or-later
"""Invariants I1 and I2 inside one transaction: what marking costs, and that no mark is lost on the way to commit."""

from unittest.mock import patch

from odoo.tools import SQL

from .common import DIRTY, MarketplaceCase


class TestMarkingTransaction(MarketplaceCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.items = cls.env["product.product"].create([
            {"name": f"Bulk {number}", "is_storable": True} for number in range(100)])
        cls.env.cr.flush()

    def dirty(self, products):
        self.env[DIRTY]._dirty(products.ids, "test")

    def test_marking_costs_no_query_before_commit(self):
        self.env.cr.flush()
        with self.assertQueryCount(0, flush=False):
            self.dirty(self.items)
            self.dirty(self.items[:50])

    def test_hundred_products_cost_one_insert(self):
        self.forget_marks()
        self.dirty(self.items)
        self.dirty(self.items)
        with self.assertQueryCount(1):
            self.env.cr.flush()
        self.assertEqual(self.count_marks(), 100)

    def test_hundred_quants_cost_one_insert_more(self):
        """The overrides themselves add nothing to what Odoo does anyway."""
        quants = self.env["stock.quant"].sudo().create([
            {"product_id": item.id, "location_id": self.stock.id, "quantity": 5} for item in self.items])
        self.env.cr.flush()
        with patch.object(type(self.env[DIRTY]), "_dirty", lambda *_args: None):
            without = self.queries_of(lambda: quants.write({"quantity": 6}))
        self.assertEqual(self.queries_of(lambda: quants.write({"quantity": 7})), without + 1)

    def test_delivery_of_hundred_lines_costs_at_most_three_statements_more(self):
        """Confirming, reserving and doing it."""
        self.env["stock.quant"].sudo().create([
            {"product_id": item.id, "location_id": self.stock.id, "quantity": 50} for item in self.items])
        self.deliver()  # what Odoo caches on the first run is no part of the comparison
        with patch.object(type(self.env[DIRTY]), "_dirty", lambda *_args: None):
            without = self.queries_of(self.deliver)
        self.assertLessEqual(self.queries_of(self.deliver), without + 3)

    def deliver(self):
        moves = self.env["stock.move"].create([{
            "product_id": item.id, "product_uom_qty": 2, "product_uom": item.uom_id.id, "company_id": self.company.id,
            "location_id": self.stock.id, "location_dest_id": self.customer.id,
            "picking_type_id": self.warehouse.out_type_id.id} for item in self.items])
        moves._action_confirm()
        moves._action_assign()
        moves.picked = True
        moves._action_done()
        self.assertEqual(set(moves.mapped("state")), {"done"})

    def queries_of(self, work):
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def test_marks_are_appended_never_updated(self):
        self.forget_marks()
        for _transaction in range(3):
            self.dirty(self.items)
            self.env.cr.flush()
        self.assertEqual(self.count_marks(), 300, "marks are merged when sorted, not when written (I2)")

    def test_table_can_not_collide(self):
        """No unique key but the row's own number, no foreign key, no trigger: nothing a stock change could wait for."""
        constraints = self.env.execute_query(SQL(
            "SELECT contype::text FROM pg_constraint WHERE conrelid = 'stock_availability_dirty'::regclass"))
        self.assertEqual({kind for [kind] in constraints} - {"n"}, {"p"})
        [[unique]] = self.env.execute_query(SQL(
            "SELECT count(*) FROM pg_index WHERE indrelid = 'stock_availability_dirty'::regclass AND indisunique"))
        self.assertEqual(unique, 1, "the primary key")
        [[triggers]] = self.env.execute_query(SQL(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'stock_availability_dirty'::regclass"))
        self.assertEqual(triggers, 0)

    def test_deleted_product_is_passed_over(self):
        self.forget_marks()
        item = self.product("GONE", sold=False)
        self.dirty(item | self.items[0])
        item.unlink()
        self.assertEqual(self.marks().product_id, self.items[0])

    # === SAVEPOINTS AND HOOKS === #

    def test_mark_in_a_savepoint_that_rolls_back_vanishes(self):
        self.forget_marks()
        self.dirty(self.items[0])
        savepoint = self.env.cr.savepoint()
        self.dirty(self.items[1])
        savepoint.close(rollback=True)
        self.dirty(self.items[2])
        self.assertEqual(self.marks().product_id, self.items[0] | self.items[2])

    def test_mark_in_a_savepoint_that_is_kept_stays(self):
        self.forget_marks()
        with self.env.cr.savepoint():
            self.dirty(self.items[0])
            with self.env.cr.savepoint():
                self.dirty(self.items[1])
        self.assertEqual(self.marks().product_id, self.items[:2])

    def test_savepoint_that_does_not_flush_keeps_marks(self):
        self.forget_marks()
        self.dirty(self.items[0])
        savepoint = self.env.cr.savepoint(flush=False)
        self.dirty(self.items[1])
        savepoint.close(rollback=True)
        self.assertIn(self.items[0], self.marks().product_id)

    def test_mark_made_by_another_hook(self):
        """Our hook may have run when another one moves stock: that mark needs a second run."""
        for ours_first in (True, False):
            with self.subTest(ours_first=ours_first):
                self.forget_marks()
                if ours_first:
                    self.dirty(self.items[0])
                self.env.cr.precommit.add(lambda: self.dirty(self.items[1]))
                if not ours_first:
                    self.dirty(self.items[0])
                self.assertEqual(self.marks().product_id, self.items[:2])

    def test_mark_made_while_flushing_by_another_hook(self):
        """A hook that flushes, as a savepoint does, runs the others inside itself."""
        self.forget_marks()

        def hook():
            with self.env.cr.savepoint():
                self.dirty(self.items[1])
            self.dirty(self.items[2])

        self.env.cr.precommit.add(hook)
        self.dirty(self.items[0])
        self.assertEqual(self.marks().product_id, self.items[:3])

    def test_mark_and_change_are_rolled_back_together(self):
        item = self.product("BACK", stock=5)
        self.forget_marks()
        savepoint = self.env.cr.savepoint()
        self.set_stock(item, 1)
        self.assertTrue(self.marks(item))
        savepoint.close(rollback=True)
        self.assertFalse(self.marks(item))
        self.assertEqual(item.with_context(location=self.stock.ids).free_qty, 5)

    def test_nothing_changed_nothing_marked(self):
        self.forget_marks()
        self.env[DIRTY]._dirty([], "test")
        self.assertFalse(self.marks())
