# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""Waking the scheduled action after a commit, and what Odoo's own scheduler makes of it."""

from datetime import timedelta
from unittest.mock import Mock, patch

from odoo import fields

from odoo.addons.marketplace_sync.models import drain_run, marketplace_config_health

from .concurrent import ConcurrentCase, interposed


class WakeCase(ConcurrentCase):

    def setUp(self):
        super().setUp()
        self.thing = self.offer("A", 10)
        self.push()
        self.account.push_mode = "immediate"
        self.commit()
        self.cron_id = self.account.cron_id.id

    def triggers(self):
        """When the account's scheduled action is asked to run, as others see it."""
        with self.transaction() as env:
            return env["ir.cron.trigger"].search([("cron_id", "=", self.cron_id)]).mapped("call_at")

    def job(self):
        """The scheduled action's row as others see it."""
        with self.transaction() as env:
            return env["ir.cron"].browse(self.cron_id).read(["active", "failure_count", "lastcall"])[0]

    def run_scheduler(self):
        """What one of Odoo's cron workers does with this job, if it is due."""
        with self.transaction() as env:
            ready = [job["id"] for job in env["ir.cron"]._get_all_ready_jobs(env.cr)]
            env.cr.commit()
            if self.cron_id in ready:
                env["ir.cron"]._process_jobs_loop(env.cr, job_ids=[self.cron_id])
            return self.cron_id in ready

    def not_due(self):
        """Put the regular interval out of the way: only triggers count."""
        with self.transaction() as env:
            env["ir.cron"].browse(self.cron_id).nextcall = fields.Datetime.now() + timedelta(hours=1)


class TestWake(WakeCase):

    def test_immediate(self):
        self.change_stock(self.env, self.thing, -3)
        self.assertFalse(self.triggers(), "not before the commit")
        self.commit()
        self.assertEqual(len(self.triggers()), 1)

    def test_rolled_back(self):
        self.change_stock(self.env, self.thing, -3)
        self.env.cr.rollback()
        self.commit()
        self.assertFalse(self.triggers())

    def test_scheduled(self):
        self.account.push_mode = "scheduled"
        self.commit()
        self.commit_stock(self.thing, -3)
        self.assertFalse(self.triggers())

    def test_account_that_cannot_push_is_left_alone(self):
        for values in ({"state": "paused"}, {"state": "error"}, {"active": False},
                       {"retry_at": fields.Datetime.now() + timedelta(minutes=5)}):
            with self.subTest(**values):
                former = {name: self.account[name] for name in values}
                self.account.write(values)
                self.commit()
                self.commit_stock(self.thing, -1)
                self.assertFalse(self.triggers())
                self.account.write(former)
                self.commit()

    def test_triggers_do_not_pile_up(self):
        for _number in range(5):
            self.commit_stock(self.thing, -1)
        self.assertEqual(len(self.triggers()), 1)

    def test_a_trigger_that_is_being_used_up_does_not_count(self):
        """Whoever uses it up may have looked at the queue already."""
        self.commit_stock(self.thing, -1)
        worker = self.session()
        worker["ir.cron"]._clear_schedule({"id": self.cron_id})
        self.commit_stock(self.thing, -1)
        worker.cr.commit()
        self.assertEqual(len(self.triggers()), 1)

    def test_workers_that_overlook_a_trigger_are_called_once_a_second(self):
        """Each call is a flush to disk, which whoever moves stock would wait for."""
        self.commit_stock(self.thing, -1)
        with self.transaction() as env:
            env.cr.execute("UPDATE ir_cron_trigger SET create_date = '2000-01-01' WHERE cron_id = %s", [self.cron_id])
        clock, calls = Mock(), Mock()
        with patch.object(marketplace_config_health, "time", clock), \
                patch.dict(marketplace_config_health._called_at, clear=True), \
                patch.object(self.registry["ir.cron"], "_notifydb", calls):
            called = []
            for now in (1010.0, 1010.5, 1010.9, 1011.0, 1011.2):
                clock.monotonic.return_value = now
                self.commit_stock(self.thing, -1)
                called.append(calls.call_count)
        self.assertEqual(called, [1, 1, 1, 2, 2])

    def test_failing_to_wake_is_nobodys_trouble(self):
        def broken(_accounts):
            raise RuntimeError("no more connections")

        with patch.object(self.registry["marketplace.config"], "_wake", broken), \
                self.assertLogs("odoo.addons.marketplace_sync.models.stock_availability_dirty", "WARNING"):
            self.commit_stock(self.thing, -3)
        self.assertFalse(self.triggers())
        self.push()
        self.assertEqual(self.published(self.thing), 7)


class TestScheduler(WakeCase):

    def setUp(self):
        super().setUp()
        self.not_due()

    def test_runs_and_pushes(self):
        self.assertFalse(self.run_scheduler(), "nothing to do")
        self.commit_stock(self.thing, -3)
        self.assertTrue(self.run_scheduler())
        self.assertEqual(self.published(self.thing), 7)
        self.assertFalse(self.triggers(), "used up")
        self.assertFalse(self.run_scheduler(), "done")
        self.assertTrue(self.job()["lastcall"])

    def test_run_manually_button(self):
        self.commit_stock(self.thing, -3)
        self.refresh()
        self.account.cron_id.method_direct_trigger()
        self.commit()
        self.assertEqual(self.published(self.thing), 7)

    def test_change_after_the_last_look(self):
        """Stock changes when the drain has looked for the last time and the scheduler has not finished."""
        self.commit_stock(self.thing, -3)
        with interposed(self.registry["marketplace.drain"], "_finish", lambda *_: self.commit_stock(self.thing, -2),
                        after=True):
            self.run_scheduler()
        self.assertEqual(self.published(self.thing), 7)
        self.assertTrue(self.run_scheduler(), "it woke the scheduler again")
        self.assertEqual(self.published(self.thing), 5)

    def test_more_than_one_run_can_do(self):
        """Odoo goes on calling the action while it says that something remains."""
        for number in range(6):
            self.offer(f"B{number}", 4)
        drain = self.registry["marketplace.config"]._drain
        with patch.object(self.registry["marketplace.config"], "_drain", lambda account: drain(account, 2)):
            self.run_scheduler()
        self.assertEqual(len(self.shop.writes), 7)

    def test_workers_are_called_for_what_there_was_no_time_for(self):
        """Odoo sets the action's trigger by itself, but the workers would find it when they look, once a minute."""
        drain = self.registry["marketplace.drain"]
        self.offer("B", 4)
        self.commit_stock(self.thing, -3)
        self.account.write({"batch_size": 1, "parallel": 1})
        self.commit()
        with patch.object(drain_run, "ROUNDS", 1), \
                patch.object(self.registry["ir.cron"], "_notifydb", Mock()) as calls, \
                interposed(drain, "_push", lambda _drain, run, _chunk: setattr(run, "deadline", 0), after=True):
            self.run_scheduler()
        self.assertTrue(calls.call_count)

    def test_trouble_is_no_failure_of_the_action(self):
        """Odoo switches off actions that keep failing; a shop that is away must not get there."""
        self.commit_stock(self.thing, -3)
        self.shop.fault("503", times=1000)
        with patch.object(marketplace_config_health.random, "uniform", lambda *_: 60), self.silence():
            for _number in range(3):
                self.refresh()
                self.account.retry_at = False
                self.account.cron_id._trigger()
                self.commit()
                self.assertTrue(self.run_scheduler())
        self.assertEqual((self.job()["active"], self.job()["failure_count"]), (True, 0))
        self.refresh()
        self.assertEqual(self.account.failures, 3)
        self.assertIn(self.account.retry_at, self.triggers())
        self.assertTrue(self.waiting(self.thing))
