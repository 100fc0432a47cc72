# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is found among what waits, and for rules, is the same whichever way it is looked for."""

from unittest.mock import patch

from odoo.tools import SQL

from odoo.addons.marketplace_sync.models import marketplace_product, stock_availability_dirty_search

from .common import DIRTY
from .draining import DrainCase


class TestSearchingWhatWaits(DrainCase):

    def setUp(self):
        super().setUp()
        self.cup = self.offer("WAIT-CUP", stock=5, name="Cup")
        self.pot = self.offer("WAIT-POT", stock=5, name="Pot")
        self.lid = self.offer("WAIT-LID", stock=5, name="Lid")
        self.sort()
        self.drain()
        self.env.flush_all()
        self.listing(self.cup)._mark("one")
        self.listing(self.pot)._mark("another")
        self.waiting = self.env[DIRTY]

    def products(self, *domain):
        return self.waiting.search(list(domain)).product_id

    def test_by_the_product(self):
        for text, found in (("WAIT-CUP", self.cup), ("Pot", self.pot), ("WAIT-LID", self.products()[:0])):
            with self.subTest(text=text):
                self.assertEqual(self.products(("product_tmpl_id", "ilike", text)), found)
                self.assertEqual(self.products(("product_id", "ilike", text)), found)

    def test_by_an_archived_product(self):
        template = self.pot.product_tmpl_id
        self.env.cr.execute(SQL("UPDATE product_template SET active = FALSE WHERE id = %s", template.id))
        self.env.invalidate_all()
        self.assertEqual(self.products(("product_tmpl_id", "=", template.id)), self.pot)

    def test_by_the_account(self):
        self.assertEqual(self.products(("config_id", "ilike", self.account.name)), self.cup | self.pot)
        self.assertFalse(self.products(("config_id", "ilike", "nobody's")))
        self.assertFalse(self.products(("config_id", "not ilike", self.account.name)))
        self.assertEqual(self.products(
            "|", ("config_id", "ilike", "nobody's"), ("product_tmpl_id", "ilike", "Cup")), self.cup)

    def test_groups(self):
        groups = self.waiting.formatted_read_group([], ["reason"], ["__count"])
        self.assertEqual({group["reason"]: group["__count"] for group in groups}, {"one": 1, "another": 1})
        groups = self.waiting.formatted_read_group([], ["product_id"], ["__count"])
        self.assertEqual({group["product_id"][0] for group in groups}, {self.cup.id, self.pot.id})

    def test_groups_of_what_was_deleted(self):
        """Marks stay for a while when an account is deleted."""
        self.env.cr.execute(SQL("UPDATE stock_availability_dirty SET config_id = 0, listing_id = 0, product_id = 0 "
                                "WHERE reason = 'another'"))
        groups = self.waiting.formatted_read_group([], ["config_id"], ["__count"])
        self.assertEqual([(group["config_id"][0], group["__count"]) for group in groups], [(self.account.id, 1)])
        groups = self.waiting.formatted_read_group([], ["product_id"], ["__count"])
        self.assertEqual([group["product_id"][0] for group in groups], [self.cup.id])

    def test_few_and_many(self):
        """Listings, products and variants are the same, however many of them wait or fail."""
        self.listing(self.lid).state = "error"
        self.env.flush_all()
        for few in (100, 0):
            with (
                self.subTest(few=few), patch.object(marketplace_product, "FEW", few),
                patch.object(stock_availability_dirty_search, "LONG", few),
            ):
                self.assertEqual(self.waiting._is_long(), not few)
                own = [("product_id", "in", (self.cup | self.pot | self.lid).ids)]
                listings = self.env["marketplace.listing"].search(own)
                for wanted, products in ((True, self.cup | self.pot), (False, self.lid)):
                    self.assertEqual(listings.search([*own, ("is_waiting", "=", wanted)]).product_id, products)
                self.assert_products("marketplace_waiting", self.cup | self.pot)
                self.assert_products("marketplace_failing", self.lid)
                self.assert_products("marketplace_listed", self.cup | self.pot | self.lid)

    def assert_products(self, name, wanted):
        everything = self.cup | self.pot | self.lid
        for found, rest in ((wanted, True), (everything - wanted, False)):
            own = [("id", "in", everything.ids), (name, "=", rest)]
            self.assertEqual(self.env["product.product"].search(own), found)
            own = [("id", "in", everything.product_tmpl_id.ids), (name, "=", rest)]
            self.assertEqual(self.env["product.template"].search(own), found.product_tmpl_id)


class TestSearchingRules(DrainCase):

    def test_however_the_product_is_named(self):
        cup, pot = self.offer("RULE-CUP", stock=5, name="Ruled Cup"), self.offer("RULE-POT", stock=5)
        self.sort()
        rules = self.env["marketplace.rule"].create([
            {"kind": kind, "value": 3, **scope} for kind, scope in (
                ("buffer", {"product_tmpl_id": cup.product_tmpl_id.id}), ("minimum", {"product_id": cup.id}),
                ("maximum", {"listing_id": self.listing(cup).id}), ("fixed", {"product_id": pot.id}),
                ("percentage", {}))])
        self.assertEqual(rules.mapped("ruled_tmpl_id"), (cup | pot).product_tmpl_id)
        for value in ("RULE-CUP", "Ruled Cup", cup.product_tmpl_id.id):
            operator = "=" if isinstance(value, int) else "ilike"
            with self.subTest(value=value):
                self.assertEqual(
                    rules.search([("id", "in", rules.ids), ("ruled_tmpl_id", operator, value)]),
                    rules.filtered(lambda rule: rule.ruled_tmpl_id == cup.product_tmpl_id))
