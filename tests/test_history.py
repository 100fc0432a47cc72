# SPDX-License-Identifier: LGPL-3.0-or-later
"""The numbers a shop acknowledged over time: when a row is written, what is drawn of them, how long they are kept."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.marketplace_sync.models import marketplace_history

from .draining import DrainCase

USER = "marketplace_sync.group_marketplace_user"


class HistoryCase(DrainCase):

    def setUp(self):
        super().setUp()
        self.item = self.offer("HIS-1", stock=12)
        self.place = self.account.location_ids

    def rows(self, item=None):
        """Published and Odoo's number, oldest first."""
        history = self.env["marketplace.history"].search(
            [("listing_id", "=", self.listing(item or self.item).id)], order="id")
        return [(row.quantity, row.odoo_quantity) for row in history]

    def acknowledge(self, quantity, odoo_quantity=None, listing=None):
        """As if the shop had just taken this number."""
        self.env["marketplace.level"]._store([
            ((listing or self.listing(self.item)).id, self.place.id, quantity, "", odoo_quantity)])


class TestRights(HistoryCase):

    def test_chart_of_another_company(self):
        stranger = self.make_user("his-stranger", USER, company=self.make_company("Elsewhere"))
        listing = self.listing(self.item).with_user(stranger).with_context(allowed_company_ids=stranger.company_ids.ids)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            _chart = listing.history_chart


class TestRows(HistoryCase):

    def test_each_acknowledged_number_beside_odoos(self):
        self.env["marketplace.rule"].create({"config_id": self.account.id, "kind": "buffer", "value": 2})
        self.drain()
        self.set_stock(self.item, 7)
        self.drain()
        self.assertEqual(self.rows(), [(10, 12), (5, 7)])
        newest = self.env["marketplace.history"].search([], limit=1)
        self.assertEqual((newest.location_id, newest.config_id), (self.place, self.account))
        self.assertEqual(newest.at, self.listing(self.item).acked_at)

    def test_no_row_without_an_acknowledgement(self):
        self.drain()
        self.shop.item("HIS-1").tracked = False
        self.set_stock(self.item, 3)
        with self.silence():
            self.drain()
        self.assertEqual(self.listing(self.item).state, "error")
        self.assertEqual(self.rows(), [(12, 12)])

    def test_no_row_for_a_number_that_was_found(self):
        self.drain()
        self.acknowledge(4, None)
        self.assertEqual(self.listing(self.item).quantity, 4)
        self.assertEqual(self.rows(), [(12, 12)])

    def test_no_row_while_nothing_changes(self):
        self.drain()
        self.listing(self.item)._mark("again")
        self.drain()
        self.assertEqual(self.rows(), [(12, 12)])

    def test_one_statement_however_many(self):
        others = [self.listing(self.product(f"HIS-MORE-{number}")) for number in range(20)]
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.env["marketplace.level"]._store([
                (listing.id, self.place.id, 5, "", 6.5) for listing in others])
        for listing in others:
            self.assertEqual(self.rows(listing.product_id), [(5, 6.5)])

    def test_goes_with_its_listing(self):
        self.drain()
        self.listing(self.item).unlink()
        self.assertFalse(self.env["marketplace.history"].search([]))

    def test_ids_have_64_bits(self):
        self.drain()
        self.env.cr.execute("UPDATE marketplace_history SET id = id + 2147483648")
        self.env.invalidate_all()
        self.assertGreater(self.env["marketplace.history"].search([]).id, 2 ** 31)
        self.assertEqual(self.rows(), [(12, 12)])


class TestChart(HistoryCase):

    def chart(self):
        return self.listing(self.item).with_user(self.make_user("his-user", USER)).history_chart

    def test_empty(self):
        self.assertFalse(self.chart())

    def test_points(self):
        self.drain()
        self.set_stock(self.item, 7)
        self.drain()
        [place] = self.chart()
        self.assertEqual(place["name"], "Main")
        self.assertEqual([point[1:] for point in place["points"]], [[12, 12], [7, 7]])
        at = self.env["marketplace.history"].search([], limit=1).at
        self.assertAlmostEqual(place["points"][-1][0] / 1000, at.replace(tzinfo=None).timestamp(), delta=1)

    def test_each_location_by_itself(self):
        outlet = self.place.copy({"external_id": "gid://shopify/Location/99", "name": "Outlet"})
        listing = self.listing(self.item)
        self.env["marketplace.level"]._store([
            (listing.id, outlet.id, 1, "", 1.0), (listing.id, self.place.id, 2, "", 2.5)])
        self.assertEqual(
            [(place["name"], [point[1:] for point in place["points"]]) for place in self.chart()],
            [("Main", [[2, 2.5]]), ("Outlet", [[1, 1]])])

    def test_only_the_newest(self):
        with patch.object(marketplace_history, "MAX_POINTS", 3):
            for quantity in range(5):
                self.acknowledge(quantity, float(quantity))
            [place] = self.chart()
        self.assertEqual([point[1] for point in place["points"]], [2, 3, 4])

    def test_nobody_elses(self):
        other = self.offer("HIS-2", stock=3)
        self.drain()
        self.assertEqual(self.rows(other), [(3, 3)])
        [place] = self.chart()
        self.assertEqual([point[1] for point in place["points"]], [12])

    def test_button(self):
        self.drain()
        user = self.make_user("his-reader", USER)
        action = self.listing(self.item).with_user(user).action_open_history()
        found = self.env[action["res_model"]].with_user(user).search(action["domain"])
        self.assertEqual(found.mapped("quantity"), [12])
        for kind in ("list", "graph", "search"):
            self.assertTrue(self.env[action["res_model"]].with_user(user).get_view(view_type=kind)["arch"])


class TestRetention(HistoryCase):

    def old(self, days, account=None):
        """A number acknowledged so many days ago."""
        item = self.product(f"HIS-OLD-{days}", sold=False)
        listing = self.env["marketplace.listing"].create({
            "config_id": (account or self.account).id, "product_id": item.id})
        self.acknowledge(1, 1.0, listing)
        row = self.env["marketplace.history"].search([], limit=1)
        self.env.cr.execute(SQL(
            "UPDATE marketplace_history SET at = %s WHERE id = %s", fields.Datetime.now() - timedelta(days=days),
            row.id))
        self.env.invalidate_all()
        return row

    def collect(self):
        self.env.flush_all()
        done = self.env["marketplace.history"]._gc_old()
        self.env.invalidate_all()
        return done

    def test_kept_for_ninety_days(self):
        self.assertEqual(self.account.history_days, 90)
        young, old = self.old(89.9), self.old(90.1)
        self.assertEqual(self.collect(), (1, False))
        self.assertTrue(young.exists())
        self.assertFalse(old.exists())

    def test_each_account_as_it_is_set(self):
        brief = self.make_account(self.open_shop(), name="Brief", history_days=2)
        kept, gone = self.old(3), self.old(4, brief)
        self.collect()
        self.assertTrue(kept.exists())
        self.assertFalse(gone.exists())

    def test_in_chunks(self):
        for days in (100, 101, 102):
            self.old(days)
        with patch.object(marketplace_history, "GC_CHUNK", 2):
            self.assertEqual(self.collect(), (2, True))
            self.assertEqual(self.collect(), (1, False))

    def test_by_button(self):
        self.old(100)
        said = self.account.action_collect_garbage()["params"]["message"]
        self.assertIn("1 old numbers", said)
