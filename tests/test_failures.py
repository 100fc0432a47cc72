# SPDX-License-Identifier: LGPL-3.0-or-later
"""Failed listings: tried again by themselves ever more rarely, reported to a person when that does not help."""

from datetime import timedelta

from odoo import fields

from .draining import DrainCase

ACTIVITY = "marketplace_sync.mail_activity_listings_failing"


class TestFailures(DrainCase):
    def fail(self, sku="UNKNOWN"):
        """The listing of a product the shop does not have, after it was tried."""
        product = self.product(sku, 5)
        with self.silence():
            self.drain()
        return self.listing(product)

    def fail_again(self, listing):
        listing._mark("test")
        with self.silence():
            self.drain()

    def minutes_until(self, moment):
        return (moment - fields.Datetime.now()).total_seconds() / 60

    # === BY ITSELF === #

    def test_tries_become_rarer(self):
        listing = self.fail()
        pauses = [self.minutes_until(listing.next_attempt)]
        for _failure in range(9):
            self.fail_again(listing)
            pauses.append(self.minutes_until(listing.next_attempt))
        self.assertEqual([round(pause) for pause in pauses], [15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440])
        self.assertEqual(listing.attempts, 10)

    def test_a_due_listing_is_tried_again(self):
        listing = self.fail("LATE")
        self.shop.add_item("LATE", quantities={self.shop.main: 0})
        self.cron()
        self.assertEqual(listing.state, "error", "it is not due yet")
        listing.next_attempt = fields.Datetime.now() - timedelta(seconds=1)
        self.cron()
        self.assertEqual((listing.state, listing.quantity, listing.next_attempt), ("linked", 5, False))
        self.assertFalse(listing.failed_since)

    def test_a_due_listing_is_marked_once(self):
        listing = self.fail()
        listing.next_attempt = fields.Datetime.now() - timedelta(seconds=1)
        self.account.retry_at = fields.Datetime.now() + timedelta(hours=1)  # nobody takes the marks
        self.cron()
        self.cron()
        self.assertEqual(self.count_marks(), 1)

    def test_failing_since_the_first_time(self):
        listing = self.fail()
        since = fields.Datetime.now() - timedelta(hours=5)
        listing.failed_since = since
        self.fail_again(listing)
        self.assertEqual(listing.failed_since, since)

    # === BY A PERSON === #

    def test_retry_failed_on_the_account(self):
        listings = self.fail("A") | self.fail("B")
        for sku in "AB":
            self.shop.add_item(sku, quantities={self.shop.main: 0})
        self.account.action_retry_failed()
        self.drain()
        self.assertEqual(listings.mapped("state"), ["linked", "linked"])

    def test_failures_open_grouped_by_reason(self):
        self.fail()
        context = self.account.action_open_failed()["context"]
        self.assertEqual((context["search_default_failed"], context["search_default_group_reason"]), (1, 1))

    def test_activity_after_the_hours_set(self):
        listing = self.fail()
        self.account.responsible_id = self.make_user("responsible", "marketplace_sync.group_marketplace_manager")
        self.cron()
        self.assertFalse(self.account.activity_search([ACTIVITY]))
        listing.failed_since = fields.Datetime.now() - timedelta(hours=25)
        self.cron()
        self.cron()
        activity = self.account.activity_search([ACTIVITY])
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.account.responsible_id)
        self.assertIn("1 listings have failed for more than 24 hours", activity.note)

    def test_who_left_gets_no_activity(self):
        listing = self.fail()
        self.account.responsible_id = self.make_user("leaver", "marketplace_sync.group_marketplace_manager")
        self.account.responsible_id.active = False
        listing.failed_since = fields.Datetime.now() - timedelta(hours=25)
        self.cron()
        self.assertEqual(self.account.activity_search([ACTIVITY]).user_id, self.env.ref("base.user_admin"))

    def test_activity_goes_when_nothing_fails_any_more(self):
        listing = self.fail("LATE")
        listing.failed_since = fields.Datetime.now() - timedelta(hours=25)
        self.cron()
        self.shop.add_item("LATE", quantities={self.shop.main: 0})
        listing.action_retry()
        self.cron()
        self.cron()
        self.assertFalse(self.account.activity_search([ACTIVITY]))

    def test_no_activity_when_switched_off(self):
        listing = self.fail()
        listing.failed_since = fields.Datetime.now() - timedelta(days=25)
        self.account.alert_hours = 0
        self.cron()
        self.assertFalse(self.account.activity_search([ACTIVITY]))
