# SPDX-License-Identifier: LGPL-3.0-or-later
"""Requests and answers that are kept: which, for how long, for whose eyes, and with nothing secret in them."""

from datetime import timedelta
from itertools import count
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.marketplace_sync.adapters.exchange import MASK
from odoo.addons.marketplace_sync.adapters.wire import masking
from odoo.addons.marketplace_sync.models import marketplace_drain, marketplace_exchange, witness

from .concurrent import interposed
from .draining import DrainCase

USER, MANAGER = "marketplace_sync.group_marketplace_user", "marketplace_sync.group_marketplace_manager"


def collide(*_args):
    """What a transaction meets whose rows somebody else has changed since its snapshot."""
    raise SerializationFailure("could not serialize access due to concurrent update")


class ExchangeCase(DrainCase):

    def setUp(self):
        super().setUp()
        self.thing, self.numbers = self.offer("A", 10), count(20)
        self.cron()
        self.assertFalse(self.kept(), "what went well is not kept")

    def cron(self):
        with self.silence():
            return super().cron()

    def kept(self):
        return self.env["marketplace.exchange"].search([("config_id", "=", self.account.id)], order="id")

    def push(self, stock=None):
        """Push another number than before."""
        self.set_stock(self.thing, stock or next(self.numbers))
        self.cron()

    def meet_503(self, times=1000):
        self.shop.fault("503", times=times)
        with patch.object(marketplace_drain, "MAX_PAUSE", 0), self.single_tries():
            self.push()

    def capture(self):
        """One good push, with everything kept."""
        told = self.account.action_capture()["params"]["message"]
        for limit in (witness.OTHERS, witness.FAILED, marketplace_exchange.KEPT):
            self.assertIn(str(limit), told)
        self.push()
        exchanges = self.kept()
        self.assertTrue(exchanges)
        return exchanges


class TestKept(ExchangeCase):

    def test_a_request_that_failed(self):
        self.meet_503()
        [exchange] = self.kept()
        self.assertRecordValues(exchange, [{
            "method": "POST", "status": 503, "writes": True, "platform": "shopify", "company_id": self.company.id,
            "listing_ids": self.listing(self.thing).ids}])
        self.assertIn("503", exchange.trouble)
        self.assertIn("inventorySetQuantities", exchange.body)
        self.assertTrue(exchange.url.startswith(self.shop.url))
        self.assertGreater(exchange.milliseconds, 0)
        self.assertLess(abs(fields.Datetime.now() - exchange.sent_at), timedelta(minutes=1))

    def test_the_line_of_the_log_leads_to_it_and_back(self):
        self.meet_503()
        [exchange], [line] = self.kept(), self.logs("account")
        self.assertEqual(exchange.log_ids, line)
        self.assertEqual(line.exchange_count, 1)
        self.assertEqual(self.env["marketplace.exchange"].search(line.action_open_exchanges()["domain"]), exchange)
        others = self.logs("drain")
        self.assertTrue(others)
        self.assertFalse(any(other.exchange_count for other in others), "of an earlier drain")

    def test_an_item_refused_with_http_200(self):
        self.shop.item("A").tracked = False
        self.push()
        listing, line = self.listing(self.thing), self.logs("listing")
        self.assertEqual(listing.state, "error")
        self.assertTrue(self.kept())
        self.assertEqual(self.kept().listing_ids, listing)
        self.assertEqual(line.exchange_count, len(self.kept()))
        self.assertEqual(self.env["marketplace.listing"].search(line.action_open_listings()["domain"]), listing)
        self.assertEqual(self.env["marketplace.exchange"].search(listing.action_open_exchanges()["domain"]),
                         self.kept()[::-1])
        self.assertEqual(self.env["marketplace.sync.log"].search(listing.action_open_log()["domain"]), line)

    def test_the_line_of_a_push_leads_to_what_failed_in_it(self):
        missing = self.product("MISSING", stock=2)
        other = self.product("MISSING-2", stock=2)
        self.push()
        [*_former, line] = self.logs("drain")
        found = self.env["marketplace.listing"].search(line.action_open_listings()["domain"])
        self.assertEqual(found, self.listing(missing) | self.listing(other))

    def test_a_button_that_fails(self):
        """Its transaction is undone, and what it met is kept all the same."""
        self.shop.fault("503", times=1000)
        told = ""
        with self.single_tries():
            try:  # assertRaises would undo also what is kept
                self.account.action_test_connection()
            except UserError as error:
                told = str(error)
        self.assertIn("503", told)
        self.assertEqual(self.kept().mapped("status"), [503])

    def test_what_is_long_is_cut(self):
        with patch.object(masking, "LONGEST_BODY", 20):
            self.meet_503()
        [exchange] = self.kept()
        self.assertTrue(exchange.body_cut)
        self.assertEqual(len(exchange.body), 20)
        self.assertGreater(exchange.body_size, 20)
        self.assertIn(f"{exchange.body_size} bytes", exchange.curl)

    def test_a_drain_remembers_the_first_and_the_last_ones(self):
        self.shop.fault("500", times=1)
        self.shop.fault("503", times=4)
        with patch.object(witness, "FAILED", 3), self.pauses():
            self.push()
        self.assertEqual(self.kept().mapped("status"), [500, 503, 503])

    def test_another_part_was_writing(self):
        """What failed is not lost for that."""
        exchanges = self.registry["marketplace.exchange"]
        with interposed(exchanges, "_still_there", collide):
            self.meet_503()
        self.assertEqual(self.kept().mapped("status"), [503])

    def test_an_account_keeps_the_newest(self):
        with patch.object(marketplace_exchange, "KEPT", 2):
            for _time in range(3):
                self.meet_503()
                self.account.retry_at = False
            former = self.kept()
            self.assertEqual(len(former), 2)
            self.meet_503()
        self.assertEqual(len(self.kept()), 2)
        self.assertEqual(self.kept()[0], former[1])

    def test_a_deleted_listing(self):
        self.meet_503()
        self.listing(self.thing).unlink()
        self.assertFalse(self.kept().listing_ids)

    def test_collected_with_the_log(self):
        self.meet_503()
        [exchange] = self.kept()
        self.assertEqual(self.env["marketplace.exchange"]._gc_old(), (0, False))
        self.env.cr.execute(SQL(
            "UPDATE marketplace_exchange SET create_date = create_date - interval '31 days' WHERE id = %s",
            exchange.id))
        self.assertEqual(self.env["marketplace.exchange"]._gc_old(), (1, False))
        self.assertFalse(self.kept())


class TestCapture(ExchangeCase):

    def test_everything_for_an_hour(self):
        exchanges = self.capture()
        self.assertEqual(set(exchanges.mapped("status")), {200})
        self.assertFalse(any(exchanges.mapped("trouble")))
        self.assertEqual(exchanges[-1].listing_ids, self.listing(self.thing))
        self.assertEqual(exchanges.log_ids, self.logs("drain")[-1])

    def test_it_ends_by_itself(self):
        self.account.action_capture()
        now = fields.Datetime.now()
        for minutes, is_on in ((59, True), (61, False)):
            with freeze_time(now + timedelta(minutes=minutes)):
                self.account.invalidate_recordset()
                self.assertEqual(self.account.is_capturing, is_on)
                self.assertEqual(self.account._witness().recorder.everything, is_on)
        self.account.capture_until = now - timedelta(seconds=1)
        self.push()
        self.assertFalse(self.kept())

    def test_it_can_be_stopped(self):
        self.account.action_capture()
        self.account.action_stop_capture()
        self.push()
        self.assertFalse(self.kept())

    def test_a_copy_captures_nothing(self):
        self.account.action_capture()
        self.assertFalse(self.account.copy().is_capturing)


class TestSecrets(ExchangeCase):

    def test_none_is_written_down(self):
        self.capture()
        self.meet_503()
        [[count]] = self.env.execute_query(SQL(
            "SELECT count(*) FROM marketplace_exchange t WHERE t::text LIKE %s", f"%{self.shop.token}%"))
        self.assertEqual(count, 0)
        for exchange in self.kept():
            self.assertIn(f"X-Shopify-Access-Token: {MASK}", exchange.headers)
            self.assertIn('"$TOKEN"', exchange.curl)

    def test_bodies_are_for_managers(self):
        exchange = self.capture()[-1]
        user, manager = self.make_user("exchange-user", USER), self.make_user("exchange-manager", MANAGER)
        for name in ("headers", "body", "answer", "curl", "why_not_repeat"):
            with self.subTest(field=name):
                self.assertIn(name, exchange.with_user(manager).read([name])[0])
                with self.assertRaises(AccessError):
                    exchange.with_user(user).read([name])
                if exchange._fields[name].store:
                    with self.assertRaises(AccessError):
                        exchange.with_user(user).search([(name, "ilike", "a")])
        self.assertTrue(exchange.with_user(user).read(["url", "status", "trouble"]))
        self.assertNotIn('name="body"', exchange.with_user(user).get_view(view_type="form")["arch"])
        self.assertIn('name="body"', exchange.with_user(manager).get_view(view_type="form")["arch"])
