# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is told about a push: lines in the server's log, the same in `marketplace.sync.log`, kept for some days."""

import logging
import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import SQL

from odoo.addons.marketplace_sync.models import marketplace_sync_log

from .common import MarketplaceCase

LOGGER = "odoo.addons.marketplace_sync"


class TestLog(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.item = self.product("LOG-1", stock=5)
        self.gid = self.shop.add_item("LOG-1", quantities={self.shop.main: 0})
        self.log = self.env["marketplace.sync.log"]

    def drain_and_listen(self, **options):
        """The lines of a drain, by their level."""
        self.env.cr.flush()
        lines = {"INFO": [], "WARNING": [], "ERROR": []}
        # By number: Odoo has given the name INFO to a level of its own besides.
        with self.assertLogs(LOGGER, logging.INFO) as listening:
            self.drain(**options)
        for record in listening.records:
            lines[record.levelname].append(record.getMessage())
        return lines

    def rows(self, **values):
        return self.log.search([(name, "=", value) for name, value in values.items()])

    def assert_line(self, line, **expected):
        found = dict(re.findall(r"(\w+)=('[^']*'|\S+)", line))
        for name, value in expected.items():
            self.assertEqual(found.get(name), value, f"{name} in {line!r}")

    def test_one_line_a_drain(self):
        lines = self.drain_and_listen()
        [line] = lines["INFO"]
        self.assert_line(
            line, account=repr(self.account.name), taken="1", acknowledged="1", unchanged="0", failed="0",
            remaining="0")
        self.assertRegex(line, r"calls=[1-9]\d* seconds=\d+\.\d{3}$")
        self.assertFalse(lines["WARNING"] or lines["ERROR"])

    def test_the_same_in_odoo(self):
        self.drain()
        row = self.rows(kind="drain")
        self.assertEqual(len(row), 1)
        self.assertEqual((row.config_id, row.company_id, row.level), (self.account, self.company, "info"))
        self.assertEqual(
            (row.taken, row.acknowledged, row.unchanged, row.failed, row.remaining), (1, 1, 0, 0, 0))
        self.assertEqual(row.calls, self.shop.stats.requests)
        self.assertGreater(row.seconds, 0)

    def test_unchanged_is_told_from_acknowledged(self):
        self.drain()
        self.set_stock(self.item, 6)
        self.set_stock(self.item, 5)
        [line] = self.drain_and_listen()["INFO"]
        self.assert_line(line, taken="1", acknowledged="0", unchanged="1", calls="0")

    def test_what_remains(self):
        others = [self.product(f"LOG-MORE-{number}", stock=1) for number in range(3)]
        self.shop.add_items([other.default_code for other in others], quantities={self.shop.main: 0})
        with self.silence():
            self.drain()
        for other in others:
            self.set_stock(other, 2)
        [line] = self.drain_and_listen(limit=2)["INFO"]
        self.assert_line(line, taken="2", remaining="1")

    def test_nothing_to_do_fills_no_table(self):
        self.drain()
        before = self.log.search_count([])
        [line] = self.drain_and_listen()["INFO"]
        self.assert_line(line, taken="0")
        self.assertEqual(self.log.search_count([]), before)

    def test_a_failed_listing_is_named(self):
        missing = self.product("LOG-MISSING", stock=5)
        lines = self.drain_and_listen()
        [line] = lines["WARNING"]
        self.assert_line(
            line, account=repr(self.account.name), sku="'LOG-MISSING'", listing=str(self.listing(missing).id))
        self.assertIn("no item with the SKU LOG-MISSING", line)
        row = self.rows(kind="listing")
        self.assertEqual((row.listing_id, row.sku, row.level), (self.listing(missing), "LOG-MISSING", "warning"))
        self.assertEqual(row.message, self.listing(missing).error)
        self.assertEqual(self.listing(missing).log_ids, row)
        [summary] = lines["INFO"]
        self.assert_line(summary, taken="2", acknowledged="1", failed="1")
        self.assertEqual(self.rows(kind="drain").level, "warning")

    def test_the_shops_request_id(self):
        """What the shop's support asks for."""
        self.drain()
        self.shop.item("LOG-1").tracked = False
        self.set_stock(self.item, 3)
        lines = self.drain_and_listen()
        [line] = lines["WARNING"]
        request_id = self.listing(self.item).request_id
        self.assertRegex(request_id, r"^[0-9a-f]{32}$")
        self.assert_line(line, request_id=request_id)
        self.assertEqual(self.rows(kind="listing").request_id, request_id)

    def test_an_account_that_stops(self):
        self.env.flush_all()
        self.account.access_token = "shpat_revoked"
        lines = self.drain_and_listen()
        [line] = lines["ERROR"]
        self.assertIn("stopped", line)
        self.assert_line(line, account=repr(self.account.name))
        row = self.rows(kind="account")
        self.assertEqual((row.level, row.message), ("error", self.account.last_error))

    def test_a_shop_that_is_away(self):
        self.drain()
        self.set_stock(self.item, 3)
        self.shop.fault("503", times=1000)
        with patch("odoo.addons.marketplace_sync.models.marketplace_drain.MAX_PAUSE", 0):
            lines = self.drain_and_listen()
        [line] = lines["WARNING"]
        self.assertIn("unavailable", line)
        self.assertRegex(line, r"retry_in_s=\d")
        row = self.rows(kind="account")
        self.assertEqual((row.level, row.message), ("warning", self.account.last_error))
        self.assertFalse(lines["ERROR"])

    def test_lines_can_be_found(self):
        """Every line begins alike and is one line, so that it can be searched for."""
        self.product("LOG-MISSING\nX", stock=5)
        for level, lines in self.drain_and_listen().items():
            for line in lines:
                self.assertTrue(line.startswith("marketplace_sync: "), f"{level}: {line}")
                self.assertNotIn("\n", line)


class TestRetention(MarketplaceCase):

    def old(self, days, account=None):
        self.env["marketplace.config"].flush_model()
        (account or self.account)._log("info", "drain", f"{days} days old")
        row = self.env["marketplace.sync.log"].search([], limit=1)
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE marketplace_sync_log SET create_date = %s WHERE id = %s",
            fields.Datetime.now() - timedelta(days=days), row.id))
        self.env.invalidate_all()
        return row

    def collect(self):
        self.env.flush_all()
        done = self.env["marketplace.sync.log"]._gc_old()
        self.env.invalidate_all()
        return done

    def test_kept_for_thirty_days(self):
        self.assertEqual(self.account.log_days, 30)
        young, old = self.old(29.9), self.old(30.1)
        self.assertEqual(self.collect(), (1, False))
        self.assertTrue(young.exists())
        self.assertFalse(old.exists())

    def test_each_account_as_it_is_set(self):
        brief = self.make_account(self.open_shop(), name="Brief", log_days=2)
        kept, gone = self.old(3), self.old(3, brief)
        self.collect()
        self.assertTrue(kept.exists())
        self.assertFalse(gone.exists())

    def test_in_chunks(self):
        for _row in range(3):
            self.old(40)
        with patch.object(marketplace_sync_log, "GC_CHUNK", 2):
            self.assertEqual(self.collect(), (2, True))
            self.assertEqual(self.collect(), (1, False))
