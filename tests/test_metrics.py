# SPDX-License-Identifier: LGPL-3.0-or-later
"""What operators watch: who may ask, and what is told."""

import hashlib
from datetime import timedelta
from unittest.mock import patch

from prometheus_client.parser import text_string_to_metric_families
from psycopg2.errors import QueryCanceled

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.modules import neutralize
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.marketplace_sync.models.marketplace_metrics import PARAMETER

from .common import MarketplaceCase, MarketplaceMixin

TOKEN = "a-token-of-forty-three-characters-0123456789"
URL = "/marketplace_sync/metrics"


def parsed(text):
    """The samples by name, each as pairs (labels, value)."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


@tagged("post_install", "-at_install")
class TestAsking(MarketplaceMixin, HttpCase):

    def ask(self, token=None, header="Authorization", **options):
        headers = {header: f"Bearer {token}"} if token is not None else {}
        return self.url_open(URL, headers=headers, allow_redirects=False, **options)

    def switch(self, token):
        self.env["marketplace.metrics"]._switch(token)
        self.env.flush_all()

    def test_off_by_default(self):
        for token in (None, TOKEN, ""):
            self.assertEqual(self.ask(token).status_code, 404)

    def test_right_and_wrong_tokens(self):
        self.switch(TOKEN)
        logger = "odoo.addons.marketplace_sync.controllers.metrics"
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        for token in (None, "", "wrong", TOKEN[:-1], TOKEN + "x", digest, "ключ".encode()):
            with self.subTest(token=token), self.assertLogs(logger, "WARNING") as lines:
                answer = self.ask(token.decode("latin-1") if isinstance(token, bytes) else token)
                self.assertEqual(answer.status_code, 401)
                self.assertEqual(answer.headers["WWW-Authenticate"].lower(), "bearer")
                self.assertNotIn("marketplace_sync_", answer.text)
            self.assertRegex(lines.records[0].getMessage(), r"^marketplace_sync: metrics_refused remote=\S+$")
        answer = self.ask(TOKEN)
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version="))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("marketplace_sync_unsorted_marks", parsed(answer.text))

    def test_the_token_comes_in_its_header_alone(self):
        self.switch(TOKEN)
        with self.assertLogs("odoo.addons.marketplace_sync.controllers.metrics", "WARNING"):
            self.assertEqual(self.ask(TOKEN, header="X-Token").status_code, 401)
            self.assertEqual(self.url_open(f"{URL}?token={TOKEN}").status_code, 401)

    def test_without_a_session(self):
        """Odoo knows the database by the host name, or is told; nobody gets a cookie for it."""
        self.switch(TOKEN)
        del self.opener.cookies["session_id"]
        for told in ({}, {"X-Odoo-Database": self.env.cr.dbname}):
            with self.subTest(told=told):
                answer = self.url_open(URL, headers={"Authorization": f"bearer {TOKEN}", **told})
                self.assertEqual(answer.status_code, 200)
                self.assertNotIn("session_id", answer.headers.get("Set-Cookie", ""))

    def test_only_reading(self):
        self.switch(TOKEN)
        self.assertEqual(self.ask(TOKEN, data={"x": "y"}).status_code, 405)

    def test_off_again(self):
        self.switch(TOKEN)
        self.switch("another-token-of-at-least-32-characters")
        with self.assertLogs("odoo.addons.marketplace_sync.controllers.metrics", "WARNING"):
            self.assertEqual(self.ask(TOKEN).status_code, 401)
        self.switch("")
        self.assertEqual(self.ask("another-token-of-at-least-32-characters").status_code, 404)

    def test_a_busy_database(self):
        """Prometheus is told so, and nobody's statement goes on for longer than it waits."""
        self.switch(TOKEN)

        def slow(metrics):
            metrics.env.cr.execute("SET LOCAL statement_timeout = '1ms'")
            metrics.env.cr.execute("SELECT pg_sleep(20)", log_exceptions=False)

        with patch.object(self.registry["marketplace.metrics"], "_figures", slow), \
                self.assertLogs("odoo.addons.marketplace_sync.controllers.metrics", "WARNING") as lines:
            self.assertEqual(self.ask(TOKEN).status_code, 503)
        self.assertEqual(lines.records[0].getMessage(), "marketplace_sync: metrics_too_slow limit_s=5")

    def test_statements_are_limited(self):
        seen = []

        def look(metrics):
            metrics.env.cr.execute("SHOW statement_timeout")
            seen.extend(metrics.env.cr.fetchone())
            raise QueryCanceled

        with patch.object(self.registry["marketplace.metrics"], "_figures", look), self.assertRaises(QueryCanceled):
            self.env["marketplace.metrics"]._text()
        self.assertEqual(seen, ["5s"])


class TestSettings(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.administrator = self.make_user("metrics-admin", "base.group_system")

    def kept(self):
        return self.env["ir.config_parameter"].sudo().get_param(PARAMETER)

    def switched_on(self):
        """Tick it, save, and give the token that was shown."""
        with self.settings() as form:
            form.marketplace_metrics = True
            token = form.marketplace_metrics_token
        form.record.execute()
        return token

    def settings(self):
        """The form as an administrator sees it."""
        return Form(
            self.env["res.config.settings"].with_user(self.administrator), view="base.res_config_settings_view_form")

    def test_on_and_off(self):
        with self.assertLogs("odoo.addons.marketplace_sync", "INFO") as lines:
            token = self.switched_on()
        self.assertGreaterEqual(len(token), 43)
        self.assertEqual(self.kept(), hashlib.sha256(token.encode()).hexdigest())
        self.assertNotIn(token, str(lines.output))
        self.assertTrue(self.env["marketplace.metrics"]._is_token(token))
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.marketplace_metrics)
        self.assertFalse(settings.marketplace_metrics_token, "never shown again")
        self.env["res.config.settings"].create({"marketplace_metrics": False}).execute()
        self.assertFalse(self.kept())
        self.assertEqual(
            lines.records[0].getMessage(),
            f"marketplace_sync: metrics switched=on user_id={self.administrator.id}")

    def test_another_token(self):
        first, second = self.switched_on(), None
        with self.settings() as form:
            form.marketplace_metrics = False
            form.marketplace_metrics = True
            second = form.marketplace_metrics_token
        self.assertNotEqual(first, second)
        self.assertFalse(self.env["marketplace.metrics"]._is_token(first))
        self.assertTrue(self.env["marketplace.metrics"]._is_token(second))

    def test_other_settings_leave_it_alone(self):
        token = self.switched_on()
        with self.settings() as form:
            self.assertTrue(form.marketplace_metrics)
        form.record.execute()
        self.env["res.config.settings"].create({}).execute()
        self.assertTrue(self.env["marketplace.metrics"]._is_token(token))

    def test_a_token_that_can_be_guessed(self):
        with self.assertRaises(ValidationError):
            self.env["res.config.settings"].create({
                "marketplace_metrics": True, "marketplace_metrics_token": "hunter2"})

    def test_administrators_alone(self):
        manager = self.make_user("metrics-manager", "marketplace_sync.group_marketplace_manager")
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(manager).create({"marketplace_metrics": True})
        self.assertFalse(self.env["marketplace.metrics"].with_user(manager)._is_on())

    def test_an_empty_hash_opens_nothing(self):
        self.assertFalse(self.env["marketplace.metrics"]._is_token(""))


class TestFigures(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.item = self.product("METRIC-1", stock=5)
        self.shop.add_item("METRIC-1", quantities={self.shop.main: 0})

    def figures(self):
        self.env.cr.flush()
        return parsed(self.env["marketplace.metrics"]._text().decode())

    def figure(self, name, account=None, **labels):
        """The one value of a metric of an account; None when it is not told."""
        wanted = {"account_id": str((account or self.account).id), **labels}
        values = [value for told, value in self.figures().get(f"marketplace_sync_{name}", ())
                  if wanted.items() <= told.items()]
        self.assertLess(len(values), 2)
        return values[0] if values else None

    def test_labels(self):
        self.account.name = 'A "quoted" one\nof ours'
        [labels] = [labels for labels, _value in self.figures()["marketplace_sync_waiting_marks"]
                    if labels["account_id"] == str(self.account.id)]
        self.assertEqual(labels, {
            "account_id": str(self.account.id), "account": self.account.name, "platform": "shopify",
            "company": self.company.name})

    def test_what_waits(self):
        self.sort()
        self.env.cr.execute(
            "UPDATE stock_availability_dirty SET marked_at = (now() AT TIME ZONE 'UTC') - interval '90 seconds'")
        self.assertEqual(self.figure("waiting_marks"), 2, "listed, and in stock")
        self.assertAlmostEqual(self.figure("oldest_waiting_age_seconds"), 90, places=3)
        self.drain()
        self.assertEqual(
            (self.figure("waiting_marks"), self.figure("oldest_waiting_age_seconds")), (0, 0))

    def test_what_is_not_sorted(self):
        self.set_stock(self.item, 4)
        [[_labels, before]] = self.figures()["marketplace_sync_unsorted_marks"]
        self.assertGreater(before, 0)
        self.sort()
        self.assertEqual(self.figures()["marketplace_sync_unsorted_marks"], [({}, 0)])
        self.assertEqual(self.figures()["marketplace_sync_oldest_unsorted_age_seconds"], [({}, 0)])

    def test_archived_listings_do_not_wait(self):
        self.sort()
        self.listing(self.item).active = False
        self.assertEqual(self.figure("waiting_marks"), 0)
        self.assertEqual(self.figure("listings", state="pending"), 0)

    def test_listings_by_state(self):
        self.product("METRIC-MISSING", stock=1)
        with self.silence():
            self.drain()
        self.assertEqual({state: self.figure("listings", state=state) for state in (
            "pending", "linked", "error", "conflict")}, {"pending": 0, "linked": 1, "error": 1, "conflict": 0})

    def test_counted_up_to_a_limit(self):
        self.product("METRIC-2")
        with patch("odoo.addons.marketplace_sync.models.marketplace_metrics.COUNTED", 0), \
                patch("odoo.addons.marketplace_sync.models.marketplace_metrics.COUNTED_MARKS", 1):
            self.sort()
            self.assertEqual(self.figure("listings", state="pending"), 1)
            self.assertEqual(self.figure("waiting_marks"), 2)

    def test_the_accounts_state(self):
        self.assertEqual(self.figure("account_state", state="connected"), 1)
        self.assertEqual(self.figure("account_state", state="error"), 0)
        self.account.write({"state": "error", "failures": 3})
        self.assertEqual(self.figure("account_state", state="connected"), 0)
        self.assertEqual(self.figure("account_state", state="error"), 1)
        self.assertEqual(self.figure("failures_in_a_row"), 3)

    def test_the_last_success(self):
        self.assertIsNone(self.figure("last_success_timestamp_seconds"))
        self.account.last_success = fields.Datetime.to_datetime("2026-11-21 12:00:00")
        self.assertEqual(self.figure("last_success_timestamp_seconds"), 1795262400)

    def test_totals_rise(self):
        before = {name: self.figure(name) for name in ("pushes_total", "push_calls_total", "push_seconds_total")}
        self.assertEqual(set(before.values()), {0})
        self.product("METRIC-MISSING", stock=1)
        with self.silence():
            self.drain()
        calls = self.shop.stats.requests
        self.assertEqual(
            {name: self.figure(name) for name in ("pushes_total", "push_calls_total")},
            {"pushes_total": 1, "push_calls_total": calls})
        self.assertGreater(self.figure("push_seconds_total"), 0)
        self.env["marketplace.sync.log"].search([]).unlink()  # as they are after some days
        self.set_stock(self.item, 4)
        self.drain()
        self.set_stock(self.item, 5)
        self.set_stock(self.item, 4)
        self.drain()
        outcomes = {outcome: self.figure("pushed_listings_total", outcome=outcome) for outcome in (
            "acknowledged", "unchanged", "failed")}
        self.assertEqual(outcomes, {"acknowledged": 2, "unchanged": 1, "failed": 1})
        self.assertEqual(self.figure("pushes_total"), 3)
        self.assertEqual(self.figure("push_calls_total"), self.shop.stats.requests)

    def test_calls_of_an_outage(self):
        self.drain()
        calls = self.figure("push_calls_total")
        self.set_stock(self.item, 4)
        self.shop.fault("503", times=1000)
        with patch("odoo.addons.marketplace_sync.models.marketplace_drain.MAX_PAUSE", 0), self.silence():
            self.drain()
        self.assertGreater(self.figure("push_calls_total"), calls)

    def test_a_push_that_finds_nothing(self):
        self.drain()
        self.drain()
        self.assertEqual(self.figure("pushes_total"), 1)

    def test_allowances(self):
        now = fields.Datetime.now()
        self.env["marketplace.allowance"]._store(self.account, [
            {"name": "trading", "used": 40, "granted": 100, "is_assumed": False,
             "resets_at": now + timedelta(hours=1)},
            {"name": "inventory", "used": 40, "granted": 100, "is_assumed": False,
             "resets_at": now - timedelta(hours=1)}])
        self.assertEqual(self.figure("allowance_used", allowance="trading"), 40)
        self.assertEqual(self.figure("allowance_granted", allowance="trading"), 100)
        self.assertEqual(self.figure("allowance_used", allowance="inventory"), 0, "a new window has begun")

    def test_archived_and_deleted_accounts(self):
        other = self.make_account(self.open_shop(), name="Other")
        self.drain(other)
        self.assertEqual(self.figure("account_state", other, state="connected"), 1)
        other.active = False
        self.assertIsNone(self.figure("account_state", other, state="connected"))
        other.unlink()
        self.env.cr.execute("SELECT count(*) FROM marketplace_total WHERE config_id = %s", [other.id])
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_a_copy_answers_nobody(self):
        """As Odoo neutralizes one."""
        self.env["marketplace.metrics"]._switch(TOKEN)
        self.env.flush_all()
        [query] = neutralize.get_neutralization_queries(["marketplace_sync"])
        self.env.cr.execute(query)
        self.env.registry.clear_cache("stable", "default")
        self.assertFalse(self.env["marketplace.metrics"]._is_on())
