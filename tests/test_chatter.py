# SPDX-License-Identifier: LGPL-3.0-or-later
"""A listing's chatter tells when its state changes, and only then."""

from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tools import SQL, mute_logger
from odoo.tools.mail import html_to_inner_content

from .draining import DrainCase
from .test_holds import AskingCase

CHATTER = "odoo.addons.marketplace_sync.models.marketplace_listing_chatter"


class ChatterMixin:

    def notes(self, listing):
        """What its chatter says, the oldest first."""
        return [html_to_inner_content(message.body) for message in listing.message_ids.sorted("id")]


class TestChatter(ChatterMixin, DrainCase):

    def setUp(self):
        super().setUp()
        self.thing = self.offer("A", 10)
        self.drain()
        self.one = self.listing(self.thing)

    def push(self, stock):
        self.set_stock(self.thing, stock)
        with self.silence():
            self.drain()

    def test_a_listing_that_works_says_nothing(self):
        self.push(7)
        self.assertEqual(self.one.state, "linked")
        self.assertFalse(self.notes(self.one))
        self.assertFalse(self.one.message_follower_ids)

    def test_unchanged_states_cost_nothing(self):
        listings = self.registry["marketplace.listing"]
        with patch.object(listings, "_message_log_batch", side_effect=AssertionError), \
                patch.object(listings, "exists", side_effect=AssertionError):
            self.push(7)
        self.assertEqual(self.published(self.thing), 7)

    def test_failing_and_recovering(self):
        self.shop.item("A").tracked = False
        self.push(7)
        self.assertEqual(self.notes(self.one), [f"Failed: {self.one.error}"])
        self.push(6)
        self.assertEqual(self.one.state, "error")
        self.assertEqual(len(self.notes(self.one)), 1, "it goes on failing")
        self.shop.item("A").tracked = True
        self.push(5)
        self.assertEqual(self.one.state, "linked")
        self.assertEqual(self.notes(self.one)[1:], ["Works again."])

    def test_a_listing_that_is_not_found(self):
        missing = self.product("MISSING", stock=5)
        with self.silence():
            self.drain()
        listing = self.listing(missing)
        self.assertEqual(self.notes(listing), [f"Failed: {listing.error}"])
        self.shop.add_item("MISSING", quantities={self.shop.main: 0})
        self.set_stock(missing, 4)
        self.drain()
        self.assertEqual(self.notes(listing)[1:], ["Works again."])

    def test_linking_alone_mends_no_push(self):
        self.one.write({"state": "error", "error": "It was full."})
        self.account.action_link_listings()
        self.assertEqual((self.one.state, self.notes(self.one)), ("linked", []))

    def test_many_are_told_in_one_batch(self):
        missing = [self.product(f"MISSING-{number}", stock=5) for number in range(5)]
        listings = self.registry["marketplace.listing"]
        with patch.object(listings, "_message_log_batch", autospec=True,
                          side_effect=listings._message_log_batch) as logged, self.silence():
            self.drain()
        self.assertEqual(logged.call_count, 1)
        self.assertEqual([len(self.notes(self.listing(product))) for product in missing], [1] * 5)

    def test_notes_that_can_not_be_written_do_not_keep_others_waiting(self):
        missing, other = self.product("MISSING", stock=5), self.offer("B", 4)
        with patch.object(self.registry["marketplace.listing"], "_message_log_batch", side_effect=ValueError), \
                mute_logger(CHATTER):
            self.push(7)
        self.assertEqual((self.published(self.thing), self.published(other)), (7, 4))
        self.assertEqual(self.listing(missing).state, "error")
        self.assertFalse(self.marks())

    def test_notes_that_collide_are_written_again(self):
        """A savepoint's rollback is not enough then: the transaction has to begin anew."""
        listings = self.registry["marketplace.listing"]
        with patch.object(listings, "_message_log_batch", side_effect=SerializationFailure), \
                self.assertRaises(SerializationFailure):
            self.one._tell_failed({self.one.id: "no"})

    def test_notes_notify_nobody(self):
        self.shop.item("A").tracked = False
        self.push(7)
        self.assertFalse(self.one.message_ids.notification_ids)
        self.assertEqual(self.one.message_ids.message_type, "notification")

    def test_shops_words_are_text(self):
        self.one._tell_failed({self.one.id: "<b onclick='x'>no</b>"})
        self.assertNotIn("<b", self.one.message_ids.body)

    def test_a_listing_deleted_meanwhile(self):
        gone = self.env["marketplace.listing"].browse(2**30)
        gone._tell_failed({gone.id: "no"})
        self.assertFalse(self.env["mail.message"].search_count([
            ("model", "=", "marketplace.listing"), ("res_id", "=", gone.id)]))

    def test_old_notes_are_collected(self):
        self.one._tell_failed({self.one.id: "no"})
        self.one.message_post(body="Call the supplier", message_type="comment")
        self.env["mail.message"].flush_model()
        self.env.cr.execute(SQL(
            "UPDATE mail_message SET date = date - interval '31 days' WHERE model = %s", self.one._name))
        self.assertEqual(self.env["marketplace.listing"]._gc_notes(), (1, False))
        self.assertEqual(self.notes(self.one), ["Call the supplier"])

    def test_notes_of_deleted_products_are_collected(self):
        self.one._tell_failed({self.one.id: "no"})
        listing_id, [message] = self.one.id, self.one.message_ids.ids
        self.assertEqual(self.env["marketplace.listing"]._gc_notes(), (0, False))
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM marketplace_listing WHERE id = %s", listing_id))
        self.env.invalidate_all()
        self.assertEqual(self.env["marketplace.listing"]._gc_notes(), (1, False))
        self.assertFalse(self.env["mail.message"].browse(message).exists())


class TestAskingChatter(ChatterMixin, AskingCase):

    def test_a_question_and_its_answer(self):
        [asked] = self.notes(self.asking())
        self.assertRegex(asked, r"The shop shows 3, and was sent \d+\. It waits for an answer\.")
        for _again in range(2):
            self.settle()
        self.assertEqual(self.notes(self.asking()), [asked], "it goes on asking")
        listing = self.asking()
        listing.action_publish_ours()
        self.assertEqual(self.notes(listing)[1:], ["Answered: pushed again."])
        self.assertEqual(listing.message_ids.sorted("id")[-1].author_id, self.env.user.partner_id)

    def test_pushing_again_is_an_answer(self):
        listing = self.asking()
        listing.action_push()
        self.assertEqual((listing.state, self.notes(listing)[1:]), ("linked", ["Answered: pushed again."]))
        listing.action_push()
        self.assertEqual(len(self.notes(listing)), 2, "nothing was asked any more")
