# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""Several parts of one account at work at once: they share the listings, the back-off and the token, and nothing is
left lying between them."""

from contextlib import ExitStack
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.tools import SQL, mute_logger

from odoo.addons.marketplace_sync.models import advisory_lock, marketplace_config_health
from odoo.addons.marketplace_sync.models.advisory_lock import session_lock, shard_key

from .concurrent import Background, ConcurrentCase, interposed

QUIET = ("odoo.addons.marketplace_sync.models.marketplace_config_health", "odoo.sql_db")


class PartsCase(ConcurrentCase):
    """Two shards with three things each, and changes in all of them."""

    def setUp(self):
        super().setUp()
        self.drain_class = self.registry["marketplace.drain"]
        self.config_class = self.registry["marketplace.config"]
        self.account.shards = 2
        self.commit()
        self.crons = self.account._crons()
        things = [self.offer(f"A{number}", 10) for number in range(6)]
        self.push()
        self.refresh()
        self.things = [[thing for thing in things if self.listing(thing).id % 2 == shard] for shard in (0, 1)]
        for thing in things:
            self.commit_stock(thing, 5)

    def run_part(self, number):
        """What a scheduled action of the account does, in a session of its own."""
        with self.transaction() as env:
            return self.account.with_env(env(context={"cron_id": self.crons[number].id}))._drain()

    def assert_pushed(self, things):
        """Each of them, once, with what it had and what it has now."""
        for thing in things:
            self.assertEqual(self.written(thing), [10, 15])
            self.assertFalse(self.waiting(thing))

    def assert_waiting(self, things):
        for thing in things:
            self.assertEqual(self.written(thing), [10])
            self.assertTrue(self.waiting(thing))


class TestSideBySide(PartsCase):

    def test_two_parts_at_once_take_different_shards(self):
        def meanwhile(*_args):
            self.assertTrue(self.run_part(1)["busy"], "the first part is at work")
            self.assert_waiting(self.things[0])
            self.assert_pushed(self.things[1])

        with interposed(self.drain_class, "_send", meanwhile):
            result = self.run_part(0)
        self.assertEqual((result["done"], result["remaining"]), (3, 0), "no listing was pushed by both")
        self.assert_pushed(self.things[0] + self.things[1])

    def test_a_part_whose_shard_is_taken_helps_elsewhere_and_ends(self):
        with self.registry.cursor() as other, session_lock(other, shard_key(self.account.id, 1)) as held:
            self.assertTrue(held)
            result = self.run_part(1)
        self.assertEqual((result["done"], result["busy"]), (3, True))
        self.assert_pushed(self.things[0])
        self.assert_waiting(self.things[1])

    def test_the_shard_of_a_part_that_was_killed_is_taken_by_another(self):
        def kill(drain, *_args):
            [[pid]] = drain.env.execute_query(SQL("SELECT pg_backend_pid()"))
            with self.transaction() as env:
                env.cr.execute(SQL("SELECT pg_terminate_backend(%s, 5000)", pid))

        with interposed(self.drain_class, "_store", kill), mute_logger(*QUIET), self.assertRaises(psycopg2.Error):
            self.run_part(1)
        self.assertTrue(all(self.waiting(thing) for thing in self.things[1]))
        result = self.run_part(0)
        self.assertEqual((result["done"], result["remaining"], result["busy"]), (6, 0, False))
        self.assert_pushed(self.things[0] + self.things[1])

    def test_any_number_of_workers_takes_everything(self):
        """Odoo's own cron workers: each goes through all scheduled actions that are due."""
        def work():
            with self.transaction() as env:
                env["ir.cron"]._process_jobs_loop(env.cr, job_ids=self.crons.ids)

        for workers in (1, 2, 3):
            with self.subTest(workers=workers):
                self.refresh()
                self.account._trigger_crons()
                self.commit()
                for worker in [Background(work) for _number in range(workers)]:
                    worker.result()
                for thing in self.things[0] + self.things[1]:
                    self.assertEqual(self.written(thing), [10, *range(15, 15 + workers)])
                    self.assertFalse(self.waiting(thing))
                    self.commit_stock(thing, 1)

    def test_listings_dealt_anew_just_before_the_lock(self):
        """The number of shards that counts is the one that holds when the lock is held."""
        def deal_anew(*_args):
            with self.transaction() as env:
                self.account.with_env(env).shards = 4

        with interposed(advisory_lock, "_try", deal_anew):
            result = self.push()
        self.refresh()
        things = self.things[0] + self.things[1]
        mine = [thing for thing in things if self.listing(thing).id % 4 in (0, 1)]
        self.assert_pushed(mine)
        self.assert_waiting([thing for thing in things if thing not in mine])
        self.assertEqual(result["remaining"], len(things) - len(mine))


class TestOneAccount(PartsCase):
    """What the parts share."""

    def fail_both(self):
        """Both parts meet the same outage, the second one while the first one does."""
        self.shop.fault("503", times=1000)
        with interposed(self.config_class, "_backoff_delay", lambda *_args: self.run_part(1)), \
                patch.object(marketplace_config_health.random, "uniform", lambda *_args: 60), mute_logger(*QUIET):
            self.run_part(0)
        self.shop.faults.clear()
        self.refresh()

    def test_an_outage_is_counted_once(self):
        self.fail_both()
        self.assertEqual(self.account.failures, 1)
        self.assertAlmostEqual(
            self.account.retry_at, fields.Datetime.now() + timedelta(seconds=60), delta=timedelta(seconds=30))
        triggered = self.env["ir.cron.trigger"].search([("cron_id", "in", self.crons.ids)])
        self.assertEqual(triggered.cron_id, self.crons, "both come back")
        self.assertEqual(len(self.env["marketplace.sync.log"].search(
            [("config_id", "=", self.account.id), ("kind", "=", "account")])), 1)

    def test_success_of_one_part_forgets_no_younger_trouble_of_another(self):
        def meanwhile(*_args):
            self.shop.fault("503", times=1000)
            self.run_part(1)
            self.shop.faults.clear()

        with interposed(self.drain_class, "_store", meanwhile, after=True), \
                patch.object(marketplace_config_health.random, "uniform", lambda *_args: 60), mute_logger(*QUIET):
            self.run_part(0)
        self.refresh()
        self.assert_pushed(self.things[0] + self.things[1])
        self.assertEqual(self.account.failures, 1)
        self.assertTrue(self.account.retry_at)
        self.commit_stock(self.things[1][0], 1)
        self.run_part(1)
        self.refresh()
        self.assertFalse(self.account.failures or self.account.retry_at)

    def test_parts_that_end_at_once_both_say_so(self):
        """The second writes into the account between the snapshot of the first and what that wants to write."""
        def meanwhile(account):
            account.env.cr.execute("SELECT 1")
            self.commit_stock(self.things[1][0], 1)
            self.run_part(1)

        def finish(*_args):
            stack.enter_context(interposed(self.config_class, "_claim_row", meanwhile))

        with self.assertNoLogs("odoo.sql_db", "ERROR"), ExitStack() as stack:
            stack.enter_context(interposed(self.drain_class, "_finish", finish))
            self.run_part(0)
        self.refresh()
        logs = self.env["marketplace.sync.log"].search(
            [("config_id", "=", self.account.id), ("kind", "=", "drain")], order="id desc", limit=2)
        self.assertEqual(logs.mapped("acknowledged"), [6, 1])

    def test_two_parts_renew_the_token_at_once(self):
        credentials = self.env["marketplace.credential"]
        credentials._set(self.account, "access_token", False)
        self.account.write({"client_id": "sandbox-client", "client_secret": "sandbox-secret"})
        self.commit()
        with interposed(self.config_class, "_keep_token", lambda *_args: self.run_part(1)), \
                self.assertNoLogs("odoo.sql_db", "ERROR"):
            self.run_part(0)
        self.refresh()
        self.assert_pushed(self.things[0] + self.things[1])
        self.assertEqual(self.account.state, "connected")
        [token] = credentials.search([("config_id", "=", self.account.id), ("key", "=", "token")])
        self.assertIn(token.value, self.shop.auth.granted)


class TestRunningParts(PartsCase):
    """A scheduled action that runs can't be changed, which is nobody's trouble."""

    def running(self, cron):
        """A cron worker has taken this scheduled action, and works."""
        worker = self.session()
        self.assertTrue(worker["ir.cron"]._acquire_one_job(worker.cr, cron.id, include_not_ready=True))
        return worker

    def names(self):
        self.refresh()
        return self.account._crons().mapped("name")

    def test_it_is_removed_when_it_has_ended(self):
        worker = self.running(self.crons[1])
        self.account.shards = 1
        self.commit()
        self.assertEqual(len(self.names()), 2)
        worker.cr.rollback()
        self.run_scheduler()
        self.assertEqual(len(self.names()), 1)

    def test_it_is_renamed_when_it_has_ended(self):
        worker = self.running(self.crons[1])
        self.account.name = f"{self.prefix} renamed"
        self.account.cron_id.interval_number = 7
        self.commit()
        self.assertNotIn("renamed", self.names()[1])
        worker.cr.rollback()
        self.run_scheduler()
        self.assertIn("renamed", self.names()[1])
        self.assertEqual(self.account._crons().mapped("interval_number"), [7, 7])

    def run_scheduler(self):
        """The first part runs the next time."""
        self.account._trigger_crons()
        self.commit()
        with self.transaction() as env:
            env["ir.cron"]._process_jobs_loop(env.cr, job_ids=self.account.cron_id.ids)
