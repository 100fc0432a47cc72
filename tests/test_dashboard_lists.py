# SPDX-License-Identifier: LGPL-3.0-or-later
"""The lists behind the numbers of the dashboard's cards."""

from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from .test_dashboard import DashboardCase


class TestListsBehindTheNumbers(DashboardCase):
    """Each number of a card is that of the rows of the list it opens."""

    def setUp(self):
        super().setUp()
        self.offered = [self.offer(f"LST-{number}", stock=3) for number in range(4)]
        self.product("LST-LOST", 1)
        self.other = self.make_account(self.open_shop(), name="Other")  # which fails at all of it
        with self.silence():
            self.drain()
            self.other._drain()
        self.env.invalidate_all()

    def assert_counted(self, count, action):
        """A list is opened with so many rows, at least one of which is not there for another account."""
        model = self.env[action["res_model"]]
        filters = etree.fromstring(model.get_view(view_type="search")["arch"])
        domain = list(action["domain"])
        for name in action["context"]:
            if name.startswith("search_default_"):
                [node] = filters.xpath(f"//filter[@name='{name.removeprefix('search_default_')}']")
                domain += safe_eval(node.get("domain") or "[]")
        self.assertTrue(count)
        self.assertEqual(model.search_count(domain), int(count))

    def test_waiting(self):
        """However often it changed."""
        for _time in range(2):
            self.listing(self.offered[0])._mark("test")
        self.listing(self.offered[1])._mark("test")
        self.other.listing_ids._mark("test")
        self.assertEqual(self.account.waiting_count, 2)
        self.assert_counted(self.account.waiting_tally, self.account.action_open_waiting_listings())
        self.assertEqual(len(self.found_by(self.account.action_open_waiting())), 3)

    def test_failed(self):
        self.assert_counted(self.account.error_tally, self.account.action_open_failed())

    def test_linked(self):
        self.assertEqual(self.account.linked_count, 4)
        self.assert_counted(self.account.linked_tally, self.account.action_open_linked())

    def test_asking(self):
        self.env.cr.execute(SQL("UPDATE marketplace_listing SET state = 'conflict' WHERE sku = 'LST-2'"))
        self.env.invalidate_all()
        self.assert_counted(self.account.conflict_tally, self.account.action_open_conflicts())

    def test_drifted(self):
        level = self.listing(self.offered[0]).level_ids
        for drifted in (1, 2):  # an older comparison, and the last one
            run = self.env["marketplace.reconcile"].create(
                {"config_id": self.account.id, "state": "done", "drifted": drifted})
            self.env["marketplace.drift"].create([{
                "reconcile_id": run.id, "config_id": self.account.id, "listing_id": level.listing_id.id,
                "location_id": level.location_id.id, "reason": "changed"}] * drifted)
        self.assertEqual(self.account.drift_count, 2)
        self.assert_counted(self.account.drift_count, self.account.action_open_drift())

    def test_refused(self):
        self.log(fields.Datetime.now() - timedelta(days=2), kind="listing")
        self.assert_counted(self.account.failed_day, self.account.action_open_refused())

    def test_refused_by_linking_alone(self):
        refused = self.account.failed_day
        self.product("LST-UNKNOWN", 1)
        with self.silence():
            self.account.action_link_listings()
        self.env.invalidate_all()
        self.assertGreater(self.account.failed_day, refused)
        self.assert_counted(self.account.failed_day, self.account.action_open_refused())

    def test_pushed(self):
        """A line of the log may stand for many numbers: its column adds up to them."""
        self.log(fields.Datetime.now() - timedelta(days=2), acknowledged=7)
        lines = self.found_by(self.account.action_open_pushes())
        self.assertEqual(lines.config_id, self.account)
        self.assertEqual((self.account.pushed_day, sum(lines.mapped("acknowledged"))), (4, 4))

    def test_calls(self):
        self.log(fields.Datetime.now() - timedelta(days=2), calls=7)
        self.log(fields.Datetime.now(), kind="reconcile", calls=2)
        lines = self.found_by(self.account.action_open_calls())
        self.assertEqual(set(lines.mapped("kind")), {"drain", "reconcile"})
        self.assertTrue(self.account.calls_today)
        self.assertEqual(self.account.calls_today, sum(lines.mapped("calls")))

    def test_allowances(self):
        self.allow("inventory", 1, 5000)
        self.assertEqual(self.found_by(self.account.action_open_allowances()), self.account.allowance_ids)
