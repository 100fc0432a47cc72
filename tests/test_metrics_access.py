# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who may ask for the metrics, and who switches them on and off."""

import hashlib
import logging
from unittest.mock import patch

from psycopg2.errors import QueryCanceled

from odoo.exceptions import AccessError, ValidationError
from odoo.modules import neutralize
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.marketplace_sync.models.marketplace_metrics import PARAMETER

from .common import MarketplaceCase, MarketplaceMixin

TOKEN = "a-token-of-forty-three-characters-0123456789"
URL = "/marketplace_sync/metrics"


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
        self.assertIn("\nmarketplace_sync_unsorted_marks ", answer.text)

    def test_the_token_comes_in_its_header_alone(self):
        self.switch(TOKEN)
        with self.assertLogs("odoo.addons.marketplace_sync.controllers.metrics", "WARNING"):
            self.assertEqual(self.ask(TOKEN, header="X-Token").status_code, 401)
            self.assertEqual(self.url_open(f"{URL}?token={TOKEN}").status_code, 401)

    def test_without_a_session(self):
        """Odoo knows the database by the host name, or is told; nobody gets a cookie for it."""
        self.switch(TOKEN)
        self.opener.cookies.pop("session_id", None)
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
        with self.assertLogs("odoo.addons.marketplace_sync", logging.INFO) as lines:
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
            form.marketplace_metrics_renewed = True
            second = form.marketplace_metrics_token
        self.assertNotEqual(first, second)
        self.assertFalse(self.env["marketplace.metrics"]._is_token(first))
        self.assertTrue(self.env["marketplace.metrics"]._is_token(second))

    def test_other_settings_leave_it_alone(self):
        token = self.switched_on()
        with self.settings() as form:
            self.assertTrue(form.marketplace_metrics)
            self.assertFalse(form.marketplace_metrics_token)
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

    def test_a_copy_answers_nobody(self):
        """As Odoo neutralizes one."""
        self.env["marketplace.metrics"]._switch(TOKEN)
        self.env.flush_all()
        [query] = neutralize.get_neutralization_queries(["marketplace_sync"])
        self.env.cr.execute(query)
        self.registry.clear_all_caches()
        self.assertFalse(self.env["marketplace.metrics"]._is_on())
