# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""I3: an older number never follows a newer one. Tried with real connections and the shop's own record of writes.

Stock only ever grows here, so that of two numbers the greater one is the younger.
"""

import itertools
import random
import threading
from contextlib import contextmanager, suppress
from unittest.mock import patch

from psycopg2 import errors

from odoo.tools import SQL, mute_logger

from odoo.addons.marketplace_sync.adapters.shopify.batches import Row
from odoo.addons.marketplace_sync.models import advisory_lock, marketplace_drain, stock_availability_dirty

from .common import DIRTY
from .concurrent import PATIENCE, Background, ConcurrentCase, interposed, wait_until


def without_comparing():
    """Write whatever the shop has, as most marketplaces do: Shopify's comparison would cover up for a missing lock."""
    wire = Row.wire.fget
    return patch.object(Row, "wire", property(lambda row: {**wire(row), "changeFromQuantity": None}))


@contextmanager
def no_lock(cr, _key, **_options):
    """`session_lock` without a lock."""
    cr.commit()
    yield True
    cr.rollback()


@contextmanager
def lock_after_snapshot(cr, key, **_options):
    """`session_lock` as it comes naturally: inside the transaction it shall protect."""
    cr.execute("SELECT 1")
    held = advisory_lock._try(cr, key)
    yield held
    cr.rollback()
    if held:
        cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", advisory_lock.NAMESPACE, key))
        cr.commit()


class Crash(Exception):
    """The server stops right here."""


class TestShardLock(ConcurrentCase):

    def setUp(self):
        super().setUp()
        self.thing = self.offer("A", 10)
        self.push()
        self.drain_class = self.registry["marketplace.drain"]

    def overtake_a_push(self):
        """A drain has read the stock; before it pushes, the stock grows and another drain comes along."""
        self.commit_stock(self.thing, 5)
        results = []

        def meanwhile(*_args):
            self.commit_stock(self.thing, 5)
            results.append(self.push())

        with interposed(self.drain_class, "_send", meanwhile), without_comparing():
            self.push()
        return results[0]

    def test_a_second_drain_leaves_the_shard_to_the_first(self):
        second = self.overtake_a_push()
        self.assertTrue(second["busy"])
        self.assertEqual(second["done"], 0)
        self.assertEqual(self.written(self.thing), [10, 15, 20])

    def test_without_the_lock_the_older_number_would_follow(self):
        """What the test above would find."""
        with patch.object(marketplace_drain, "session_lock", no_lock), mute_logger("odoo.sql_db"):
            self.overtake_a_push()
        self.assertEqual(self.written(self.thing), [10, 20, 15])

    def overtake_a_lock(self):
        """A drain is about to take the lock; before it has it, the stock grows and another drain pushes it."""
        sort = self.registry[DIRTY]._sort

        def grow():
            self.commit_stock(self.thing, 5)
            with self.transaction() as env:
                sort(env[DIRTY])

        def meanwhile(*_args):
            grow()
            self.push()

        grow()
        # Sorting commits, which would hide that the snapshot was taken too early.
        with patch.object(self.registry[DIRTY], "_sort", lambda dirty: 0), without_comparing(), \
                interposed(advisory_lock, "_try", meanwhile):
            self.push()

    def test_the_snapshot_is_younger_than_the_lock(self):
        self.overtake_a_lock()
        self.assertEqual(self.written(self.thing), [10, 20])

    def test_a_snapshot_older_than_the_lock_would_bring_the_older_number(self):
        """What the test above would find."""
        with patch.object(marketplace_drain, "session_lock", lock_after_snapshot), mute_logger("odoo.sql_db"):
            self.overtake_a_lock()
        self.assertEqual(self.written(self.thing), [10, 20, 15])

    def test_the_holder_serves_whoever_found_the_lock_taken(self):
        """The holder has found nothing more, but has not let go of the lock yet."""
        results = []

        def meanwhile(*_args):
            self.commit_stock(self.thing, 5)
            results.append(self.push())

        with interposed(self.drain_class, "_drain_held", meanwhile, after=True):
            self.push()
        self.assertTrue(results[0]["busy"])
        self.assertEqual(self.published(self.thing), 15)
        self.assertFalse(self.waiting(self.thing))

    def test_a_crashed_drain_lets_go(self):
        self.commit_stock(self.thing, 5)

        def crash(*_args):
            raise Crash

        with interposed(self.drain_class, "_send", crash), self.assertRaises(Crash):
            self.push()
        self.assertFalse(self.locks())
        self.assertFalse(self.push()["busy"])
        self.assertEqual(self.published(self.thing), 15)

    def test_two_people_press_sync_now(self):
        things = [self.thing, *(self.offer(f"B{number}", 7) for number in range(20))]
        self.commit_stock(self.thing, 5)
        self.shop.latency = 0.02
        at_once = threading.Barrier(2, timeout=PATIENCE)

        def press():
            with self.transaction() as env:
                account = self.account.with_env(env)
                at_once.wait()
                return account.action_sync_now()["params"]["type"]

        presses = [Background(press), Background(press)]
        kinds = [press.result() for press in presses]
        self.assertIn("success", kinds)
        self.assertLessEqual(set(kinds), {"success", "warning"})
        for thing in things:
            self.assertEqual(self.written(thing), [10, 15] if thing == self.thing else [7])


class TestRace(ConcurrentCase):
    """Users change stock while drains push and crash, in any order."""

    def test_race(self):
        self.race(shards=1)

    def test_race_in_shards(self):
        self.race(shards=3)

    def race(self, shards):
        self.account.write({"shards": shards, "batch_size": 2})
        things = [self.offer(f"A{number}", 10) for number in range(6)]
        done = threading.Event()
        with without_comparing(), self.crashing():
            writers = [Background(self.grow, things, seed) for seed in range(3)]
            drains = [Background(self.push_until, done) for _number in range(3)]
            try:
                for writer in writers:
                    writer.result()
            finally:
                done.set()
            crashes = sum(drain.result() for drain in drains)
        self.push()
        self.refresh()
        self.assertTrue(crashes)
        for thing in things:
            numbers = self.written(thing)
            self.assertEqual(numbers, sorted(numbers), f"{thing.default_code}, in the shop's order")
            self.assertEqual(self.published(thing), thing.with_context(location=self.stock.id).qty_available)
            self.assertFalse(self.waiting(thing))

    def grow(self, things, seed):
        chance = random.Random(seed)
        for _number in range(20):
            # Two users may want the same quant; Odoo tries again then, which makes no difference here.
            with suppress(errors.SerializationFailure), mute_logger("odoo.sql_db"), self.transaction() as env:
                for thing in chance.sample(things, 2):
                    self.change_stock(env, thing, chance.randint(1, 5))
            self.shop.latency = chance.choice((0, 0.05))  # so that requests overtake each other

    def push_until(self, done):
        """Drain again and again; returns how many of the drains crashed."""
        crashes = 0
        while not done.is_set():
            try:
                self.push()
            except Crash:
                crashes += 1
        return crashes

    def crashing(self):
        """Every fifth drain crashes when the shop has the numbers and the database does not know yet."""
        store, numbers = self.registry["marketplace.drain"]._store, itertools.count(1)

        def patched(*args):
            if next(numbers) % 5 == 0:
                raise Crash
            return store(*args)

        return patch.object(self.registry["marketplace.drain"], "_store", patched)


class TestSortLock(ConcurrentCase):
    """Sorting has a lock of its own, since any account's drain sorts for all."""

    def setUp(self):
        super().setUp()
        self.thing = self.offer("A", 10)

    def drain_while_another_sorts(self):
        """Another one has sorted, but not committed yet, when a drain comes along."""
        another = self.session()[DIRTY]
        with stock_availability_dirty.session_lock(another.env.cr, advisory_lock.SORT):
            another.env.cr.execute(another._sort_query(stock_availability_dirty.SORT_CHUNK))
            drain = Background(self.push)
            wait_until(self.somebody_waits, "the drain to wait for the one that sorts")
            another.env.cr.commit()
        return drain.result()

    def somebody_waits(self):
        with self.transaction() as env:
            [[count]] = env.execute_query(SQL(
                """SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'"""))
            return count

    def test_a_drain_waits_for_another_to_sort(self):
        self.assertEqual(self.drain_while_another_sorts()["failed"], 0)
        self.assertEqual(self.published(self.thing), 10)
        self.assertFalse(self.waiting(self.thing))

    def sort_inside_a_sort(self):
        """Another one sorts when the first has taken its snapshot, but no mark yet; returns what each took."""
        taken = []

        def meanwhile(dirty, _limit):
            dirty.env.cr.execute("SELECT 1")
            with self.transaction() as env:
                taken.append(env[DIRTY]._sort())

        with self.transaction() as env, patch.object(advisory_lock, "WAIT_SECONDS", 0.05), \
                interposed(self.registry[DIRTY], "_sort_query", meanwhile):
            taken.append(env[DIRTY]._sort())
        return taken

    def test_one_sorts_at_a_time(self):
        second, first = self.sort_inside_a_sort()
        self.assertFalse(second)
        self.assertTrue(first)

    def test_without_the_lock_one_would_fail(self):
        """What the test above would find."""
        with patch.object(stock_availability_dirty, "session_lock", no_lock), mute_logger("odoo.sql_db"), \
                self.assertRaises(errors.SerializationFailure):
            self.sort_inside_a_sort()

    def test_a_drain_does_not_wait_for_ever(self):
        another = self.session()
        with patch.object(advisory_lock, "WAIT_SECONDS", 0.05), patch.object(marketplace_drain, "MAX_SECONDS", 0.2), \
                advisory_lock.session_lock(another.cr, advisory_lock.SORT):
            self.push()
            self.assertTrue(self.waiting(self.thing))
        self.push()
        self.assertEqual(self.published(self.thing), 10)
