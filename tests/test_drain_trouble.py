# SPDX-License-Identifier: LGPL-3.0-or-later
"""Trouble with the shop keeps the marks, shows on the account, and never raises out of the scheduled action."""

from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

import requests

from odoo import fields

from odoo.addons.marketplace_sync.models import marketplace_config_health

from .draining import DrainCase


class TestTrouble(DrainCase):

    def setUp(self):
        super().setUp()
        self.thing = self.offer("A", 10)
        self.cron()
        self.set_stock(self.thing, 7)
        self.cron_record = self.account.cron_id

    def cron(self):
        with self.silence():
            return super().cron()

    def triggers(self):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron_record.id)]).mapped("call_at")

    def assert_kept(self):
        self.assertEqual(self.published(self.thing), 10)
        self.assertTrue(self.count_marks())
        self.assertEqual(self.listing(self.thing).state, "linked", "it is not the listing's fault")

    def assert_well(self):
        self.assertEqual(self.written(self.thing), [10, 7])
        self.assertFalse(self.count_marks())
        self.assertRecordValues(self.account, [{
            "state": "connected", "failures": 0, "last_error": False, "retry_at": False}])

    # === A SHORT ABSENCE === #

    def meet_each_trouble(self):
        """Whatever it is, the number arrives in the same drain, and once."""
        for quantity, (kind, options) in enumerate((
            ("throttled", {}), ("429", {"retry_after": 2}), ("500", {}), ("502", {}), ("503", {}), ("crash", {}),
            ("reset", {}), ("reset", {"applied": True}), ("html", {}), ("html", {"applied": True}), ("truncated", {}),
        ), start=20):
            with self.subTest(kind=kind, **options):
                self.set_stock(self.thing, quantity)
                self.shop.fault(kind, on="mutation", **options)
                with self.pauses() as pauses:
                    self.cron()
                self.assertEqual(len(pauses), 1)
                self.assertEqual(self.published(self.thing), quantity)
                self.assertEqual(self.written(self.thing).count(quantity), 1)
                self.assertFalse(self.count_marks())
                self.assertRecordValues(self.account, [{
                    "state": "connected", "failures": 0, "last_error": False, "retry_at": False}])
                yield

    def test_passing_trouble_is_sat_out_by_the_adapter(self):
        for _trouble in self.meet_each_trouble():
            self.assertFalse(self.logs("account"), "nobody has to know")

    def test_short_trouble_is_sat_out(self):
        """The log tells of it."""
        with self.single_tries():
            for count, _trouble in enumerate(self.meet_each_trouble(), start=1):
                log = self.logs("account")
                self.assertEqual(len(log), count)
                self.assertEqual(log[-1].level, "warning")
                self.assertRegex(log[-1].message, "Shopify")

    def test_the_shop_says_how_long(self):
        self.shop.fault("429", on="mutation", retry_after=4)
        with self.pauses() as pauses:
            self.cron()
        self.assertGreaterEqual(pauses[0], 4)
        self.assert_well()

    def test_no_answer_after_it_was_applied(self):
        """The request was carried out, its answer never came: the shop is not told twice."""
        handler, lost = type(self)._request_handler, []

        def losing(session, request, /, **options):
            response = handler(session, request, **options)
            if b"inventorySetQuantities" in request.body and not lost:
                lost.append(response)
                raise requests.exceptions.ReadTimeout
            return response

        with patch.object(type(self), "_request_handler", losing), self.pauses() as pauses:
            self.cron()
        self.assertTrue(lost)
        self.assertTrue(pauses)
        self.assert_well()

    def test_pauses_grow(self):
        """Full jitter: at random, at most twice as long each time, never longer than ten minutes."""
        self.shop.fault("503", on="mutation", times=12)
        bounds = []

        def longest(_shortest, bound):
            bounds.append(bound)
            return 1

        jitter = patch.object(marketplace_config_health, "random", SimpleNamespace(uniform=longest))
        with jitter, self.pauses(), self.single_tries():
            self.cron()
        self.assertEqual(bounds, [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600])
        self.assert_well()

    # === A LONG ABSENCE === #

    def test_long_trouble_is_left_to_the_scheduler(self):
        self.shop.fault("429", on="mutation", retry_after=120)
        with self.pauses() as pauses:
            self.cron()
        self.assertFalse(pauses)
        self.assert_kept()
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(self.account.failures, 1)
        self.assertIn("rate limit", self.account.last_error)
        self.assertGreater(self.account.retry_at, fields.Datetime.now() + timedelta(seconds=110))
        self.assertEqual(self.triggers(), [self.account.retry_at], "the scheduler tries again then")

        requests_before = self.shop.stats.requests
        self.cron()
        self.assertEqual(self.shop.stats.requests, requests_before, "the shop is left alone until then")

        self.account.retry_at = fields.Datetime.now() - timedelta(seconds=1)
        self.cron()
        self.assert_well()

    def test_the_scheduler_is_not_asked_to_run_on(self):
        """Odoo runs an action that has more to do again and again; not this one while the shop is away."""
        progress = self.env["ir.cron.progress"].create({"cron_id": self.cron_record.id})
        context = {"ir_cron_progress_id": progress.id, "cron_id": self.cron_record.id}
        self.shop.fault("503", on="mutation", times=99)
        self.env.cr.flush()
        jitter = patch.object(marketplace_config_health, "random", SimpleNamespace(uniform=lambda *_: 60))
        with self.silence(), self.pauses(), jitter:
            self.account.with_context(**context)._cron_drain()
        self.assertFalse(progress.remaining)
        self.assert_kept()

    # === TOKENS === #

    def use_client_credentials(self):
        """As newer apps have them, in place of the lasting token."""
        self.env["marketplace.credential"]._set(self.account, "access_token", False)
        self.account.write({"client_id": "sandbox-client", "client_secret": "sandbox-secret"})

    def stored_token(self):
        return self.env["marketplace.credential"].search([
            ("config_id", "=", self.account.id), ("key", "=", "token")])

    def test_expired_token_is_renewed(self):
        self.use_client_credentials()
        self.cron()
        former = self.stored_token().value
        self.assertIn(former, self.shop.auth.granted)
        self.shop.auth.expire(former)
        self.set_stock(self.thing, 5)
        self.cron()
        self.assertEqual(self.published(self.thing), 5)
        self.assertNotEqual(self.stored_token().value, former, "the new one is kept for the next drain")
        self.assertEqual(self.account.state, "connected")

    def test_token_is_used_again(self):
        self.use_client_credentials()
        self.cron()
        self.set_stock(self.thing, 5)
        self.cron()
        self.assertEqual(len(self.shop.auth.granted), 1)

    def test_refused_token_stops_the_account(self):
        self.shop.auth.revoked.add(self.shop.token)
        self.account.responsible_id = self.make_user("responsible", "marketplace_sync.group_marketplace_manager")
        self.cron()
        self.assert_kept()
        self.assertEqual(self.account.state, "error")
        self.assertIn("refuses the access token", self.account.last_error)
        self.assertRecordValues(self.logs("account"), [{"level": "error", "message": self.account.last_error}])
        activity = self.account.activity_ids
        self.assertEqual(activity.user_id, self.account.responsible_id)
        self.assertIn("refuses the access token", activity.note)

        requests_before = self.shop.stats.requests
        self.cron()
        self.assertEqual(self.shop.stats.requests, requests_before, "a stopped account does not call")

        self.shop.auth.revoked.clear()
        self.account.action_test_connection()
        self.assertFalse(self.account.activity_ids)
        self.cron()
        self.assert_well()

    def test_refused_client_stops_the_account(self):
        self.use_client_credentials()
        self.shop.auth.client_secret = "another"
        self.cron()
        self.assert_kept()
        self.assertEqual(self.account.state, "error")
        self.assertIn("client", self.account.last_error)
        self.assertNotIn("sandbox-secret", self.account.last_error)

    def test_missing_permission_stops_the_account(self):
        self.shop.auth.scopes = ("read_inventory",)
        self.cron()
        self.assert_kept()
        self.assertEqual(self.account.state, "error")
        self.assertIn("write_inventory", self.account.last_error)

    # === WHAT WAS DONE STAYS DONE === #

    def test_trouble_in_the_middle(self):
        """What was acknowledged before the shop went away is stored, and not sent again."""
        self.account.write({"batch_size": 1, "parallel": 1})
        others = [self.offer(f"B{number}", 4) for number in range(5)]
        self.cron()
        for other in others:
            self.set_stock(other, 3)
        self.shop.fault("latency", on="mutation", times=2, seconds=0)
        self.shop.fault("429", on="mutation", retry_after=120)
        self.cron()
        known = [self.listing(other).quantity for other in others]
        self.assertEqual(sorted(known), [3, 3, 4, 4, 4])
        self.account.retry_at = False
        self.cron()
        self.assertEqual([self.written(other) for other in others], [[4, 3]] * 5)
        self.assertFalse(self.count_marks())
