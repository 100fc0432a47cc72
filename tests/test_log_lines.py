# SPDX-License-Identifier: LGPL-3.0-or-later
"""Lines of the server's log beside those of a push; docs/log.md lists them all."""

import logging

from odoo import fields

from odoo.addons.marketplace_sync.adapters.base import Unavailable
from odoo.addons.marketplace_sync.models.log_words import moment, word

from .common import MarketplaceCase

LOGGER = "odoo.addons.marketplace_sync"
EIGHT = fields.Datetime.to_datetime("2026-11-22 08:00:00")


class TestLogLines(MarketplaceCase):

    def said(self, work):
        """The lines of some work, by their first word."""
        with self.assertLogs(LOGGER, logging.INFO) as listening:
            work()
        lines = [record.getMessage().removeprefix("marketplace_sync: ") for record in listening.records]
        return {line.split()[0]: line for line in lines}

    def test_who_paused_an_account(self):
        manager = self.make_user("log-manager", "marketplace_sync.group_marketplace_manager")
        lines = self.said(self.account.with_user(manager).action_pause)
        self.assertEqual(
            lines["state"], f"state account={self.account.name!r} account_id={self.account.id} was=connected "
                            f"now=paused user_id={manager.id}")

    def test_a_state_that_stays_is_not_told(self):
        with self.assertNoLogs(LOGGER, logging.INFO):
            self.account.write({"state": "connected", "name": "Renamed"})

    def test_what_a_shop_calls_its_request_stays_one_value(self):
        forged = "7f3c\n2026-11-21 ERROR marketplace_sync: stopped account='x'"
        line = self.said(lambda: self.account._back_off(
            Unavailable("Busy", request_id=forged), 1.0, leave=False))["unavailable"]
        self.assertNotIn("\n", line)
        self.assertTrue(line.endswith(f"failures=1 request_id={forged!r}"), line)

    def test_words(self):
        for value, expected in (
                ("7f3c-11", "7f3c-11"), ("", "-"), (None, "-"), ("two words", "'two words'"), ("a'b", '"a\'b"'),
                ("Київ", "'Київ'")):
            self.assertEqual(word(value), expected)
        self.assertEqual(moment(EIGHT), "2026-11-22T08:00:00Z")
        self.assertEqual(moment(False), "-")

    def test_a_comparison_that_waits(self):
        run = self.env["marketplace.reconcile"]._begin(self.account)
        line = self.said(lambda: run._postpone(EIGHT, "Busy"))["comparing_postponed"]
        self.assertEqual(
            line, f"comparing_postponed account={self.account.name!r} account_id={self.account.id} reconcile={run.id} "
                  f"until=2026-11-22T08:00:00Z reason='Busy'")
