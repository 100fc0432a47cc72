# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""I1: no committed stock change is without its mark. I2: marking disturbs nobody. Tried with real connections."""

from unittest.mock import patch

from psycopg2 import errors

from odoo import Command
from odoo.tools import SQL

from .common import DIRTY
from .concurrent import Background, ConcurrentCase, interposed


class Killed(Exception):
    """Nothing of this process goes on from here."""


class TestMarkAndChange(ConcurrentCase):
    """I1: a change and its mark are in the same transaction."""

    def setUp(self):
        super().setUp()
        self.thing = self.offer("A", 10)
        self.push()
        self.refresh()
        self.other = self.session()

    def seen(self):
        """What somebody else sees now: the pieces in stock, and whether the product is marked."""
        self.other.cr.rollback()
        self.other.invalidate_all()
        pieces = self.thing.with_env(self.other).with_context(location=self.stock.id).qty_available
        return pieces, self.other[DIRTY].search_count([("product_id", "=", self.thing.id)])

    def test_nothing_is_seen_before_the_commit_and_both_right_after(self):
        seen_right_after = []
        # Registered first, so it runs right after COMMIT and before whatever the change itself registers.
        self.env.cr.postcommit.add(lambda: seen_right_after.append(self.seen()))
        self.change_stock(self.env, self.thing, -3)
        self.assertEqual(self.seen(), (10, 0))
        self.env.cr.commit()
        self.assertEqual(seen_right_after, [(7, 1)])

    def test_rolled_back_together(self):
        self.change_stock(self.env, self.thing, -3)
        self.env.cr.rollback()
        self.commit()
        self.assertEqual(self.seen(), (10, 0))

    def test_killed_before_the_commit(self):
        victim = self.session()
        self.change_stock(victim, self.thing, -3)
        victim.cr.connection.close()
        self.assertEqual(self.seen(), (10, 0))

    def test_killed_right_after_the_commit(self):
        victim = self.session()

        def die():
            victim.cr.connection.close()
            raise Killed

        victim.cr.postcommit.add(die)
        self.change_stock(victim, self.thing, -3)
        with self.assertRaises(Killed):
            victim.cr.commit()
        self.assertEqual(self.seen(), (7, 1))
        self.push()
        self.assertEqual(self.published(self.thing), 7)


class TestLateMark(ConcurrentCase):
    """I1: what commits while others sort and drain is found by the next one."""

    def test_product_is_listed_while_its_stock_change_is_open(self):
        thing = self.offer("A", 10, sold=False)
        slow = self.session()
        self.change_stock(slow, thing, -3)
        with self.transaction() as env:
            thing.with_env(env).shopify_product = True
        self.push()
        self.assertEqual(self.published(thing), 10, "what was true for all but the slow one")
        slow.cr.commit()
        self.push()
        self.assertEqual(self.published(thing), 7)

    def test_kit_is_made_of_a_product_while_its_stock_change_is_open(self):
        if "mrp.bom" not in self.env:
            self.skipTest("there are no kits without mrp")
        part, kit = self.offer("A", 10, sold=False), self.offer("KIT", 0, sold=False)
        slow = self.session()
        self.change_stock(slow, part, -4)
        with self.transaction() as env:
            env["mrp.bom"].create({
                "product_tmpl_id": kit.product_tmpl_id.id, "type": "phantom", "product_qty": 1,
                "bom_line_ids": [Command.create({"product_id": part.id, "product_qty": 2})]})
            kit.with_env(env).shopify_product = True
        self.push()
        self.assertEqual(self.published(kit), 5)
        slow.cr.commit()
        self.push()
        self.assertEqual(self.published(kit), 3)

    def test_change_between_reading_and_storing(self):
        thing = self.offer("A", 10)
        with interposed(self.registry["marketplace.drain"], "_send", lambda *_: self.commit_stock(thing, -3)):
            self.push()
        self.assertEqual(self.published(thing), 7)
        self.assertEqual(self.written(thing), [10, 7])
        self.assertFalse(self.waiting(thing))

    def test_change_between_reading_and_storing_in_the_last_round(self):
        """The drain ends before it could look again; the mark it never saw is still there for the next one."""
        thing = self.offer("A", 10)
        with interposed(self.registry["marketplace.drain"], "_send", lambda *_: self.commit_stock(thing, -3)):
            self.push(limit=1)
        self.assertEqual(self.published(thing), 10)
        self.assertTrue(self.waiting(thing))
        self.push()
        self.assertEqual(self.published(thing), 7)

    def test_change_that_another_account_sorts_before_the_storing(self):
        """By then the mark is one of the very listing stored: it is left alone, as the drain has not seen it."""
        thing = self.offer("A", 10)

        def change_and_sort(*_args):
            self.commit_stock(thing, -3)
            with self.transaction() as env:
                env[DIRTY]._sort()

        with interposed(self.registry["marketplace.drain"], "_send", change_and_sort):
            self.push(limit=1)
        self.assertTrue(self.waiting(thing))
        self.push()
        self.assertEqual(self.published(thing), 7)

    def test_listed_between_the_sorts_snapshot_and_its_end(self):
        """The sort drops the mark of a product it sees nowhere listed: the listing it does not see has its own."""
        thing = self.offer("A", 10, sold=False)

        def meanwhile(dirty, _limit):
            dirty.env.cr.execute("SELECT 1")  # the snapshot is taken
            with self.transaction() as env:
                thing.with_env(env).shopify_product = True

        with self.transaction() as env, interposed(self.registry[DIRTY], "_sort_query", meanwhile):
            env[DIRTY]._sort()
        self.assertTrue(self.waiting(thing))
        self.push()
        self.assertEqual(self.published(thing), 10)

    def test_slow_transaction_commits_a_lower_id_after_the_drain(self):
        thing, other = self.offer("A", 10), self.offer("B", 10)
        self.push()
        slow = self.session()
        self.change_stock(slow, thing, -3)
        self.commit_stock(other, -1)
        self.push()
        slow.cr.commit()
        self.push()
        self.assertEqual((self.published(thing), self.published(other)), (7, 9))

    def test_slow_transaction_commits_a_lower_id_during_the_drain(self):
        """Marks of listings are taken in the order of their ids, but not everything with a lower id is done."""
        thing, other = self.offer("A", 10), self.offer("B", 10)
        self.push()
        self.refresh()
        self.shop.item(thing.default_code).levels[self.shop.main].available = 99  # by hand, in the shop
        slow = self.session()
        self.listing(thing).with_env(slow).action_push()
        slow.cr.flush()
        self.commit_stock(other, -1)
        with interposed(self.registry["marketplace.drain"], "_send", lambda *_: slow.cr.commit()):
            done = self.push()
        self.assertEqual((self.published(thing), self.published(other)), (10, 9))
        self.assertEqual(done["remaining"], 0)


class TestNobodyWaits(ConcurrentCase):
    """I2: two transactions that mark the same product neither wait for each other nor fail."""

    def setUp(self):
        super().setUp()
        self.thing = self.offer("A", 10)
        self.first, self.second = self.session(), self.session()
        for env in (self.first, self.second):
            env.cr.execute("SET lock_timeout = '200ms'")
            env.cr.commit()
            env.cr.execute("SELECT 1")  # both snapshots are older than either mark

    def mark(self, env):
        env[DIRTY]._dirty(self.thing.ids, "test")
        env.cr.flush()

    def mark_side_by_side(self):
        """The second marks while the first is open, and commits first."""
        self.mark(self.first)
        self.mark(self.second)
        self.second.cr.commit()
        self.first.cr.commit()

    def mark_one_after_the_other(self):
        """The first has committed when the second, which does not see it, marks."""
        self.mark(self.first)
        self.first.cr.commit()
        self.mark(self.second)
        self.second.cr.commit()

    def test_side_by_side(self):
        before = self.waiting(self.thing)
        self.mark_side_by_side()
        self.assertEqual(self.waiting(self.thing) - before, 2)

    def test_one_after_the_other(self):
        before = self.waiting(self.thing)
        self.mark_one_after_the_other()
        self.assertEqual(self.waiting(self.thing) - before, 2)

    def test_a_unique_key_would_make_them_wait_and_fail(self):
        """What the tests above would find if marks were kept unique."""
        self.env.cr.execute("CREATE TABLE marketplace_sync_test_unique (product_id integer PRIMARY KEY)")
        self.env.cr.commit()
        self.addCleanup(self.drop_unique_table)

        def append_unique(dirty):
            product_ids = dirty.env.cr.precommit.data.pop("marketplace_sync.marks")
            dirty.env.cr.execute(SQL(
                "INSERT INTO marketplace_sync_test_unique SELECT unnest(%s) ON CONFLICT DO NOTHING",
                list(product_ids)), log_exceptions=False)

        with patch.object(self.registry[DIRTY], "_append_marks", append_unique):
            with self.assertRaises(errors.LockNotAvailable):
                self.mark_side_by_side()
            self.first.cr.rollback()
            self.second.cr.rollback()
            self.second.cr.execute("SELECT 1")
            with self.assertRaises(errors.SerializationFailure):
                self.mark_one_after_the_other()

    def drop_unique_table(self):
        for env in (self.first, self.second):
            env.cr.rollback()
        with self.transaction() as env:
            env.cr.execute("DROP TABLE marketplace_sync_test_unique")

    def test_receipts_of_the_same_product(self):
        """Two users' stock changes, as Odoo does them, while a drain pushes the product."""
        self.push()
        self.change_stock(self.first, self.thing, 5)
        self.change_stock(self.second, self.thing, 7)
        drain = Background(self.push)
        self.second.cr.commit()
        drain.result()
        self.first.cr.commit()
        self.push()
        self.assertEqual(self.published(self.thing), 22)
