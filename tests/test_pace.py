# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # the pace is kept outside the test's transaction
"""All workers of an account together stay below its rate."""

import threading

from odoo.sql_db import db_connect

from odoo.addons.marketplace_sync.models.pace import BURST, DatabasePace

from .common import MarketplaceCase

ACCOUNT = -1  # of nobody: the reservations are committed for good


class TestPace(MarketplaceCase):
    def setUp(self):
        super().setUp()
        self.forget()
        self.addCleanup(self.forget)

    def forget(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute("DELETE FROM marketplace_pace WHERE config_id = %s", [ACCOUNT])
            cr.commit()

    def pace(self, rate):
        return DatabasePace(self.env.cr.dbname, ACCOUNT, rate)

    def test_calls_beyond_the_burst_wait_their_turn(self):
        waits = [self.pace(0.01).take() for _call in range(BURST + 3)]
        self.assertEqual(waits[:BURST], [0] * BURST)
        for turn, wait in enumerate(waits[BURST:], start=1):
            self.assertAlmostEqual(wait, turn * 100, delta=30)

    def test_turns_are_dealt_to_all_who_ask(self):
        waits = []

        def ask():
            for _call in range(10):
                waits.append(self.pace(0.01).take())
        threads = [threading.Thread(target=ask) for _thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        later = sorted(round(wait / 100) for wait in waits)
        self.assertEqual(later, [0] * BURST + list(range(1, 41 - BURST)), "nobody got somebody else's turn")

    def test_everybody_heeds_a_request_to_wait(self):
        self.pace(100).hold(50)
        self.assertAlmostEqual(self.pace(100).take(), 50, delta=5)

    def test_holding_shortens_no_wait(self):
        pace = self.pace(0.01)
        for _call in range(BURST + 5):
            pace.take()
        pace.hold(1)
        self.assertGreater(pace.take(), 400)

    def test_a_clock_that_was_ahead_stops_nobody(self):
        self.pace(1).hold(300 * 86400)
        self.assertEqual(self.pace(1).take(), 0)

    def test_an_account_with_a_rate_is_paced(self):
        self.account.calls_per_second = 0
        self.assertIsNone(self.account.sudo()._connection().pace)
        self.account.calls_per_second = 5
        self.assertIsInstance(self.account.sudo()._connection().pace, DatabasePace)

    def test_an_account_in_trouble_probes(self):
        self.assertFalse(self.account.sudo()._connection().probe)
        self.account.sudo().failures = 2
        self.assertTrue(self.account.sudo()._connection().probe)
