# SPDX-License-Identifier: LGPL-3.0-or-later
"""Invariant I8: a copy of the database never talks to a live shop."""

from odoo.exceptions import UserError
from odoo.modules import neutralize
from odoo.tools import SQL

from .common import MarketplaceCase


class TestNeutralize(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.account.write({"client_id": "an-app", "client_secret": "a-secret"})
        self.item = self.product("COPY-1", stock=5)
        self.shop.add_item("COPY-1", quantities={self.shop.main: 0})
        self.drain()
        self.assertEqual(self.shop.level("COPY-1", self.shop.main), 5, "it was a live connection")
        self.requests = self.shop.stats.requests
        self.set_stock(self.item, 3)
        self.env.cr.flush()

    def neutralize(self):
        """As Odoo does it: it finds the file by itself."""
        [query] = neutralize.get_neutralization_queries(["marketplace_sync"])
        self.env.flush_all()
        self.env.cr.execute(query)
        self.env.invalidate_all()

    def assert_silent(self):
        self.assertEqual(self.shop.stats.requests, self.requests)
        self.assertEqual(self.shop.level("COPY-1", self.shop.main), 5)

    def test_nothing_is_pushed(self):
        self.neutralize()
        self.assertEqual(self.drain()["done"], 0)
        self.account.cron_id.method_direct_trigger()
        with self.assertRaises(UserError):
            self.account.action_sync_now()
        self.assert_silent()

    def test_no_button_reaches_the_shop(self):
        self.product("COPY-2")  # something to link
        self.env.cr.flush()
        self.neutralize()
        for press in (
            self.account.action_test_connection, self.account.action_fetch_locations, self.account.action_link_listings,
        ):
            with self.assertRaises(UserError):
                press()
        self.account.action_resume()
        self.drain()
        self.assert_silent()

    def test_not_even_when_somebody_switches_it_on_again(self):
        """Neither a state set by hand nor a press of Resume brings the address or the secrets back."""
        self.neutralize()
        self.account.state = "connected"
        with self.silence():
            self.drain()
        self.assert_silent()

    def test_no_secret_is_left(self):
        self.neutralize()
        self.assertFalse(self.env["marketplace.credential"].search([]))
        self.assertFalse(self.account.client_id)
        self.assertNotIn(self.shop.url, self.account.base_url)
        columns = self.env.execute_query(SQL("SELECT row_to_json(c)::text FROM marketplace_config c"))
        for secret in ("a-secret", "an-app", self.shop.token, self.shop.url):
            self.assertNotIn(secret, str(columns))

    def test_archived_accounts_too(self):
        self.account.active = False
        self.neutralize()
        self.account.active = True
        self.assertEqual(self.account.state, "draft")
        self.assertFalse(self.account.credential_ids)

    def test_nothing_goes_on_being_set_up(self):
        self.account.write({
            "setup_listing": True, "setup_user_id": self.env.uid, "setup_last_id": 1, "setup_preview": {"rows": []}})
        self.neutralize()
        self.assertFalse(self.account.setup_listing or self.account.setup_user_id or self.account.setup_last_id)
        self.assertFalse(self.account.setup_preview, "it was of the live shop")
        self.account.setup_choice = "ticked"

    def test_every_account(self):
        second = self.make_account(self.open_shop(), name="Second")
        self.neutralize()
        self.assertEqual((self.account | second).mapped("state"), ["draft", "draft"])

    def test_marks_and_listings_are_kept(self):
        """A staging copy is for trying things out: everything else is as it was."""
        self.sort()
        self.neutralize()
        self.assertEqual(self.listing(self.item).state, "linked")
        self.assertTrue(self.env["stock.availability.dirty"].search([("listing_id", "=", self.listing(self.item).id)]))
