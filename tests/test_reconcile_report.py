# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a comparison leaves behind: its report, its line in the log, and for how long."""

import logging

from odoo.tools import SQL

from .comparing import ReconcileCase


class TestReport(ReconcileCase):

    def compare_three(self):
        lost, _sold, _gone = self.sell("lost", "sold", "gone")
        self.never_push(lost, 4)
        self.show("sold", 7)
        self.show("gone", None)
        return self.compare()

    def test_counted_by_reason(self):
        run = self.compare_three()
        self.assertRecordValues(run, [{
            "drifted": 3, "changed_count": 1, "unpushed_count": 1, "missing_count": 1, "checked": 3}])
        self.assertEqual(self.account.drift_count, 3)

    def test_logged(self):
        with self.assertLogs("odoo.addons.marketplace_sync.models.marketplace_comparison_chunk", logging.INFO) as lines:
            self.compare_three()
        [line] = [record.getMessage() for record in lines.records]
        self.assertRegex(
            line, r"^marketplace_sync: reconcile account='Account of Seller' account_id=\d+ checked=3 drifted=3 "
                  r"waiting=0 calls=0 seconds=\d+\.\d{3}$")
        [row] = self.env["marketplace.sync.log"].search([("kind", "=", "reconcile")])
        self.assertEqual((row.config_id, row.level), (self.account, "warning"))
        self.assertEqual(row.message, "3 listings compared, 3 numbers were not what they should be")

    def test_the_account_shows_the_last_one(self):
        run = self.compare_three()
        self.assertTrue(run.is_last)
        self.show("sold", 6)
        newer = self.compare()
        self.assertEqual((run.is_last, newer.is_last), (False, True))
        action = self.account.action_open_drift()
        self.assertEqual(self.env["marketplace.drift"].search(action["domain"]), newer.drift_ids)
        self.assertEqual(self.env["marketplace.reconcile"].search([("is_last", "=", True)]), newer)
        self.assertIn(run, self.env["marketplace.reconcile"].search([("is_last", "=", False)]))

    def test_a_listing_that_is_gone_takes_its_lines_along(self):
        run = self.compare_three()
        run.drift_ids[:1].listing_id.unlink()
        self.assertEqual(len(run.drift_ids), 2)


class TestGarbage(ReconcileCase):

    def age(self, run, days):
        self.env.flush_all()
        for table, column, key in (("reconcile", "started_at", "id"), ("drift", "noticed_at", "reconcile_id")):
            self.env.cr.execute(SQL(
                "UPDATE %s SET %s = %s - interval '1 day' * %s WHERE %s = %s", SQL.identifier(f"marketplace_{table}"),
                SQL.identifier(column), SQL.identifier(column), days, SQL.identifier(key), run.id))
        self.env.invalidate_all()

    def collect(self):
        """What the nightly collection deletes of what was found, and of comparisons."""
        return self.env["marketplace.drift"]._gc_old(), self.env["marketplace.reconcile"]._gc_old()

    def found(self, shown):
        self.show("A", shown)
        return self.compare()

    def test_old_ones_go_the_last_one_stays(self):
        self.sell("A")
        old, young, last = self.found(7), self.found(6), self.found(5)
        self.age(old, 31)
        self.age(young, 29)
        self.age(last, 300)
        self.assertEqual(self.env["marketplace.reconcile"]._gc_old()[0], 0, "what it found goes before")
        self.assertEqual(self.collect(), ((1, False), (1, False)))
        self.assertFalse(old.exists())
        self.assertEqual((len(young.drift_ids), len(last.drift_ids)), (1, 1))

    def test_the_accounts_days_count(self):
        self.sell("A")
        old, _last = self.found(7), self.found(6)
        self.age(old, 31)
        self.account.log_days = 40
        self.env.flush_all()
        self.assertEqual(self.collect(), ((0, False), (0, False)))
