# SPDX-License-Identifier: LGPL-3.0-or-later
"""Secrets go in and stay in: no form, export, copy, message or log line shows one."""

import json
import os
from types import SimpleNamespace
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

from odoo.addons.marketplace_sync.adapters.base import Token
from odoo.addons.marketplace_sync.models.vault import VARIABLE

from .common import MarketplaceCase

SECRET = "shpss_do_not_show_me"
TOKEN = "shpat_do_not_show_me"
KEPT = "shpca_do_not_show_me"


class TestSecrets(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.account.write({"client_id": "an-app", "client_secret": SECRET, "access_token": TOKEN})
        self.env["marketplace.credential"]._set(self.account, "token", KEPT)

    def kept(self):
        return {credential.key: credential.value for credential in self.account.credential_ids}

    def assert_silent(self, shown):
        for secret in (SECRET, TOKEN, KEPT):
            self.assertNotIn(secret, str(shown))

    def test_kept(self):
        self.assertEqual(self.kept(), {"client_secret": SECRET, "access_token": TOKEN, "token": KEPT})

    def test_token_of_another_shop_is_not_kept(self):
        """A drain may end after the account was moved: what it was given there would be sent to the new shop."""
        adapter = SimpleNamespace(token=Token("shpca_of_another", None))
        self.account._keep_token(adapter, "https://another.example.com")
        self.assertEqual(self.kept()["token"], KEPT)
        self.account._keep_token(adapter, self.account.base_url)
        self.assertEqual(self.kept()["token"], "shpca_of_another")

    def test_answer_to_saving_the_form(self):
        answer = self.account.web_save(
            {"client_secret": f"{SECRET}-2", "access_token": f"{TOKEN}-2"},
            {"client_secret": {}, "access_token": {}, "secrets_set": {}})
        self.assert_silent(answer)
        self.assertEqual(self.kept()["client_secret"], f"{SECRET}-2")
        self.assertEqual(self.kept()["access_token"], f"{TOKEN}-2")

    def test_what_the_form_reads(self):
        manager = self.make_user("secret-manager", "marketplace_sync.group_marketplace_manager")
        account = self.account.with_user(manager)
        [shown] = account.read()
        self.assert_silent(shown)
        self.assertFalse(shown["client_secret"] or shown["access_token"])
        self.assertEqual(shown["secrets_set"], "Access Token, Client Secret")
        lines = account.credential_ids
        self.assert_silent(lines.read(["key", "display_name", "value_is_secret", "expires_at"]))
        self.assertEqual(set(lines.mapped("value_is_secret")), {"••••••••"})

    def test_views_never_name_the_value(self):
        # A rule has a value of its own, which is no secret.
        for view in self.env["ir.ui.view"].search([
                ("model", "=like", "marketplace.%"), ("model", "!=", "marketplace.rule")]):
            self.assertNotIn('name="value"', view.arch_db, view.xml_id)

    def test_saving_the_form_untouched_keeps_them(self):
        """The form sends what it was shown: nothing."""
        self.account.write({"client_secret": False, "access_token": "", "name": "Renamed"})
        self.assertEqual(self.kept()["client_secret"], SECRET)
        self.assertEqual(self.kept()["access_token"], TOKEN)

    def test_export(self):
        self.assertFalse(self.account._fields["client_secret"].exportable)
        self.assertFalse(self.account._fields["access_token"].exportable)
        self.assert_silent(self.account.export_data(["name", "client_secret", "access_token", "secrets_set"]))
        with self.assertRaises(AccessError):
            self.account.credential_ids.export_data(["key", "value"])

    def test_export_by_way_of_another_record(self):
        for record, path in (
            (self.account, "credential_ids/value"),
            (self.account, "credential_ids/key"),
            (self.account.location_ids, "config_id/credential_ids/value"),
        ):
            with self.subTest(path=path), self.assertRaises(AccessError) as raised:
                record.export_data(["name", path])
            self.assert_silent(raised.exception)

    def test_copy(self):
        self.assert_silent(self.account.copy_data())
        copy = self.account.copy({"base_url": "https://copy.example"})
        self.assertFalse(copy.credential_ids)
        with self.assertRaises(AccessError):
            self.account.credential_ids[0].copy()

    def test_chatter(self):
        self.env.flush_all()
        self.cr.precommit.run()  # tracking is written just before commit
        self.account.write({"client_secret": f"{SECRET}-2", "access_token": f"{TOKEN}-2", "name": "Tracked"})
        self.account.state = "paused"
        self.env.flush_all()
        self.cr.precommit.run()
        messages = self.account.message_ids
        self.assertTrue(messages.tracking_value_ids, "tracking was at work")
        self.assert_silent(messages.read(["body", "subject", "preview"]))
        self.assert_silent(messages.sudo().tracking_value_ids.read())

    def test_another_host_is_sent_none(self):
        """Or whoever sets up accounts would learn them by way of a server of his own."""
        self.account.base_url = "http://127.0.0.1:9"
        self.assertEqual(self.kept()["client_secret"], SECRET, "the same host")
        self.account.write({"base_url": "https://new.example", "access_token": "new"})
        self.assertEqual(self.kept(), {"access_token": "new"})

    def test_none_moves_to_another_account(self):
        other = self.env["marketplace.config"].create({"name": "Other", "base_url": "https://new.example"})
        manager = self.make_user("mover", "marketplace_sync.group_marketplace_manager")
        with self.assertRaises(AccessError):
            self.account.credential_ids.with_user(manager).write({"config_id": other.id})

    def test_changed_secrets_forget_the_token(self):
        for change in (
            {"client_secret": "new"}, {"access_token": "new"}, {"client_id": "new"}, {"base_url": "https://new.example"},
        ):
            with self.subTest(change=change):
                self.env["marketplace.credential"]._set(self.account, "token", KEPT)
                self.account.write(change)
                self.assertNotIn("token", self.kept())

    def test_other_changes_keep_the_token(self):
        self.account.write({"name": "Renamed", "batch_size": 10})
        self.assertEqual(self.kept()["token"], KEPT)

    def test_server_log_and_errors(self):
        """What goes wrong with a secret is told without it, with the log wide open."""
        self.product("SECRET-1", stock=5)
        self.env.cr.flush()
        with (
            self.assertLogs("odoo.addons.marketplace_sync", "DEBUG") as ours,
            self.assertLogs("urllib3", "DEBUG") as wire,
        ):
            for secrets in ({}, {"access_token": f"{TOKEN}\nx"}, {"access_token": f"{TOKEN}é"}):
                for button in (self.account.action_test_connection, self.account.action_sync_now):
                    self.account.write({"state": "connected", "retry_at": False, **secrets})
                    try:
                        self.assert_silent(button())
                    except UserError as error:
                        self.assert_silent(error)
        self.assertTrue([line for line in ours.output if "stopped" in line])
        self.assert_silent(ours.output + wire.output)
        self.assert_silent(self.env["marketplace.sync.log"].search([]).read())
        self.assert_silent(self.account.read(["last_error"]))


class TestEncryptedSecrets(TestSecrets):
    """The same on a server that was given a key."""

    def setUp(self):
        self.enterContext(patch.dict(os.environ, {VARIABLE: Fernet.generate_key().decode()}))
        super().setUp()

    def test_encrypted(self):
        column = self.env.execute_query(SQL("SELECT value FROM marketplace_credential WHERE config_id = %s",
                                            self.account.id))
        self.assertEqual(len(column), 3)
        self.assertTrue(all(text.startswith("fernet:") for [text] in column))


class TestStopped(MarketplaceCase):
    """An account only a person can help stops, and says so where people look."""

    def stop(self):
        self.product("STOP-1", stock=5)
        self.shop.add_item("STOP-1", quantities={self.shop.main: 0})
        self.env.flush_all()
        self.account.access_token = "shpat_revoked"
        with self.silence():
            self.drain()

    def test_activity_for_the_responsible(self):
        responsible = self.make_user("stop-responsible", "marketplace_sync.group_marketplace_manager")
        self.account.responsible_id = responsible
        self.stop()
        self.assertEqual(self.account.state, "error")
        self.assertTrue(self.account.last_error)
        activity = self.account.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, responsible)
        self.assertIn(self.account.last_error, activity.note)
        self.assertNotIn("shpat_revoked", json.dumps(activity.read(["note", "summary"]), default=str))

    def test_marks_are_kept_and_pushed_once_solved(self):
        self.stop()
        self.assertTrue(self.env["stock.availability.dirty"].search([]))
        self.account.access_token = self.shop.token
        self.account.action_test_connection()
        self.assertEqual(self.account.state, "connected")
        self.assertFalse(self.account.activity_ids, "there is nothing left to do")
        self.drain()
        self.assertEqual(self.shop.level("STOP-1", self.shop.main), 5)

    @mute_logger("odoo.addons.marketplace_sync.models.marketplace_config_health")
    def test_sync_now_says_why_it_stopped(self):
        self.product("STOP-1", stock=5)
        self.shop.add_item("STOP-1", quantities={self.shop.main: 0})
        self.account.access_token = "shpat_revoked"
        self.env.cr.flush()
        said = self.account.action_sync_now()["params"]
        self.assertEqual(said["type"], "danger")
        self.assertEqual(said["message"], self.account.last_error)
