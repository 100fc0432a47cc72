# SPDX-License-Identifier: LGPL-3.0-or-later
"""Accounts: what may be typed in, their scheduled actions, and their buttons."""

import psycopg2.errors

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from .common import MarketplaceCase


class TestSettings(MarketplaceCase):
    """What an account accepts."""

    def change(self, **values):
        with self.env.cr.savepoint():
            self.account.write(values)
            self.env.flush_all()

    def test_address_is_completed(self):
        for typed, kept in (
            ("my-shop.myshopify.com", "https://my-shop.myshopify.com"),
            ("  https://my-shop.myshopify.com/ ", "https://my-shop.myshopify.com"),
            ("my-shop.myshopify.com/", "https://my-shop.myshopify.com"),
            ("https://my-shop.myshopify.com:8443", "https://my-shop.myshopify.com:8443"),
            ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
            ("http://127.8.9.10", "http://127.8.9.10"),
            ("http://localhost:8001", "http://localhost:8001"),
            ("http://[::1]:8001", "http://[::1]:8001"),
        ):
            with self.subTest(typed=typed):
                self.change(base_url=typed, allow_private=True)
                self.assertEqual(self.account.base_url, kept)

    def test_address_is_refused(self):
        for typed in (
            "http://my-shop.myshopify.com",  # a token would travel in clear
            "http://10.0.0.1",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "ftp://my-shop.myshopify.com",
            "https://user:secret@my-shop.myshopify.com",
            "https://user@my-shop.myshopify.com",
            "https://:secret@my-shop.myshopify.com",
            "https://@my-shop.myshopify.com",
            "https://my-shop.myshopify.com/admin",
            "https://my-shop.myshopify.com?x=1",
            "https://my-shop.myshopify.com#x",
            "https://my shop.myshopify.com",
            "https://my-shop.myshopify.com:99999",
            "https://[::1",
            "https://",
            "   ",
        ):
            with self.subTest(typed=typed), self.assertRaises(ValidationError):
                self.change(base_url=typed)

    def test_api_version(self):
        for version in ("2026-04", "2026-07", "2026-10", "2027-01"):
            self.change(api_version=version)
        for version in ("2026-01", "2025-10", "2026-05", "26-10", "unstable", "2026-10 ", "2026-10\n", ""):
            with self.subTest(version=version), self.assertRaises(ValidationError):
                self.change(api_version=version)

    def test_limits(self):
        for field, good, bad in (
            ("batch_size", (1, 250), (0, -1)),
            ("parallel", (1, 16), (0, 17)),
            ("shards", (1, 64), (0, 65)),
            # However many: days and hours are subtracted from dates, which begin with year 1.
            ("log_days", (1, 365, 3650), (0, -3, 800_000)),
            ("alert_hours", (0, 8760), (-1, 2_000_000_000)),
            ("reconcile_hours", (0, 8760), (-1, 100_000_000)),
            ("history_days", (1, 3650), (0, 2_000_000_000)),
            ("forecast_days", (0, 3650), (-1, 10_000_000)),
            ("hold_minutes", (1, 10080), (0, 10081)),
        ):
            for value in good:
                self.change(**{field: value})
            for value in bad:
                with (
                    self.subTest(field=field, value=value), mute_logger("odoo.sql_db"),
                    self.assertRaises(psycopg2.errors.CheckViolation),
                ):
                    self.change(**{field: value})
        with self.assertRaisesRegex(ValidationError, "at most 250"):
            self.change(batch_size=251)

    def test_another_address_is_another_shop(self):
        product = self.product("CFG-1", stock=5)
        self.shop.add_item("CFG-1", quantities={self.shop.main: 0})
        self.drain()
        listing = self.listing(product)
        other = self.open_shop(name="Another")
        self.account.base_url = other.url
        self.assertEqual(self.account.state, "draft")
        self.assertEqual((listing.state, listing.external_id), ("pending", False))
        self.assertFalse(self.account.location_ids, "the former shop's locations")
        self.assertFalse(listing.level_ids, "what the former shop acknowledged")

    def test_location_of_another_company_can_not_feed_it(self):
        elsewhere = self.make_company("Elsewhere")
        with self.assertRaises(UserError):
            self.account.location_ids.location_ids = [Command.set(self.stock_of(elsewhere).ids)]

    def test_counts_are_written_as_the_reader_does(self):
        self.assertEqual([self.account._tally(count) for count in (0, 999, 10_000, 10_001)],
                         ["0", "999", "10,000", "10,000+"])
        self.env["res.lang"]._activate_lang("de_DE")
        self.assertEqual(self.account.with_context(lang="de_DE")._tally(10_001), "10.000+")

    def test_copy(self):
        """A copy is another account that has nothing yet: no shop, no secret, no location, no connection."""
        copy = self.account.copy({"base_url": "https://copy.example"})
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.credential_ids)
        self.assertFalse(copy.location_ids)
        self.assertNotEqual(copy.cron_id, self.account.cron_id)
        self.assertTrue(copy.cron_id)


class TestScheduledAction(MarketplaceCase):
    """Each account has its own, so that accounts are pushed side by side."""

    def test_made_with_the_account(self):
        cron = self.account.cron_id
        self.assertIn(self.account.name, cron.name)
        self.assertTrue(cron.active)
        self.assertEqual((cron.interval_number, cron.interval_type), (5, "minutes"))
        other = self.make_account(self.open_shop(), name="Other")
        self.assertNotEqual(other.cron_id, cron)

    def test_renamed(self):
        self.account.name = "Renamed"
        self.assertIn("Renamed", self.account.cron_id.name)

    def test_removed(self):
        cron = self.account.cron_id
        self.account.unlink()
        self.assertFalse(cron.exists())

    def test_pushes(self):
        self.product("CFG-1", stock=5)
        self.shop.add_item("CFG-1", quantities={self.shop.main: 0})
        self.env.cr.flush()
        self.account.cron_id.method_direct_trigger()
        self.assertEqual(self.shop.level("CFG-1", self.shop.main), 5)

    def test_does_nothing_while_paused_archived_or_backing_off(self):
        self.product("CFG-1", stock=5)
        self.shop.add_item("CFG-1", quantities={self.shop.main: 0})
        self.env.cr.flush()
        for change, back in (
            ({"state": "paused"}, {"state": "connected"}),
            ({"active": False}, {"active": True}),
            ({"retry_at": "2100-01-01 00:00:00"}, {"retry_at": False}),
        ):
            with self.subTest(change=change):
                self.account.write(change)
                self.account.cron_id.method_direct_trigger()
                self.assertEqual(self.shop.stats.requests, 0)
                self.account.write(back)
        self.account.cron_id.method_direct_trigger()
        self.assertEqual(self.shop.level("CFG-1", self.shop.main), 5, "the marks were kept")

    def test_which_accounts_are_woken(self):
        """Only those that want changes at once and can be pushed to."""
        slow = self.make_account(self.open_shop(), name="Slow", push_mode="scheduled")
        paused = self.make_account(self.open_shop(), name="Paused")
        paused.state = "paused"
        self.env.flush_all()
        accounts = self.account | slow | paused
        trigger = self.env["ir.cron.trigger"]
        trigger.search([("cron_id", "in", accounts.cron_id.ids)]).unlink()
        self.env["marketplace.config"]._wake()
        self.env["marketplace.config"]._wake()
        self.assertEqual(trigger.search([("cron_id", "in", accounts.cron_id.ids)]).cron_id, self.account.cron_id)
        self.assertEqual(trigger.search_count([("cron_id", "=", self.account.cron_id.id)]), 1, "once is enough")


class TestButtons(MarketplaceCase):
    """What the buttons do and say."""

    def params(self, action):
        self.assertEqual(action["tag"], "display_notification")
        return action["params"]

    def test_test_connection(self):
        self.account.state = "draft"
        said = self.params(self.account.action_test_connection())
        self.assertEqual((said["type"], said["message"]), ("success", "Connected to Sandbox."))
        self.assertEqual((self.account.state, self.account.shop_name), ("connected", "Sandbox"))

    def test_missing_scopes_are_named(self):
        self.account.state = "draft"
        self.shop.auth.scopes = ("read_products", "read_locations")
        said = self.params(self.account.action_test_connection())
        self.assertEqual(said["type"], "warning")
        self.assertIn("write_inventory", said["message"])
        self.assertNotIn("read_products", said["message"])
        self.assertEqual(self.account.state, "draft")
        self.assertIn("write_inventory", self.account.last_error)

    def test_wrong_token(self):
        self.account.write({"access_token": "shpat_of_someone_else", "state": "draft"})
        with self.assertRaises(UserError) as raised:
            self.account.action_test_connection()
        self.assertNotIn("shpat_of_someone_else", str(raised.exception))
        self.assertEqual(self.account.state, "draft")

    def test_client_credentials(self):
        account = self.env["marketplace.config"].create({
            "name": "New app", "company_id": self.company.id, "base_url": self.shop.url,
            "allow_private": True, "client_id": " sandbox-client ", "client_secret": " sandbox-secret "})
        account.action_test_connection()
        self.assertEqual(account.state, "connected")
        self.assertIn("token", account.credential_ids.mapped("key"), "kept until it expires")

    def test_no_shop_at_that_address(self):
        self.account.base_url = "http://127.0.0.1:9"
        with self.assertRaises(UserError):
            self.account.action_test_connection()

    def test_testing_does_not_resume(self):
        self.account.action_pause()
        self.account.action_test_connection()
        self.assertEqual(self.account.state, "paused")

    def test_first_test_fetches_and_maps_the_only_location(self):
        self.account.location_ids.unlink()
        self.account.action_test_connection()
        self.assertEqual(self.account.location_ids.mapped("external_id"), [self.shop.main])
        self.assertEqual(self.account.location_ids.location_ids, self.stock, "one there, one here: no choice to make")

    def test_fetch_locations(self):
        place = self.account.location_ids
        second = self.shop.add_location("Second")
        self.shop.add_location("Closed", active=False)
        self.shop.locations[self.shop.main].name = "Renamed"
        said = self.params(self.account.action_fetch_locations())
        self.assertEqual(said["type"], "success")
        self.assertEqual(place.name, "Renamed")
        self.assertEqual(place.location_ids, self.stock, "the mapping of a known location is kept")
        every = self.account.with_context(active_test=False).location_ids
        self.assertEqual(sorted(every.mapped("name")), ["Closed", "Renamed", "Second"])
        self.assertFalse(every.filtered(lambda location: location.name == "Closed").active)
        self.assertFalse(every.filtered(lambda location: location.external_id == second).location_ids)

    def test_location_closed_in_the_shop(self):
        place = self.account.location_ids
        self.shop.add_location("Second")
        self.shop.locations[self.shop.main].active = False
        self.account.action_fetch_locations()
        self.assertFalse(place.active)

    def test_pause_keeps_changes_for_resume(self):
        self.product("CFG-1", stock=5)
        self.shop.add_item("CFG-1", quantities={self.shop.main: 0})
        self.account.action_pause()
        self.assertEqual(self.account.state, "paused")
        self.assertEqual(self.drain()["done"], 0)
        with self.assertRaises(UserError):
            self.account.action_sync_now()
        self.assertEqual(self.shop.stats.requests, 0)
        self.account.action_resume()
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(self.drain()["done"], 1)
        self.assertEqual(self.shop.level("CFG-1", self.shop.main), 5)

    def test_sync_now_says_what_it_did(self):
        self.product("CFG-1", stock=5)
        self.shop.add_item("CFG-1", quantities={self.shop.main: 0})
        self.env.cr.flush()
        said = self.params(self.account.action_sync_now())
        self.assertEqual(said["type"], "success")
        self.assertEqual(said["message"], "1 listings up to date, 0 failed, 0 still waiting.")

    def test_sync_now_says_what_failed(self):
        self.product("CFG-1", stock=5)
        self.env.cr.flush()
        with self.silence():
            said = self.params(self.account.action_sync_now())
        self.assertEqual(said["type"], "warning")
        self.assertIn("1 failed", said["message"])

    def test_sync_now_without_a_mapping(self):
        self.account.location_ids.location_ids = False
        self.product("CFG-1", stock=5)
        self.env.cr.flush()
        with self.silence():
            said = self.params(self.account.action_sync_now())
        self.assertEqual(said["type"], "warning")
        self.assertIn("map its locations", said["message"])
