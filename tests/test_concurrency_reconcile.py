# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""Comparing while others push, sell and change stock, and while the server is killed."""

from unittest.mock import patch

from odoo.tools import SQL

from odoo.addons.marketplace_sync.adapters import ShopifyAdapter
from odoo.addons.marketplace_sync.models import advisory_lock
from odoo.addons.marketplace_sync.models.advisory_lock import NAMESPACE, session_lock, shard_key

from .comparing import ComparingMixin
from .concurrent import Background, ConcurrentCase, interposed, wait_until


class Crash(BaseException):
    """The server stops right here: nothing gets to clean up after itself."""


class ComparingCase(ComparingMixin, ConcurrentCase):

    def sell(self, number, stock=10):
        """So many products whose numbers the shop has acknowledged, committed."""
        things = [self.offer(f"A{index:02}", stock) for index in range(number)]
        self.push()
        self.refresh()
        return things

    def buy(self, thing, quantity):
        """A customer of the shop buys."""
        self.shop.order(thing.default_code, quantity, self.shop.main)

    def begin(self):
        """Press the button, committed."""
        self.account.action_reconcile()
        self.commit()

    def go_on(self):
        """What the scheduled action does, in a session of its own."""
        with self.transaction() as env:
            env["marketplace.reconcile"]._cron_compare()
        self.refresh()
        return self.account.reconcile_ids[:1]

    def compare(self):
        self.begin()
        return self.go_on()

    def while_the_shop_answers(self, action):
        """Do something when the shop has been asked and has not answered yet."""
        return interposed(ShopifyAdapter, "read", lambda *_args: action())


class TestWhileTheShopAnswers(ComparingCase):

    def test_no_transaction_is_open(self):
        self.sell(2)
        seen = []

        def look():
            with self.transaction() as env:
                seen.extend(env.execute_query(SQL(
                    """SELECT activity.state, activity.xact_start
                         FROM pg_stat_activity activity JOIN pg_locks held ON held.pid = activity.pid
                        WHERE held.locktype = 'advisory' AND held.classid = %s AND activity.datname = current_database()
                    """, NAMESPACE)))

        with self.while_the_shop_answers(look):
            self.assertEqual(self.compare().state, "done")
        self.assertEqual(seen, [("idle", None)], "it holds the lock of the part it compares, and no transaction")

    def test_a_push_that_comes_meanwhile_is_no_drift(self):
        [thing, other] = self.sell(2)
        pushed = []

        def change():
            self.commit_stock(thing, -4)
            pushed.append(self.push())

        with self.while_the_shop_answers(change):
            run = self.compare()
        self.assertEqual((run.checked, run.drifted), (2, 0))
        self.assertTrue(pushed[0]["busy"], "it does not go in between")
        self.assertEqual(self.written(thing), [10])
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", self.account.cron_id.id)]),
                        "it is called back: who compares does not push in its place")
        self.push()
        self.assertEqual((self.published(thing), self.published(other)), (6, 10))
        self.assertFalse(self.compare().drifted)

    def test_an_account_that_pushes_at_once_is_called_back_at_once(self):
        [thing] = self.sell(1)
        self.begin()
        self.account.push_mode = "immediate"
        self.commit()
        triggers = [("cron_id", "=", self.account.cron_id.id)]

        def change():
            self.commit_stock(thing, -4)
            with self.transaction() as env:
                env["ir.cron.trigger"].search(triggers).unlink()  # the scheduled action has come, and gone

        with self.while_the_shop_answers(change):
            self.go_on()
        self.assertTrue(self.env["ir.cron.trigger"].search(triggers))

    def test_a_change_whose_transaction_is_still_open(self):
        [thing] = self.sell(1)
        slow = self.session()
        self.change_stock(slow, thing, -4)
        with self.while_the_shop_answers(slow.cr.commit):
            self.assertFalse(self.compare().drifted)
        self.push()
        self.assertEqual(self.published(thing), 6)

    def test_an_old_number_is_never_written_over_a_newer_one(self):
        """Elsewhere the reconcile wrote what it had read before the change, and then failed to commit."""
        [thing, lost] = self.sell(2)
        self.buy(lost, 3)

        def change():
            self.commit_stock(thing, 90)
            self.commit_stock(lost, -5)

        with self.while_the_shop_answers(change):
            run = self.compare()
        self.assertEqual(self.drifts(run), {lost.default_code: ("changed", 7, 10, 10)})
        self.assertEqual((self.written(thing), self.written(lost)), ([10], [10]), "comparing writes nothing")
        self.push()
        self.assertEqual((self.published(thing), self.published(lost)), (100, 5))
        self.assertFalse(self.compare().drifted)

    def test_sold_out_in_the_shop_meanwhile(self):
        [thing] = self.sell(1)
        with self.while_the_shop_answers(lambda: self.buy(thing, 10)):
            run = self.compare()
        self.assertEqual(self.drifts(run), {thing.default_code: ("changed", 0, 10, 10)})
        self.push()
        self.assertEqual(self.published(thing), 0, "not on sale again")


class TestGivingWay(ComparingCase):

    def test_a_part_that_is_being_pushed_comes_later(self):
        [thing] = self.sell(1)
        self.buy(thing, 3)
        pushing = self.session()
        with patch.object(advisory_lock, "WAIT_SECONDS", 0.1), \
                session_lock(pushing.cr, shard_key(self.account.id, 0)) as held:
            self.assertTrue(held)
            run = self.compare()
            self.assertRecordValues(run, [{
                "state": "running", "checked": 0, "note": "Its numbers are being pushed."}])
            self.assertTrue(run.retry_at)
        run.retry_at = False
        self.commit()
        self.go_on()
        self.assertRecordValues(run, [{"state": "done", "checked": 1, "drifted": 1, "note": False}])

    def test_a_lock_that_is_let_go_of_is_waited_for(self):
        self.sell(1)
        self.begin()
        pushing = self.session()
        with session_lock(pushing.cr, shard_key(self.account.id, 0)):
            comparing = Background(self.go_on_elsewhere)
            wait_until(self.somebody_waits, "the comparison to want the lock")
        comparing.result()
        self.refresh()
        self.assertEqual(self.account.reconcile_ids.state, "done")

    def go_on_elsewhere(self):
        with self.transaction() as env:
            env["marketplace.reconcile"]._cron_compare()

    def somebody_waits(self):
        with self.transaction() as env:
            return env.execute_query(SQL(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND NOT granted", NAMESPACE))

    def test_two_at_once_compare_nothing_twice(self):
        things = self.sell(10)
        self.account.write({"batch_size": 1, "parallel": 1})
        for thing in things:
            self.buy(thing, 1)
        self.begin()
        with self.while_the_shop_answers(lambda: others.append(Background(self.go_on_elsewhere))):
            others = []
            self.go_on()
        others[0].result()
        self.refresh()
        run = self.account.reconcile_ids
        self.assertRecordValues(run, [{"state": "done", "checked": 10, "drifted": 10}])
        self.assertEqual(len(run.drift_ids.listing_id), 10)


class TestKilled(ComparingCase):

    def setUp(self):
        super().setUp()
        self.account.write({"batch_size": 1, "parallel": 1, "conflict_policy": "overwrite"})  # chunks of four
        self.things = self.sell(10)
        for thing in self.things:
            self.buy(thing, 1)

    def crash(self, name, number):
        """Die when a method of the comparison is called for so many times."""
        comparison, calls = self.registry["marketplace.comparison"], []
        original = getattr(comparison, name)

        def crashing(*args, **options):
            calls.append(name)
            if len(calls) == number:
                raise Crash
            return original(*args, **options)

        with patch.object(comparison, name, crashing), self.assertRaises(Crash):
            self.go_on()
        self.refresh()
        self.assertFalse(self.locks())

    def assert_goes_on(self, compared):
        """What was stored stays, and the rest is compared once."""
        run = self.account.reconcile_ids
        self.assertRecordValues(run, [{"state": "running", "checked": compared, "drifted": compared}])
        self.assertEqual(len(run.drift_ids), compared)
        self.assertEqual(sum(bool(self.waiting(thing)) for thing in self.things), compared)
        asked = []
        with interposed(ShopifyAdapter, "read", lambda _adapter, levels: asked.extend(levels)):
            self.go_on()
        self.assertEqual(asked[0].key[0], sorted(self.account.listing_ids.ids)[compared], "it goes on where it stopped")
        self.assertRecordValues(run, [{"state": "done", "checked": 10, "drifted": 10}])
        self.assertEqual(len(run.drift_ids), 10)
        self.assertEqual(run.drift_ids.listing_id, self.account.listing_ids)
        self.push()
        self.assertEqual([self.published(thing) for thing in self.things], [10] * 10)

    def test_before_the_shop_was_asked(self):
        self.begin()
        self.crash("_read_shop", 2)
        self.assert_goes_on(4)

    def test_before_what_was_found_was_stored(self):
        self.begin()
        self.crash("_advance", 2)
        self.assert_goes_on(4)

    def test_after_it_was_stored(self):
        self.begin()
        self.crash("_let_pushes_go_on", 2)
        self.assert_goes_on(8)
