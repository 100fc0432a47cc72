# SPDX-License-Identifier: LGPL-3.0-or-later
"""What tests of the panels on a listing share."""

from contextlib import contextmanager

from lxml import html

from .draining import DrainCase

USER = "marketplace_sync.group_marketplace_user"


class ExplainCase(DrainCase):

    def setUp(self):
        super().setUp()
        self.place = self.account.location_ids
        self.reader = self.make_user("explain-reader", USER)
        self.item = self.offer("WHY-1", stock=12)

    def rule(self, kind, value, **scope):
        """A rule of the company, for everything on all accounts unless told otherwise."""
        return self.env["marketplace.rule"].create({
            "company_id": self.company.id, "kind": kind, "value": value, **scope})

    def explain(self, item=None):
        """The sum behind the number at the shop's one location."""
        [place] = self.explain_all(item)
        return place

    def explain_all(self, item=None):
        """The same at each of its locations."""
        self.env.invalidate_all()
        return self.listing(item or self.item)._explain()

    def text(self, markup):
        """What somebody reads there."""
        return " ".join(html.fromstring(f"<div>{markup}</div>").text_content().split())

    def panel(self, item=None, user=None):
        self.env.invalidate_all()
        return self.text(self.listing(item or self.item).with_user(user or self.reader).explanation)

    def preview(self, item=None, user=None):
        self.env.invalidate_all()
        return self.text(self.listing(item or self.item).with_user(user or self.reader).preview)

    def assert_pushed(self, item, number):
        """The sum ends with this number, and this number is what the shop gets."""
        explained = self.explain(item)
        self.assertEqual(explained["number"], number)
        if explained["steps"]:
            self.assertEqual(explained["steps"][-1]["after"], number)
        self.assertIn(f"To publish {number} ", self.panel(item))
        self.drain()
        self.assertEqual(self.published(item), number)
        self.assertFalse(self.explain(item)["waiting_since"])

    @contextmanager
    def read_only(self):
        """Neither the database is written to in the block nor the shop called."""
        self.env.flush_all()
        calls = self.shop.stats.requests
        with self.env.cr.savepoint(flush=False) as savepoint:
            self.env.cr.execute("SET LOCAL transaction_read_only = on")
            yield
            savepoint.rollback()
        self.assertEqual(self.shop.stats.requests, calls)
