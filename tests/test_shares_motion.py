# SPDX-License-Identifier: LGPL-3.0-or-later
"""What one shop gives away of its share, another shows only when the first has acknowledged to show less."""

from odoo.tools import SQL

from .test_holds import HoldCase


class TestSharesInMotion(HoldCase):

    def setUp(self):
        super().setUp()
        for account in (self.account, self.other):
            account.location_ids.write({"share_kind": "percent", "share_percent": 50})
        self.set_stock(self.thing, 10)
        self.settle()
        self.assertEqual(self.shown(), (5, 5))

    def test_a_shop_that_sold_is_not_filled_up_from_what_the_other_still_shows(self):
        self.sell(2)
        self.hear(2)
        self.drain(self.account)
        self.assertEqual(self.shown(), (3, 5), "of eight")
        self.drain(self.other)
        self.assertEqual(self.shown(), (3, 4))
        self.drain(self.account)
        self.assertEqual(self.shown(), (4, 4), "it was marked again")
        self.settle()

    def test_a_shop_that_is_away_keeps_nobody_from_the_rest(self):
        self.other.state = "paused"
        self.set_stock(self.thing, 9)
        self.drain(self.account)
        self.assertEqual(self.shown(), (5, 5), "the other shows one too many")
        self.sell(4)
        self.hear(4)
        self.drain(self.account)
        self.assertEqual(self.shown(), (1, 5), "of five the other has all but two, and still shows five")
        self.set_stock(self.thing, 20)
        self.drain(self.account)
        self.assertEqual(self.shown(), (10, 5), "there is enough for both")

    def test_a_share_that_is_changed(self):
        self.other.location_ids.share_percent = 10
        self.account.location_ids.share_percent = 90
        self.drain(self.account)
        self.assertEqual(self.shown(), (5, 5))
        self.drain(self.other)
        self.drain(self.account)
        self.assertEqual(self.shown(), (9, 1))
        self.account.location_ids.share_percent = 10
        self.other.location_ids.share_percent = 90
        self.settle()
        self.assertEqual(self.shown(), (1, 9))

    def test_nobody_without_a_share_pays_for_it(self):
        for account in (self.account, self.other):
            account.location_ids.share_kind = "all"
        self.settle()
        self.set_stock(self.thing, 12)
        self.env.flush_all()
        quantity = self.env["marketplace.quantity"]
        numbers = quantity._numbers(self.account, quantity._variants(self.account.listing_ids))
        before = self.env.cr.sql_log_count
        self.assertIs(quantity._let_go(self.account, numbers), numbers)
        self.assertEqual(self.env.cr.sql_log_count, before)
        [[marks]] = self.env.execute_query(SQL(
            "SELECT count(*) FROM stock_availability_dirty WHERE reason = 'share'"))
        self.assertEqual(marks, 0)
