# SPDX-License-Identifier: LGPL-3.0-or-later
"""Secrets are encrypted at rest once the server has a key, and a wrong key never costs one."""

import logging
import os
import threading
import traceback
from unittest.mock import patch

import psycopg2
from cryptography.fernet import Fernet

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, config

from odoo.addons.marketplace_sync.models.vault import OPTION, VARIABLE

from .common import MarketplaceCase

SECRET = "shpss_do_not_show_me"
FIRST, SECOND, FOREIGN = (Fernet.generate_key().decode() for _ in range(3))


def given(*keys):
    """The server was started with these keys, the first the newest."""
    return patch.dict(os.environ, {VARIABLE: " , ".join(keys)})


class VaultCase(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.enterContext(given())
        self.credentials = self.env["marketplace.credential"]
        self.credentials.search([]).unlink()

    def keep(self, *keys, name="client_secret", secret=SECRET, account=None):
        """Keep a secret on a server with these keys."""
        with given(*keys):
            self.credentials._set(account or self.account, name, secret)

    def opened(self, *keys, account=None):
        """What a server with these keys reads, by the secrets' names."""
        self.env.invalidate_all()
        with given(*keys):
            return {credential.key: credential.value for credential in (account or self.account).credential_ids}

    def column(self, account=None):
        """What stands in the database, by the secrets' names."""
        self.env.flush_all()
        return dict(self.env.execute_query(SQL(
            "SELECT key, value FROM marketplace_credential WHERE config_id = %s", (account or self.account).id)))


class TestSealed(VaultCase):

    def assert_sealed(self, *names):
        column = self.column()
        self.assertEqual(set(column), set(names))
        for text in column.values():
            self.assertTrue(text.startswith("fernet:"), text)
            self.assertNotIn(SECRET, text)
        self.assertEqual(self.opened(FIRST), dict.fromkeys(names, SECRET))

    def test_by_the_account(self):
        with given(FIRST):
            self.account.write({"client_secret": SECRET, "access_token": SECRET})
        self.assert_sealed("client_secret", "access_token")

    def test_by_outside_code(self):
        with given(FIRST):
            credential = self.credentials.create({"config_id": self.account.id, "key": "mine", "value": "before"})
            credential.value = SECRET
        self.assert_sealed("mine")

    def test_replaced(self):
        self.keep(FIRST, secret="before")
        self.keep(FIRST)
        self.assert_sealed("client_secret")

    def test_key_in_odoo_conf(self):
        before = config.get(OPTION)
        self.addCleanup(config.__setitem__, OPTION, before)
        config[OPTION] = FIRST
        self.keep()
        self.assert_sealed("client_secret")

    def test_any_text_comes_out_as_it_went_in(self):
        for secret in ("a b", "'\"\\%s", "مفتاح 🔑", "x" * 5000, "fernet:like"):
            with self.subTest(secret=secret):
                self.keep(FIRST, secret=secret)
                self.assertEqual(self.opened(FIRST), {"client_secret": secret})

    def test_an_account_works(self):
        item = self.product("VAULT-1", stock=5)
        self.shop.add_item("VAULT-1", quantities={self.shop.main: 0})
        self.keep(FIRST, name="access_token", secret=self.shop.token)
        with given(FIRST):
            self.drain()
        self.assertEqual(self.shop.level(item.default_code, self.shop.main), 5)

    def test_empty_is_no_secret(self):
        credential = self.credentials.create({"config_id": self.account.id, "key": "mine", "value": SECRET})
        for nothing in ("", False):
            with self.assertRaises(UserError):
                credential.value = nothing
            credential.invalidate_recordset()
        self.assertEqual(credential.value, SECRET)


class TestWithoutKey(VaultCase):

    def test_kept_as_it_is(self):
        self.keep()
        self.assertEqual(self.column(), {"client_secret": SECRET})
        self.assertEqual(self.opened(), {"client_secret": SECRET})

    def test_the_account_warns(self):
        user = self.make_user("vault-user", "marketplace_sync.group_marketplace_user")
        self.assertIn(VARIABLE, self.account.with_user(user).secrets_warning)
        self.keep()
        self.env.invalidate_all()
        self.assertIn(VARIABLE, self.account.secrets_warning)

    def test_no_warning_with_a_key(self):
        self.keep(FIRST)
        with given(FIRST):
            self.assertFalse(self.account.secrets_warning)

    def test_what_was_kept_before_is_read_and_told(self):
        self.keep()
        self.assertEqual(self.opened(FIRST), {"client_secret": SECRET})
        with given(FIRST):
            self.assertIn("Encrypt again", self.account.secrets_warning)

    def test_text_that_looks_encrypted(self):
        """Taken for an encrypted one, it could never be read again."""
        with self.assertRaises(UserError):
            self.keep(secret="fernet:like")

    def test_there_is_nothing_to_encrypt_with(self):
        self.keep()
        with self.assertRaisesRegex(UserError, VARIABLE):
            self.credentials.action_encrypt_again()
        self.credentials._gc_former_keys()
        self.assertEqual(self.column(), {"client_secret": SECRET})


class TestRotation(VaultCase):

    def encrypt_again(self, *keys):
        with given(*keys):
            return self.credentials.action_encrypt_again()["params"]["message"]

    def test_former_keys_open(self):
        self.keep(FIRST)
        self.assertEqual(self.opened(SECOND, FIRST), {"client_secret": SECRET})

    def test_the_first_encrypts(self):
        self.keep(SECOND, FIRST)
        self.assertEqual(self.opened(SECOND), {"client_secret": SECRET})

    def test_encrypt_again(self):
        self.keep(name="plain")
        self.keep(FIRST, name="former")
        self.keep(SECOND, FIRST, name="newest")
        newest = self.column()["newest"]
        self.assertIn("2 secrets", self.encrypt_again(SECOND, FIRST))
        self.assertEqual(self.opened(SECOND), dict.fromkeys(("plain", "former", "newest"), SECRET))
        self.assertEqual(self.column()["newest"], newest)
        before = self.column()
        self.assertIn("0 secrets", self.encrypt_again(SECOND, FIRST))
        self.assertEqual(self.column(), before)

    def test_every_night(self):
        self.keep(FIRST)
        self.assertTrue(getattr(type(self.credentials)._gc_former_keys, "_autovacuum", False))
        with given(SECOND, FIRST):
            self.credentials._gc_former_keys()
        self.assertEqual(self.opened(SECOND), {"client_secret": SECRET})

    def test_what_no_key_opens_is_left_and_told(self):
        self.keep(FIRST)
        with given(FOREIGN, FIRST):
            lost = self.make_account(self.open_shop(), name="Lost", access_token="lost")
        before = self.column(lost)["access_token"]
        message = self.encrypt_again(SECOND, FIRST)
        self.assertIn("1 secrets", message)
        self.assertIn("the access_token of Lost", message)
        self.assertEqual(self.column(lost)["access_token"], before)
        self.env.invalidate_all()
        with given(SECOND):
            for credential in self.credentials.search([]):
                if credential.config_id == self.account:
                    self.assertEqual(credential.value, SECRET, "one keeps nobody from the others")
            self.assertIn("the access_token of Lost", lost.secrets_warning)
            self.assertFalse(self.account.secrets_warning)

    def test_not_those_of_other_companies(self):
        self.keep()
        stranger = self.make_user(
            "vault-stranger", "marketplace_sync.group_marketplace_manager", self.make_company("Elsewhere"))
        theirs = self.credentials.with_user(stranger).with_context(allowed_company_ids=stranger.company_ids.ids)
        with given(FIRST):
            self.assertIn("0 secrets", theirs.action_encrypt_again()["params"]["message"])
        self.assertEqual(self.column(), {"client_secret": SECRET})

    def test_the_list_tells_which_are_encrypted(self):
        self.keep(name="plain")
        self.keep(FIRST, name="sealed")
        self.env.invalidate_all()
        told = {credential.key: credential.is_encrypted for credential in self.account.credential_ids}
        self.assertEqual(told, {"plain": False, "sealed": True})


class TestSilence(VaultCase):
    """Also where nothing is encrypted."""

    def test_cannot_be_found_by_value(self):
        self.keep()
        accounts = self.env["marketplace.config"]
        for attempt in (
            lambda: self.credentials.search([("value", "=", SECRET)]),
            lambda: self.credentials.search([("value", "=like", "shp%")]),
            lambda: self.credentials.search([("value", ">", "a")]),
            lambda: self.credentials.search([], order="value"),
            lambda: self.credentials.search_count([("value", "!=", False)]),
            lambda: self.credentials._read_group([], ["value"]),
            lambda: self.credentials._read_group([], [], ["value:max"]),
            lambda: self.credentials._read_group([], [], ["value:array_agg"]),
            lambda: self.credentials.formatted_read_group([], ["value"], ["__count"]),
            lambda: accounts.search([("credential_ids.value", "=", SECRET)]),
            lambda: accounts.search([("credential_ids", "any", [("value", "=", SECRET)])]),
        ):
            with self.assertRaises(ValueError):
                attempt()
        offered = self.credentials.fields_get(["value"])["value"]
        self.assertFalse(offered["searchable"] or offered["sortable"] or offered["groupable"] or offered["exportable"])

    def test_only_managers_read(self):
        self.keep()
        user = self.make_user("vault-user", "marketplace_sync.group_marketplace_user")
        with self.assertRaises(AccessError):
            self.account.credential_ids.with_user(user).read(["value"])

    def test_no_statement_is_logged_or_recorded(self):
        recorded = []
        with (
            patch.object(threading.current_thread(), "query_hooks", [lambda *call: recorded.append(str(call))],
                         create=True),
            self.assertLogs("odoo.sql_db", logging.DEBUG) as log,
        ):
            self.keep()
            self.account.write({"access_token": SECRET})
            mine = self.credentials.create({"config_id": self.account.id, "key": "mine", "value": SECRET})
            mine.value = f"{SECRET}-2"
            self.env.flush_all()
        self.assertTrue([line for line in log.output if "marketplace_credential" in line])
        self.assertTrue(recorded)
        self.assertNotIn(SECRET, str(log.output))
        self.assertNotIn(SECRET, str(recorded))

    def test_what_the_database_refuses(self):
        """PostgreSQL shows the row it refuses."""
        self.keep(name="mine")
        for values in ({"key": "mine"}, {"key": False}, {"key": "other", "config_id": False}):
            values = {"config_id": self.account.id, "value": SECRET, **values}
            with (
                self.subTest(values=values), self.assertLogs("odoo.sql_db", logging.ERROR) as log,
                self.assertRaises(psycopg2.IntegrityError) as raised,
            ):
                self.credentials.create(values)
            self.assertNotIn(SECRET, str(log.output) + repr(raised.exception))

    def test_what_cannot_be_stored(self):
        """Python's own complaint would carry it."""
        for odd in (f"{SECRET}\ud800", f"{SECRET}\0"):
            for keys in ((), (FIRST,)):
                with self.subTest(secret=odd, keys=len(keys)), self.assertRaises(UserError) as raised:
                    self.keep(*keys, secret=odd)
                told = traceback.format_exception(raised.exception)
                self.assertNotIn(SECRET, repr((told, raised.exception.__context__)))
