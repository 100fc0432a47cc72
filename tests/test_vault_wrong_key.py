# SPDX-License-Identifier: LGPL-3.0-or-later
"""A server started with a wrong key, or without the one it had, says so and loses nothing."""

import logging
import os

from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.marketplace_sync.models.vault import OPTION, VARIABLE

from .test_vault import FIRST, FOREIGN, VaultCase, given

MALFORMED = FIRST[:-4]


class TestWrongKey(VaultCase):
    """Malformed, another one, or none where there was one: each is told, and none changes anything."""

    WRONG = {"malformed": [MALFORMED], "malformed beside a good one": [FIRST, "x"], "another": [FOREIGN], "none": []}

    def setUp(self):
        super().setUp()
        self.item = self.product("VAULT-1", stock=5)
        self.shop.add_item("VAULT-1", quantities={self.shop.main: 0})
        self.env.flush_all()
        self.keep(FIRST, name="access_token", secret=self.shop.token)
        self.before = self.column()

    def each(self):
        for what, keys in self.WRONG.items():
            self.env.invalidate_all()
            with self.subTest(key=what), given(*keys):
                yield
            self.assertEqual(self.column(), self.before)

    def assert_told(self, message):
        self.assertIn(OPTION, message)
        for secret in (FIRST, FOREIGN, MALFORMED, self.shop.token):
            self.assertNotIn(secret, message)

    def test_reading(self):
        for _key in self.each():
            with self.assertRaises(UserError) as raised:
                self.account.credential_ids.mapped("value")
            self.assert_told(str(raised.exception))

    def test_writing(self):
        for _key in self.each():
            for write in (
                lambda: self.credentials._set(self.account, "access_token", "other"),
                lambda: self.credentials._set(self.account, "client_secret", "new"),
                lambda: self.account.write({"client_secret": "new"}),
                lambda: self.account.credential_ids.write({"value": "other"}),
                lambda: self.credentials.create({"config_id": self.account.id, "key": "new", "value": "new"}),
            ):
                with self.assertRaises(UserError) as raised:
                    write()
                self.assert_told(str(raised.exception))

    def test_buttons(self):
        for _key in self.each():
            for press in (
                self.account.action_test_connection, self.account.action_fetch_locations,
                self.account.action_link_listings, self.credentials.action_encrypt_again,
            ):
                with self.assertRaises(UserError) as raised:
                    press()
                self.assert_told(str(raised.exception))

    def test_encrypting_at_night(self):
        for _key in self.each():
            if os.environ[VARIABLE]:
                with self.assertLogs("odoo.addons.marketplace_sync", logging.ERROR) as lines:
                    self.credentials._gc_former_keys()
                self.assert_told(str(lines.output))

    def test_pushing_stops_and_loses_nothing(self):
        for _key in self.each():
            self.account.state = "connected"
            with self.silence():
                self.drain()
            self.assertEqual(self.account.state, "error")
            self.assert_told(self.account.last_error)
            self.assertTrue(self.account.activity_ids)
            self.assertTrue(self.marks(self.item))
        self.assertFalse(self.shop.stats.requests)
        with given(FIRST):
            self.account.action_test_connection()
            self.drain()
        self.assertEqual(self.shop.level("VAULT-1", self.shop.main), 5)

    def test_scheduled_action(self):
        """It never sees an exception: Odoo would switch it off."""
        for _key in self.each():
            self.account.state = "connected"
            with self.silence():
                self.account.cron_id.method_direct_trigger()
            self.assertEqual(self.account.state, "error")

    def test_told_on_the_account(self):
        for _key in self.each():
            self.assert_told(self.account.secrets_warning)

    def test_an_account_whose_own_secret_was_never_encrypted(self):
        """What it would be given meanwhile could not be stored: nothing is asked for."""
        shop = self.open_shop()
        with given(FIRST):
            second = self.make_account(shop, name="Second")
        self.env.cr.execute(SQL(
            "UPDATE marketplace_credential SET value = %s WHERE config_id = %s", shop.token, second.id))
        for _key in self.each():
            with self.assertRaises(UserError) as raised:
                second.action_test_connection()
            self.assert_told(str(raised.exception))
        self.assertFalse(shop.stats.requests)
        self.assertEqual(self.column(second), {"access_token": shop.token})
