# SPDX-License-Identifier: LGPL-3.0-or-later
"""The cards of the dashboard: their numbers, the lists behind them, and who sees them."""

from datetime import UTC, datetime, timedelta

from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .draining import DrainCase

USER = "marketplace_sync.group_marketplace_user"


def at(text):
    """A moment in March, naive UTC, such as "10 12:20"."""
    return fields.Datetime.to_datetime(f"2026-03-{text}:00")


NOON = at("10 12:20")


class DashboardCase(DrainCase):

    def log(self, when, kind="drain", account=None, **numbers):
        """A line of the log, written at that time."""
        account = account or self.account
        account._log("info", kind, "test", **numbers)
        line = self.env["marketplace.sync.log"].search([("config_id", "=", account.id)], limit=1)
        self.env.cr.execute(SQL("UPDATE marketplace_sync_log SET create_date = %s WHERE id = %s", when, line.id))
        self.env.invalidate_all()
        return line

    def allow(self, name, used, granted, resets_in=1):
        """An allowance of the account, whose window ends in so many hours."""
        now = fields.Datetime.now()
        return self.env["marketplace.allowance"].create({
            "config_id": self.account.id, "name": name, "used": used, "granted": granted, "read_at": now,
            "resets_at": now + timedelta(hours=resets_in)})

    def found_by(self, action):
        """The records of the list a button opens."""
        return self.env[action["res_model"]].search(action["domain"])


class TestNumbers(DashboardCase):

    def test_what_a_drain_did(self):
        self.offer("DSH-1", stock=3)
        self.offer("DSH-2", stock=4)
        self.product("DSH-3", 1)
        with self.silence():
            self.drain()
        self.listing(self.offer("DSH-4", stock=5))._mark("test")
        account = self.account
        self.assertEqual(
            (account.linked_tally, account.error_tally, account.waiting_tally, account.pushed_day, account.failed_day),
            ("2", "1", "1", 2, 1))
        self.assertAlmostEqual(account.error_rate, 1 / 3)
        self.assertEqual(account.calls_today, self.logs("drain").calls)
        self.assertTrue(account.calls_today)
        self.assertEqual([bar[1:] for bar in account.push_chart], [[0, 0]] * 23 + [[2, 1]])
        self.assertEqual(len(self.found_by(account.action_open_linked())), 2)
        self.assertEqual(self.found_by(account.action_open_refused()).sku, "DSH-3")
        self.assertEqual(self.found_by(account.action_open_pushes()), self.logs("drain"))
        self.assertEqual(self.found_by(account.action_open_calls()), self.logs("drain"))

    def test_nothing_yet(self):
        account = self.account
        self.assertEqual(
            (account.linked_tally, account.pushed_day, account.failed_day, account.error_rate, account.calls_today),
            ("0", 0, 0, 0, 0))
        self.assertFalse(account.oldest_mark)
        self.assertEqual(len(account.push_chart), 24)

    def test_a_new_account_on_its_form(self):
        new = self.env["marketplace.config"].new({"name": "New"})
        self.assertEqual((new.linked_count, new.pushed_day, new.oldest_mark, new.allowance_tally), (0, 0, False, False))


class TestOldestMark(DashboardCase):

    def setUp(self):
        super().setUp()
        self.items = [self.offer(f"OLD-{number}", stock=3) for number in range(3)]
        self.sort()
        for number, hours in enumerate((3, 2, 1)):
            self.mark(number, hours)

    def mark(self, number, hours):
        listing = self.listing(self.items[number])
        self.env.cr.execute(SQL(
            "UPDATE stock_availability_dirty SET marked_at = %s WHERE listing_id = %s",
            NOON - timedelta(hours=hours), listing.id))
        self.env.invalidate_all()

    def test_the_first_in_the_queue(self):
        self.assertEqual(self.account.oldest_mark, NOON - timedelta(hours=3))

    def test_not_of_what_is_archived(self):
        self.listing(self.items[0]).active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.account.oldest_mark, NOON - timedelta(hours=2))

    def test_not_of_other_accounts(self):
        other = self.make_account(self.open_shop(), name="Other")
        self.env.cr.execute(SQL("DELETE FROM stock_availability_dirty WHERE config_id = %s", other.id))
        self.assertFalse(other.oldest_mark)
        self.assertEqual((self.account | other).mapped("oldest_mark"), [NOON - timedelta(hours=3), False])


@freeze_time(NOON)
class TestChart(DashboardCase):

    def bars(self, account=None):
        """Those with something in them: the hour's beginning, and its two numbers."""
        return [(datetime.fromtimestamp(begins / 1000, UTC).replace(tzinfo=None), *numbers)
                for begins, *numbers in (account or self.account).push_chart if any(numbers)]

    def test_by_the_hour(self):
        for minutes in (0, 15, 25, 85):
            self.log(NOON - timedelta(minutes=minutes), taken=5, acknowledged=3, unchanged=1, failed=1)
        self.assertEqual(self.bars(), [
            (at("10 10:00"), 3, 1), (at("10 11:00"), 3, 1), (at("10 12:00"), 6, 2)])
        self.assertEqual((self.account.pushed_day, self.account.failed_day, self.account.error_rate), (12, 4, 0.2))

    def test_a_day_of_it(self):
        self.log(at("09 13:00"), taken=1, acknowledged=1)
        self.log(at("09 12:59"), taken=1, acknowledged=1)
        self.assertEqual(self.bars(), [(at("09 13:00"), 1, 0)])

    def test_of_the_own_account(self):
        other = self.make_account(self.open_shop(), name="Other")
        self.log(NOON, taken=1, acknowledged=1)
        self.log(NOON, account=other, taken=7, acknowledged=7)
        self.assertEqual([self.bars(account)[0][1] for account in (self.account, other)], [1, 7])

    def test_other_lines_do_not_count(self):
        self.log(NOON, kind="listing", failed=1, calls=1)
        self.log(NOON, kind="reconcile", calls=4)
        self.assertFalse(self.bars())
        self.assertEqual(self.account.calls_today, 4)


@freeze_time(at("10 02:30"))
class TestCallsToday(DashboardCase):

    def test_the_users_day(self):
        """Half past ten in the evening of the 9th in New York."""
        self.log(at("09 03:59"), calls=1)
        self.log(at("09 04:01"), calls=2)
        self.log(at("10 02:29"), calls=4)
        here, there = (self.account.with_context(tz=zone) for zone in ("UTC", "America/New_York"))
        self.assertEqual((here.calls_today, there.calls_today), (4, 6))
        self.assertEqual([len(self.found_by(account.action_open_calls())) for account in (here, there)], [1, 2])

    def test_days_on_which_the_clocks_change(self):
        accounts = self.env["marketplace.config"]
        for noon, zone, midnight in (
                ("2026-03-29 12:00:00", "Europe/Berlin", "2026-03-28 23:00:00"),
                ("2026-10-25 12:00:00", "Europe/Berlin", "2026-10-24 22:00:00"),
                ("2026-04-24 12:00:00", "Africa/Cairo", "2026-04-23 22:00:00"),  # there is no 0:00 that day
                ("2026-04-25 12:00:00", "Africa/Cairo", "2026-04-24 21:00:00")):
            with self.subTest(zone=zone, noon=noon), freeze_time(noon):
                self.assertEqual(
                    accounts.with_context(tz=zone)._midnight(), fields.Datetime.to_datetime(midnight))

    @freeze_time(at("10 18:20"))
    def test_a_day_that_begins_before_the_chart(self):
        """Ten minutes to midnight in India, where days begin at half an hour of ours."""
        for when in ("09 18:29", "09 18:31", "09 19:01"):
            self.log(at(when), taken=1, acknowledged=1, calls=1)
        account = self.account.with_context(tz="Asia/Kolkata")
        self.assertEqual((account.calls_today, account.pushed_day), (2, 1))
        self.assertEqual(len(self.found_by(account.action_open_calls())), 2)
        self.assertEqual(len(account.push_chart), 24)


class TestAllowance(DashboardCase):

    def shown(self):
        self.env.invalidate_all()
        return self.account.allowance_tally, self.account.allowance_share

    def test_none(self):
        self.assertEqual(self.shown(), (False, 0))

    def test_used(self):
        self.allow("inventory", 1250, 5000)
        self.assertEqual(self.shown(), ("1,250 of 5,000", 0.25))

    def test_the_one_that_ends_first(self):
        self.allow("inventory", 1250, 5000)
        self.allow("trading", 90, 100)
        self.assertEqual(self.shown(), ("90 of 100", 0.9))
        self.assertEqual(len(self.found_by(self.account.action_open_allowances())), 2)

    def test_a_window_that_is_over(self):
        self.allow("inventory", 1250, 5000, resets_in=-1)
        self.assertEqual(self.shown(), ("0 of 5,000", 0))


class TestWhoSees(DashboardCase):

    def setUp(self):
        super().setUp()
        self.offer("WHO-1", stock=3)
        self.drain()
        self.env.flush_all()

    def cards(self, user):
        """What the dashboard reads for a user."""
        accounts = self.env["marketplace.config"].with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids)
        action = self.env["ir.actions.actions"].with_user(user)._for_xml_id(
            "marketplace_sync.marketplace_dashboard_action")
        view = accounts.get_views(action["views"])["views"]["kanban"]
        names = {node.get("name") for node in etree.fromstring(view["arch"]).iter("field")}
        cards = accounts.web_search_read([], {name: {} for name in names})["records"]
        return view["arch"], {card["id"]: card for card in cards}

    def test_user(self):
        arch, cards = self.cards(self.make_user("dash-user", USER))
        self.assertEqual((cards[self.account.id]["linked_tally"], cards[self.account.id]["pushed_day"]), ("1", 1))
        self.assertIn("action_sync_now", arch)
        for name in ("action_test_connection", "action_pause", "action_resume", "action_reconcile"):
            self.assertNotIn(name, arch)

    def test_manager(self):
        arch, cards = self.cards(self.make_user("dash-manager", "marketplace_sync.group_marketplace_manager"))
        self.assertIn(self.account.id, cards)
        self.assertIn("action_test_connection", arch)

    def test_other_companies(self):
        stranger = self.make_user("dash-stranger", USER, company=self.make_company("Elsewhere"))
        _arch, cards = self.cards(stranger)
        self.assertFalse(cards)
        account = self.account.with_user(stranger).with_context(allowed_company_ids=stranger.company_ids.ids)
        for name in ("pushed_day", "push_chart", "calls_today", "allowance_tally"):
            self.env.invalidate_all()
            with self.subTest(field=name), self.assertRaises(AccessError):
                _number = account[name]

    def test_the_app_opens_on_it(self):
        root = self.env.ref("marketplace_sync.menu_root")
        first = self.env["ir.ui.menu"].search([("parent_id", "=", root.id)], limit=1)
        self.assertEqual(first.action, self.env.ref("marketplace_sync.marketplace_dashboard_action"))
