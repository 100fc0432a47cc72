# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""Garbage collection holds up nobody and loses nothing. Tried with real connections."""

from unittest.mock import patch

from odoo.tools import SQL

from odoo.addons.marketplace_sync.models import stock_availability_dirty_garbage
from odoo.addons.marketplace_sync.models.advisory_lock import session_lock, shard_key

from .common import DIRTY
from .concurrent import Background, ConcurrentCase, interposed


class GarbageCase(ConcurrentCase):

    def setUp(self):
        super().setUp()
        self.thing, self.orphan = self.offer("A", 10), self.offer("B", 10)
        self.push()

    def orphans(self, number):
        """Marks of a listing that is archived, committed."""
        self.refresh()
        listing = self.listing(self.orphan)
        listing.active = False
        self.commit()
        for _mark in range(number):
            self.env.cr.execute(SQL(
                """INSERT INTO stock_availability_dirty (product_id, product_tmpl_id, listing_id, config_id)
                   VALUES (%s, %s, %s, %s)""",
                self.orphan.id, self.orphan.product_tmpl_id.id, listing.id, self.account.id))
        self.commit()

    def collector(self):
        """A session that has removed a chunk and not committed yet."""
        session = self.session()
        self.assertTrue(session[DIRTY]._gc_invalid_records()[0])
        return session


class TestStockMoves(GarbageCase):

    def test_a_stock_move_does_not_wait(self):
        """It changes, commits and is pushed while the collector's transaction is open, its locks held."""
        self.orphans(3)
        collector = self.collector()
        Background(self.commit_stock, self.thing, -3).result()
        Background(self.commit_stock, self.orphan, -3).result()
        self.push()
        self.assertEqual(self.published(self.thing), 7)
        collector.cr.commit()
        self.assertFalse(self.waiting(self.orphan))

    def test_the_collector_does_not_wait_for_a_stock_move(self):
        self.orphans(3)
        mover = self.session()
        self.change_stock(mover, self.thing, -3)
        self.change_stock(mover, self.orphan, -3)
        with self.transaction() as env:
            Background(env["marketplace.garbage"]._collect, self.account.with_env(env)).result()
        self.assertFalse(self.waiting(self.orphan))
        mover.cr.commit()
        self.assertEqual(self.waiting(self.thing), 1)
        self.push()
        self.assertEqual(self.published(self.thing), 7)

    def test_button_commits_each_chunk(self):
        """Whoever looks between two chunks finds fewer and fewer."""
        self.orphans(3)
        seen = []
        garbage = type(self.env["marketplace.garbage"])
        look = garbage._look

        def looking(model, table, *args):
            if table == "stock_availability_dirty":
                seen.append(self.waiting(self.orphan))
            return look(model, table, *args)

        with patch.object(stock_availability_dirty_garbage, "GC_CHUNK", 1), patch.object(garbage, "_look", looking):
            self.account.action_collect_garbage()
        self.assertEqual(sorted(set(seen), reverse=True), [3, 2, 1, 0])


class TestTwoCollectors(GarbageCase):

    def test_neither_waits(self):
        self.orphans(3)
        first = self.collector()
        second = self.session()
        self.assertEqual(Background(second[DIRTY]._gc_invalid_records).result(), (0, False))
        first.cr.commit()

    def test_one_was_quicker(self):
        """In between reading and locking: the row is gone, which is no reason to fail."""
        self.orphans(3)
        slow = self.session()
        slow.execute_query(SQL("SELECT 1"))  # its snapshot is taken
        quick = self.collector()
        quick.cr.commit()
        self.assertEqual(slow[DIRTY]._gc_invalid_records(), (0, True))
        slow.cr.commit()
        self.assertEqual(slow[DIRTY]._gc_invalid_records(), (0, False))


class TestBacklog(GarbageCase):
    """Shortening what nobody takes loses no change."""

    def collect(self):
        with self.transaction() as env:
            env[DIRTY]._gc_backlog()

    def test_paused_while_a_push_is_ending(self):
        """The push has read the newest mark. An older one is committed later, and the account paused: it has to be
        there still when the push deletes the one it has read."""
        shelf = self.env["stock.location"].create({
            "name": self.prefix, "usage": "internal", "company_id": self.company.id, "location_id": self.stock.id})
        self.set_stock(self.thing, 5, shelf)
        self.commit()
        self.push()
        self.assertEqual(self.published(self.thing), 15)
        self.refresh()
        late = self.session()
        self.listing(self.thing).with_env(late)._mark("counted")
        late.cr.execute(SQL(
            "UPDATE stock_quant SET quantity = 2 WHERE product_id = %s AND location_id = %s", self.thing.id, shelf.id))
        self.commit_stock(self.thing, -1)

        def meanwhile(*_args):
            late.cr.commit()
            with self.transaction() as env:
                self.account.with_env(env).state = "paused"
            self.collect()

        drain = type(self.env["marketplace.drain"])
        with interposed(drain, "_send", meanwhile):
            self.push()
        self.assertEqual(self.published(self.thing), 14, "what was true when it was read")
        with self.transaction() as env:
            self.account.with_env(env).action_resume()
        self.push()
        self.assertEqual(self.published(self.thing), 11)

    def test_a_shard_that_is_being_pushed_is_left_alone(self):
        self.refresh()
        self.account.state = "paused"
        self.commit()
        for _change in range(2):
            self.commit_stock(self.thing, -1)
            with self.transaction() as env:
                env[DIRTY]._sort()
        before = self.waiting(self.thing)
        self.assertEqual(before, 2)
        with session_lock(self.session().cr, shard_key(self.account.id, 0)):
            self.collect()
            self.assertEqual(self.waiting(self.thing), before)
        self.collect()
        self.assertEqual(self.waiting(self.thing), 1)
