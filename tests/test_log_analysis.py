# SPDX-License-Identifier: LGPL-3.0-or-later
"""What can be counted and drawn of the log."""

from ast import literal_eval
from unittest.mock import patch

from odoo.tools import SQL

from odoo.addons.marketplace_sync.adapters.base import AdapterError, Refused, Unauthorized, Unavailable
from odoo.addons.marketplace_sync.adapters.wire.trouble import Busy, Crashed, Limited, RequestRefused
from odoo.addons.marketplace_sync.models import marketplace_drain
from odoo.addons.marketplace_sync.models.error_kinds import kind_of
from odoo.addons.marketplace_sync.models.witness import Witness

from .draining import DrainCase

ACTION = "marketplace_sync.marketplace_sync_log_analysis_action"


class TestLogAnalysis(DrainCase):

    def setUp(self):
        super().setUp()
        self.thing = self.offer("A", 10)
        self.cron()

    def cron(self):
        with self.silence():
            return super().cron()

    def test_answer_times(self):
        [line] = self.logs("drain")
        self.assertEqual(line.platform, "shopify")
        self.assertGreater(line.calls, 1)
        self.assertGreater(line.answer_median_ms, 0)
        self.assertGreaterEqual(line.answer_p95_ms, line.answer_median_ms)
        self.assertLess(line.answer_p95_ms, 1000 * line.seconds)

    def test_median_and_percentile(self):
        witness = Witness()
        self.assertEqual(witness.answer_times(), {})
        for seconds in range(100, 0, -1):
            witness.recorder.time(seconds / 1000)
        self.assertEqual(witness.answer_times(), {"answer_median_ms": 50.5, "answer_p95_ms": 95.0})

    def test_kinds_of_errors(self):
        expected = {
            Unavailable: "unavailable", Limited: "limited", Busy: "busy", Crashed: "crashed",
            Unauthorized: "unauthorized", Refused: "refused", RequestRefused: "refused", AdapterError: "refused"}
        self.assertEqual({error: kind_of(error("no")) for error in expected}, expected)
        kinds = dict(self.env["marketplace.sync.log"]._fields["error_kind"].selection)
        self.assertEqual(set(expected.values()) | {"listing"}, set(kinds))

    def test_errors_are_counted_by_kind(self):
        self.shop.item("A").tracked = False
        self.set_stock(self.thing, 7)
        self.cron()
        self.shop.fault("503", times=1000)
        self.set_stock(self.thing, 6)
        with patch.object(marketplace_drain, "MAX_PAUSE", 0), self.single_tries():
            self.cron()
        self.assertEqual(self.logs("listing").mapped("error_kind"), ["listing"])
        self.assertEqual(self.logs("account").mapped("error_kind"), ["unavailable"])
        groups = self.env["marketplace.sync.log"].formatted_read_group(
            [("config_id", "=", self.account.id), ("error_kind", "!=", False)], ["platform", "error_kind"], ["__count"])
        self.assertEqual(
            {(group["platform"], group["error_kind"]): group["__count"] for group in groups},
            {("shopify", "listing"): 1, ("shopify", "unavailable"): 1})

    def test_a_stop(self):
        self.env.flush_all()
        self.account.access_token = "shpat_revoked"
        self.set_stock(self.thing, 7)
        self.cron()
        self.assertEqual(self.logs("account").error_kind, "unauthorized")

    def test_lines_of_one_push_belong_together(self):
        self.product("MISSING", stock=5)
        self.set_stock(self.thing, 7)
        self.cron()
        [first, last] = self.logs("drain")
        self.assertTrue(first.run_ref)
        self.assertNotEqual(first.run_ref, last.run_ref)
        self.assertEqual(self.logs("listing").run_ref, last.run_ref)

    def test_views_and_favourites(self):
        """Everything the action offers can be opened and drawn."""
        user = self.make_user("analyst", "marketplace_sync.group_marketplace_user")
        logs = self.env["marketplace.sync.log"].with_user(user)
        action = self.env.ref(ACTION)
        self.assertEqual(action.view_mode.split(",")[:2], ["graph", "pivot"])
        views = logs.get_views([(False, kind) for kind in ("graph", "pivot", "search")])["views"]
        self.assertEqual(set(views), {"graph", "pivot", "search"})
        favourites = self.env["ir.filters"].with_user(user).get_filters("marketplace.sync.log", action.id)
        self.assertEqual(
            {favourite["name"] for favourite in favourites}, {"Answer Times", "Kinds of Errors", "Length of the Queue"})
        for favourite in favourites:
            context = literal_eval(favourite["context"])
            measure = context["graph_measure"]
            aggregate = measure if measure == "__count" else f"{measure}:{logs._fields[measure].aggregator}"
            groups = logs.formatted_read_group(
                literal_eval(favourite["domain"]), context["graph_groupbys"], [aggregate])
            self.assertIsInstance(groups, list)
            if favourite["name"] != "Kinds of Errors":
                self.assertTrue(groups, favourite["name"])

    def test_lines_that_were_there_before_get_their_platform(self):
        """An update fills the new column in one statement."""
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE marketplace_sync_log DROP COLUMN platform")
        self.env["marketplace.sync.log"]._add_platform()
        self.assertEqual(
            self.env.execute_query(SQL("SELECT DISTINCT platform FROM marketplace_sync_log")), [("shopify",)])
