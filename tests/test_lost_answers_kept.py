# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""How long a number whose answer was lost is remembered, and how much of it."""

from odoo import fields
from odoo.tests import mute_logger
from odoo.tools import SQL

from odoo.addons.marketplace_sync.models.marketplace_attempt import KEPT_DAYS

from .test_lost_answers import LostCase

HOLIDAYS = 10  # days
BACKOFF = "odoo.addons.marketplace_sync.models.marketplace_config_health"


class TestForgotten(LostCase):

    def setUp(self):
        super().setUp()
        self.other = self.offer("B", 10)
        self.push()
        self.commit_stock(self.thing, -3)
        self.commit_stock(self.other, -3)

    def leave_alone(self, product):
        """The marketplace takes no more of this listing for now."""
        self.refresh()
        [[mark]] = self.env.execute_query(SQL("SELECT max(id) FROM stock_availability_dirty"))
        self.listing(product).write({
            "deferred_until": fields.Datetime.to_datetime("2100-01-01"), "deferred_mark": mark})
        self.commit()

    def test_what_was_acknowledged_since_is_not_taken_for_ours(self):
        """Another number of the same chunk is still in doubt; a sale is a sale all the same."""
        self.push_and_die()
        self.let_time_pass()
        self.leave_alone(self.other)
        self.commit_stock(self.thing, 3)
        self.settle()
        self.assertEqual((self.published(self.thing), self.attempts()), (10, [[7, 7]]))
        self.shop.order(self.thing.default_code, 3, self.shop.main)
        self.commit_stock(self.thing, 1)
        self.settle()
        self.assertEqual((self.published(self.thing), self.held()), (8, 3))

    def test_an_account_that_is_paused_for_days(self):
        """What other accounts do meanwhile does not make it forget."""
        self.push_and_die()
        another = self.make_account(self.shop, stock=self.stock, name=f"{self.prefix} another", push_mode="scheduled")
        self.commit()
        with self.transaction() as env:
            env.cr.execute(SQL(
                "UPDATE marketplace_attempt SET sent_at = sent_at - %s * interval '1 day' WHERE config_id = %s",
                HOLIDAYS, self.account.id))
            env.cr.execute(SQL(
                "UPDATE marketplace_level SET acked_at = acked_at - %s * interval '1 day'", HOLIDAYS))
        self.push(another)
        self.commit_stock(self.thing, 2)
        self.settle()
        self.assertEqual((self.published(self.thing), self.held()), (9, 0))

    def test_not_for_good(self):
        self.push_and_die()
        with self.transaction() as env:
            env.cr.execute(SQL("UPDATE marketplace_attempt SET sent_at = sent_at - %s * interval '1 day'", KEPT_DAYS))
        self.settle()
        self.assertEqual(self.attempts(), [])

    def test_with_the_account(self):
        self.push_and_die()
        self.assertTrue(self.attempts())
        self.refresh()
        self.account.unlink()
        self.commit()
        self.assertEqual(self.attempts(), [])


class TestOutage(LostCase):
    """What is tried again and again is remembered once."""

    def setUp(self):
        super().setUp()
        self.other = self.offer("B", 10)
        self.push()
        self.account.failures = 10  # a long pause, that nobody sits out
        self.commit()

    def try_in_vain(self):
        self.shop.fault("503", times=1000)
        with mute_logger(BACKOFF):
            self.push()

    def test_the_same_numbers(self):
        self.commit_stock(self.thing, -3)
        self.commit_stock(self.other, -3)
        for _time in range(3):
            self.try_in_vain()
        self.assertEqual(self.attempts(), [[7, 7]])

    def test_each_number_that_was_sent(self):
        """The shop may have taken any of them."""
        self.commit_stock(self.thing, -3)
        self.commit_stock(self.other, -3)
        self.try_in_vain()
        self.commit_stock(self.thing, -1)
        self.try_in_vain()
        self.commit_stock(self.thing, -1)
        self.try_in_vain()
        self.assertEqual(self.attempts(), [[7], [6], [5, 7]])


class TestLeftPlace(LostCase):

    def test_what_comes_late_where_nothing_is_sold_any_more(self):
        branch = self.shop.add_location("Branch")
        self.env["marketplace.location"].create({
            "config_id": self.account.id, "name": "Branch", "external_id": branch,
            "location_ids": self.account.location_ids.location_ids.ids})
        self.commit()
        self.commit_stock(self.thing, -3)
        self.push_and_die()
        self.refresh()
        self.account.location_ids.filtered(lambda place: place.name == "Main").location_ids = False
        self.commit()
        self.settle()
        self.assertEqual(self.published(self.thing), 0)
        self.show(7)
        self.let_time_pass()
        self.settle()
        self.assertEqual(self.published(self.thing), 0)
        self.push()
        self.assertEqual(self.attempts(), [])
