# SPDX-License-Identifier: LGPL-3.0-or-later
"""What operators are told."""

from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from prometheus_client.parser import text_string_to_metric_families

from odoo import fields

from odoo.addons.marketplace_sync.models.drain_run import Run

from .common import MarketplaceCase


def parsed(text):
    """The samples by name, each as pairs (labels, value)."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


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

    def test_what_a_deleted_account_did_is_not_counted(self):
        gone = self.env["marketplace.config"].browse(2**30)
        run = Run(gone, SimpleNamespace(calls=1), "", deadline=0.0)
        self.env["marketplace.metrics"]._count(run)
        self.env.cr.execute("SELECT count(*) FROM marketplace_total WHERE config_id = %s", [gone.id])
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_totals_of_an_account_deleted_meanwhile(self):
        self.drain()
        self.env.cr.execute("""
            INSERT INTO marketplace_total (config_id, pushes, acknowledged, unchanged, failed, calls, seconds)
            VALUES (%s, 1, 1, 0, 0, 1, 0.5)""", [2**30])
        self.assertEqual(self.env["marketplace.metrics"]._gc_orphans(), (1, False))
        self.assertEqual(self.figure("pushes_total"), 1)
