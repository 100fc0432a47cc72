# SPDX-License-Identifier: LGPL-3.0-or-later
"""A rule that changes marks exactly the listings it touches, in one statement."""

import random
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tools import SQL

from .common import DIRTY
from .rules_kit import RulesCase


class MarkingRulesCase(RulesCase):

    @contextmanager
    def statements(self):
        """The texts of the statements that go to the database meanwhile."""
        seen, cursor = [], type(self.env.cr)
        execute = cursor.execute

        def spy(cr, query, *args, **kwargs):
            seen.append(query.code if isinstance(query, SQL) else query)
            return execute(cr, query, *args, **kwargs)

        with patch.object(cursor, "execute", spy):
            yield seen

    def touched(self, flow, statements=(1,)):
        """The listings that `flow` leaves marked.

        :param statements: how many statements may have marked them
        """
        self.forget_marks()
        with self.statements() as seen:
            flow()
        writing = [statement for statement in seen if "INTO stock_availability_dirty" in statement]
        self.assertIn(len(writing), statements)
        self.env[DIRTY].invalidate_model()
        marks = self.env[DIRTY].search([])
        if len(writing) == 1:
            self.assertEqual(len(marks), len(marks.listing_id), "each listing once")
        return marks.listing_id

    def of(self, *products, accounts=None):
        """The listings of products or templates, on both accounts unless told otherwise."""
        found = self.env["marketplace.listing"]
        for product in products:
            for account in accounts or self.account | self.other_account:
                found |= self.listing(product, account)
        return found


class TestTouched(MarkingRulesCase):

    def test_each_scope_and_nothing_else(self):
        chairs = self.of(self.chair, self.small_chair) | self.one_chair
        reach = {
            "everything": self.listings, "upper category": chairs | self.of(self.lamp), "category": chairs,
            "product": chairs, "variant": self.of(self.chair), "listing": self.listing(self.chair)}
        for name, scope in self.scopes().items():
            with self.subTest(scope=name):
                self.assertEqual(self.touched(lambda scope=scope: self.rule(value=1, **scope)), reach[name], "made")
                rule = self.env["marketplace.rule"].search([])
                self.assertEqual(self.touched(lambda rule=rule: rule.write({"value": 2})), reach[name], "changed")
                self.assertEqual(self.touched(rule.unlink), reach[name], "deleted")

    def test_nearer_rule_of_the_kind_keeps_listings_out(self):
        scopes = list(self.scopes().items())
        for index, (further, wide) in enumerate(scopes):
            for nearer, narrow in scopes[index + 1:]:
                savepoint = self.env.cr.savepoint()
                with self.subTest(further=further, nearer=nearer):
                    rule = self.rule(value=1, **wide)
                    self.rule(value=5, **narrow)
                    self.rule("maximum", 5, listing_id=self.listing(self.pen).id)
                    touched = self.touched(lambda rule=rule: rule.write({"value": 2}))
                    self.assertNotIn(self.listing(self.chair), touched)
                    self.assertEqual(touched, self.listings.filtered(
                        lambda listing, rule=rule: self.nearest_by_hand(listing).get("buffer") == rule))
                savepoint.close(rollback=True)

    def test_rule_of_the_account_keeps_its_listings_out(self):
        for_all = self.rule(value=1)
        self.rule(value=2, config_id=self.account.id)
        self.assertEqual(self.touched(lambda: for_all.write({"value": 3})), self.other_account.listing_ids)

    def test_old_and_new_scope_in_one_statement(self):
        rule = self.rule(value=1, product_id=self.pen.id)
        touched = self.touched(lambda: rule.write({"product_id": self.lamp.id}))
        self.assertEqual(touched, self.of(self.pen, self.lamp))
        touched = self.touched(lambda: rule.write({"product_id": False, "categ_id": self.chairs.id}))
        self.assertEqual(touched, self.of(self.lamp, self.chair, self.small_chair) | self.one_chair)
        touched = self.touched(lambda: rule.write({"config_id": self.account.id}))
        self.assertEqual(touched, self.of(self.chair, self.small_chair) | self.one_chair, "no longer on the other")

    def test_another_kind(self):
        """Listings for which only one of the two kinds was, or is, decided here."""
        rule = self.rule("buffer", 1)
        self.rule("buffer", 2, product_id=self.pen.id)
        self.rule("minimum", 2, product_id=self.lamp.id)
        self.rule("buffer", 2, product_id=self.chair.id)
        self.rule("minimum", 2, product_id=self.chair.id)
        touched = self.touched(lambda: rule.write({"kind": "minimum"}))
        self.assertEqual(touched, self.listings - self.of(self.chair))

    def test_many_rules_in_one_statement(self):
        rules = self.rule(value=1, product_id=self.pen.id) | self.rule(value=2, categ_id=self.lamps.id)
        expected = self.of(self.pen, self.lamp)
        self.assertEqual(self.touched(lambda: rules.write({"value": 3})), expected)
        self.assertEqual(self.touched(rules.unlink), expected)
        values = [{"kind": "buffer", "product_id": product.id} for product in (self.pen, self.lamp)]
        self.assertEqual(self.touched(lambda: self.env["marketplace.rule"].create(values)), expected)

    def test_only_rules_that_change_count(self):
        changing = self.rule(value=1)
        unchanged = self.rule(value=2, product_id=self.pen.id)
        touched = self.touched(lambda: (changing | unchanged).write({"value": 2}))
        self.assertEqual(touched, self.listings - self.of(self.pen))

    def test_archived_listings_are_left_alone(self):
        self.listing(self.pen).active = False
        self.assertEqual(
            self.touched(lambda: self.rule(product_id=self.pen.id)), self.listing(self.pen, self.other_account))

    def test_what_changes_nothing_marks_nothing(self):
        rule = self.rule(value=2, categ_id=self.chairs.id)
        self.assertFalse(self.touched(lambda: rule.write({"value": 2, "categ_id": self.chairs.id}), statements=(0,)))
        self.assertFalse(self.touched(lambda: rule.write({"stock_field": "qty_available"}), statements=(0,)))
        stock_field = self.rule("stock_field", stock_field="free_qty")
        self.assertFalse(self.touched(lambda: stock_field.write({"value": 4}), statements=(0,)))
        self.assertEqual(self.touched(lambda: stock_field.write({"stock_field": "qty_available"})), self.listings)

    def test_lines_of_a_form_each_mark_their_own(self):
        rule = self.rule(value=2, config_id=self.account.id)
        touched = self.touched(lambda: self.account.write({"rule_ids": [
            (1, rule.id, {"value": 3}), (0, 0, {"kind": "buffer", "value": 5, "categ_id": self.chairs.id})]}), (2,))
        self.assertEqual(touched, self.account.listing_ids)

    def test_account_of_another_company(self):
        self.rule(value=2)
        self.account.location_ids.unlink()
        elsewhere = self.make_company("Elsewhere")
        self.forget_marks()
        self.account.company_id = elsewhere
        self.assertEqual(self.marks().filtered(lambda mark: mark.reason == "company").listing_id,
                         self.account.listing_ids)
        self.assertEqual(self.rules_of(self.listing(self.pen)).buffer, 0)

    def test_random_rules(self):
        """Both the rules found and the listings marked are those found by looking at every rule."""
        dice = random.Random(19)
        scopes = [*self.scopes().values(), {"product_id": self.pen.id}, {"categ_id": self.lamps.id},
                  {"product_tmpl_id": self.lamp.product_tmpl_id.id}, {"listing_id": self.one_chair.id}]
        nothing = dict.fromkeys(("categ_id", "product_tmpl_id", "product_id", "listing_id"), False)
        for step in range(80):
            rules = self.env["marketplace.rule"].search([])
            values = {**nothing, **dice.choice(scopes), "kind": dice.choice(("buffer", "minimum")),
                      "value": dice.randint(1, 3)}
            values["config_id"] = self.account.id if values["listing_id"] else dice.choice(
                (self.account.id, self.other_account.id, False))
            taken = {self.scope(rule) for rule in rules}
            chosen = rules.browse(dice.sample(rules.ids, min(len(rules), dice.randint(1, 3))))
            flow, changing = self.random_change(dice, chosen, values, taken)
            before = {listing: self.nearest_by_hand(listing) for listing in self.listings}
            said = changing._said()
            touched = self.touched(flow, statements=(0, 1))
            says = changing.exists()._said()
            changed = {rule_id for rule_id, was in said.items() if says.get(rule_id) != was}
            changed |= set((self.env["marketplace.rule"].search([]) - rules).ids)
            expected = self.listings.browse([
                listing.id for listing in self.listings for nearest in (before[listing], self.nearest_by_hand(listing))
                if changed & {rule.id for rule in nearest.values()}])
            with self.subTest(step=step):
                self.assertEqual(set(touched), set(expected))
                for listing in self.listings:
                    self.assertEqual(
                        {kind: getattr(self.rules_of(listing), kind) for kind in ("buffer", "minimum")},
                        {"buffer": 0, "minimum": 0,
                         **{kind: rule.value for kind, rule in self.nearest_by_hand(listing).items()}})

    def scope(self, rule):
        return tuple(rule._said()[rule.id][1])

    def random_change(self, dice, chosen, values, taken):
        """A flow, and the existing rules it changes."""
        action = dice.choice(("create", "create", "value", "unlink", "scope"))
        if action == "unlink" and chosen:
            return chosen.unlink, chosen
        if action == "value" and chosen:
            return lambda: chosen.write({"value": values["value"]}), chosen
        wanted = (values["kind"], self.company.id, *(values[name] or None for name in (
            "config_id", "categ_id", "product_tmpl_id", "product_id", "listing_id")))
        if wanted in taken:
            return lambda: None, chosen.browse()
        if action == "scope" and chosen:
            return lambda: chosen[0].write(values), chosen[0]
        return lambda: self.env["marketplace.rule"].create(values), chosen.browse()


class TestReclassified(MarkingRulesCase):
    """Products that get into another category, or their category under another."""

    def setUp(self):
        super().setUp()
        self.all_chairs = self.of(self.chair, self.small_chair) | self.one_chair

    def test_another_category(self):
        self.rule(value=2, categ_id=self.chairs.id)
        self.rule(value=3, product_id=self.chair.id)
        touched = self.touched(lambda: self.template_of_chair.write({"categ_id": self.lamps.id}))
        self.assertEqual(touched, self.all_chairs - self.of(self.chair))
        touched = self.touched(lambda: self.chair.write({"categ_id": self.chairs.id}))
        self.assertEqual(touched, self.all_chairs - self.of(self.chair))

    def test_another_category_with_the_same_rules(self):
        self.rule(value=2, categ_id=self.furniture.id)
        self.assertFalse(self.touched(
            lambda: self.template_of_chair.write({"categ_id": self.lamps.id}), statements=(0,)))

    def test_category_under_another(self):
        self.rule(value=2, categ_id=self.furniture.id)
        self.rule(value=3, config_id=self.account.id, categ_id=self.chairs.id)
        touched = self.touched(lambda: self.chairs.write({"parent_id": False}))
        self.assertEqual(touched, self.of(self.chair, self.small_chair, accounts=[self.other_account]))
        touched = self.touched(lambda: self.chairs.write({"parent_id": self.lamps.id}))
        self.assertEqual(touched, self.of(self.chair, self.small_chair, accounts=[self.other_account]))

    def test_upper_category_under_another(self):
        top = self.category("Top")
        self.rule(value=2, categ_id=top.id)
        touched = self.touched(lambda: self.furniture.write({"parent_id": top.id}))
        self.assertEqual(touched, self.all_chairs | self.of(self.lamp))

    def test_category_deleted(self):
        self.rule(value=2, categ_id=self.furniture.id)
        touched = self.touched(self.chairs.unlink)
        self.assertEqual(touched, self.all_chairs)

    def test_without_rules_for_categories_nothing_is_looked_up(self):
        self.rule(value=2)
        self.rule(value=2, product_id=self.chair.id)
        for flow in (lambda: self.template_of_chair.write({"categ_id": self.lamps.id}),
                     lambda: self.chairs.write({"parent_id": False}), self.chairs.unlink):
            with self.statements() as seen:
                self.assertFalse(self.touched(flow, statements=(0,)))
            self.assertFalse([text for text in seen if "product_category category" in text], "what the look-up reads")
