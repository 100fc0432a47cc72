# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""The shop has taken a number and Odoo never heard of it: that is no sale, and what comes late is put right."""

from contextlib import contextmanager

from odoo.tools import SQL, mute_logger

from odoo.addons.marketplace_sync.models.marketplace_attempt import DOUBT_SECONDS

from .concurrent import ConcurrentCase, interposed
from .test_concurrency_crash import Crash, crash

POLICIES = ("respect", "ask", "overwrite")
SENDING = "odoo.addons.marketplace_sync.models.marketplace_drain_sending"


class LostCase(ConcurrentCase):

    def setUp(self):
        super().setUp()
        self.account.look_below = 0
        self.commit()
        self.thing = self.offer("A", 10)
        self.push()

    def push_and_die(self):
        """The server dies when the shop has the numbers."""
        with interposed(self.registry["marketplace.drain"], "_store", crash), mute_logger("odoo.sql_db"), \
                interposed(self.registry["marketplace.drain"], "_meet_changes", crash), self.assertRaises(Crash):
            self.push()

    def settle(self):
        for _round in range(5):
            if not self.push()["remaining"]:
                return
        self.fail("it never comes to an end")

    def held(self):
        self.refresh()
        return sum(self.env["marketplace.hold"].search([("product_id", "=", self.thing.id)]).mapped("quantity"))

    def attempts(self):
        with self.transaction() as env:
            return [row for [row] in env.execute_query(SQL(
                "SELECT quantities FROM marketplace_attempt WHERE config_id = %s ORDER BY id", self.account.id))]

    def let_time_pass(self):
        """So much that no request of before can be under way."""
        with self.transaction() as env:
            env.cr.execute(SQL(
                "UPDATE marketplace_attempt SET sent_at = sent_at - %s * interval '1 second' WHERE config_id = %s",
                DOUBT_SECONDS + 1, self.account.id))
            env.cr.execute(SQL(
                """UPDATE marketplace_level SET acked_at = acked_at - %s * interval '1 second'
                    WHERE listing_id IN (SELECT id FROM marketplace_listing WHERE config_id = %s)""",
                DOUBT_SECONDS + 1, self.account.id))

    def show(self, quantity):
        """A request of long ago is carried out now, or somebody edits the number."""
        with self.shop.lock:
            self.shop.item(self.thing.default_code).levels[self.shop.main].available = quantity

    @contextmanager
    def policy(self, policy):
        """A subtest under a policy of conflicts."""
        with self.subTest(policy=policy):
            self.refresh()
            self.account.conflict_policy = policy
            self.commit()
            yield

    def rule(self, kind, value):
        self.env["marketplace.rule"].create({"config_id": self.account.id, "kind": kind, "value": value})
        self.commit()


class TestNoSale(LostCase):
    """What is found in the shop is what it was sent."""

    def test_odoo_has_received_more_since(self):
        for policy in POLICIES:
            with self.policy(policy):
                self.commit_stock(self.thing, -5)
                self.push_and_die()
                self.assertEqual(self.published(self.thing), 5)
                self.commit_stock(self.thing, 3)
                self.settle()
                self.assertEqual((self.published(self.thing), self.held()), (8, 0))
                self.assertEqual(self.listing(self.thing).state, "linked")
                self.commit_stock(self.thing, 2)
                self.settle()

    def test_odoo_is_back_at_what_was_acknowledged(self):
        """The shop is not, though nothing seems to have changed."""
        for policy in POLICIES:
            with self.policy(policy):
                for pieces in (-5, 5):
                    self.commit_stock(self.thing, pieces)
                    self.push_and_die()
                    self.assertEqual(self.published(self.thing), 10 + pieces)
                    self.commit_stock(self.thing, -pieces)
                    self.settle()
                    self.assertEqual((self.published(self.thing), self.held()), (10, 0))

    def test_a_rule_had_lowered_it(self):
        """Odoo's stock is what it was: nothing but the attempt itself explains the difference."""
        self.rule("buffer", 4)
        self.push_and_die()
        self.assertEqual(self.published(self.thing), 6)
        self.refresh()
        self.account._mark("anew")  # Shopify would know the very same request again
        self.commit()
        self.settle()
        self.assertEqual((self.published(self.thing), self.held()), (6, 0))
        self.assertEqual(self.listing(self.thing).quantity, 6)

    def test_more_was_sent(self):
        """It is no cancelled order that came back, either: what another sale holds back stays."""
        self.shop.order(self.thing.default_code, 2, self.shop.main)
        self.commit_stock(self.thing, 1)
        self.settle()
        self.assertEqual((self.published(self.thing), self.held()), (9, 2))
        self.commit_stock(self.thing, 6)
        self.push_and_die()
        self.assertEqual(self.published(self.thing), 15)
        self.commit_stock(self.thing, 3)
        self.settle()
        self.assertEqual((self.published(self.thing), self.held()), (18, 2))

    def test_two_answers_in_a_row(self):
        self.commit_stock(self.thing, -5)
        self.push_and_die()
        self.commit_stock(self.thing, 3)
        self.push_and_die()
        self.commit_stock(self.thing, 1)
        self.settle()
        self.assertEqual((self.published(self.thing), self.held()), (9, 0))

    def test_a_comparison_finds_it(self):
        self.commit_stock(self.thing, -5)
        self.push_and_die()
        self.commit_stock(self.thing, 3)
        with self.transaction() as env:
            env["marketplace.reconcile"]._begin(self.account.with_env(env))
        with self.transaction() as env:
            env["marketplace.comparison"]._compare_due()
        self.settle()
        self.assertEqual((self.published(self.thing), self.held()), (8, 0))

    def test_what_was_sold_meanwhile_is_a_sale(self):
        self.commit_stock(self.thing, -5)
        self.push_and_die()
        self.shop.order(self.thing.default_code, 2, self.shop.main)
        self.commit_stock(self.thing, 3)
        self.settle()
        self.assertEqual((self.published(self.thing), self.held()), (6, 2), "of eight, two are sold")

    def test_what_another_seller_was_sent_says_nothing(self):
        self.commit_stock(self.thing, -5)
        self.push_and_die()
        self.account._forget_links()
        self.commit()
        self.assertEqual(self.attempts(), [])


class TestLate(LostCase):
    """A request is carried out when a later one has been acknowledged."""

    def setUp(self):
        super().setUp()
        self.commit_stock(self.thing, -3)
        self.push_and_die()
        self.commit_stock(self.thing, -2)
        self.settle()
        self.assertEqual(self.published(self.thing), 5)

    def test_it_is_put_right(self):
        self.show(7)
        self.push()
        self.assertEqual(self.published(self.thing), 7, "nobody looks yet: it might come later still")
        self.let_time_pass()
        self.settle()
        self.assertEqual((self.published(self.thing), self.held()), (5, 0))

    def test_it_is_looked_at_once(self):
        self.assertEqual(self.attempts(), [[7]])
        self.let_time_pass()
        self.settle()
        self.push()
        self.assertEqual(self.attempts(), [])
        self.assertEqual(self.written(self.thing)[-2:], [5, 5])
        self.push()
        self.assertEqual(self.written(self.thing)[-3:], [7, 5, 5])

    def test_what_failed_is_tried_again_anyway(self):
        with self.transaction() as env:
            self.listing(self.thing).with_env(env).write({"state": "error", "error": "refused"})
        self.let_time_pass()
        self.push()
        self.assertEqual(self.attempts(), [])


class TestSending(LostCase):
    """What the log says of numbers on their way."""

    def test_nothing_is_kept_of_what_was_answered(self):
        self.assertEqual(self.attempts(), [])

    def test_a_shop_that_falls_silent(self):
        self.commit_stock(self.thing, -3)
        self.account.failures = 10  # a long pause, that nobody sits out
        self.commit()
        self.shop.fault("503", times=1000)
        with mute_logger("odoo.addons.marketplace_sync.models.marketplace_config_health"):
            self.push()
        self.assertEqual(self.attempts(), [[7]])

    def test_said_before_it_is_sent(self):
        self.commit_stock(self.thing, -3)
        written = []
        with self.assertLogs(SENDING, "DEBUG") as logs, interposed(
                self.registry["marketplace.drain"], "_send",
                lambda *_args: written.append((len(logs.output), self.published(self.thing)))):
            self.push()
        self.assertEqual(written, [(1, 10)])
        listing, place = self.listing(self.thing), self.account.location_ids
        self.assertRegex(
            logs.output[0], rf"sending account_id={self.account.id} snapshot=\d+:\d+:[\d,]* "
            rf"levels={listing.id}@{place.id}=7$")

    def test_nothing_is_asked_for_nobody(self):
        self.assertEqual(self.env["marketplace.drain"]._snapshot(), "")
