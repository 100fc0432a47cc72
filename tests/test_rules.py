# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which rules apply to a listing, what may be set, and who may set it."""

from itertools import pairwise

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.marketplace_sync.pipeline import Rules

from .rules_kit import RulesCase
from .test_security import MANAGER, USER


class TestNearest(RulesCase):

    def buffer(self, product=None):
        return self.rules_of(self.listing(product or self.chair)).buffer

    def test_nearer_scope_wins(self):
        """Whatever their accounts, and whichever was made first."""
        own = {"config_id": self.account.id}
        for (further, wide), (nearer, narrow) in pairwise(self.scopes().items()):
            for wide_account, narrow_account in ((own, own), ({}, {}), (own, {}), ({}, own)):
                for nearer_first in (True, False):
                    savepoint = self.env.cr.savepoint()
                    with self.subTest(further=further, nearer=nearer, accounts=(wide_account, narrow_account)):
                        made = [(1, {**wide, **wide_account}), (2, {**narrow, **narrow_account})]
                        for value, scope in made[::-1] if nearer_first else made:
                            self.rule(value=value, **scope)
                        self.assertEqual(self.buffer(), 2)
                    savepoint.close(rollback=True)

    def test_every_scope_alone_applies(self):
        for name, scope in self.scopes().items():
            savepoint = self.env.cr.savepoint()
            with self.subTest(scope=name):
                self.assertEqual(self.buffer(), 0)
                self.rule(value=3, **scope)
                self.assertEqual(self.buffer(), 3)
                self.assertEqual(self.buffer(self.pen), 3 if name == "everything" else 0)
            savepoint.close(rollback=True)

    def test_rule_of_one_account_beats_the_one_for_all(self):
        for name, scope in self.scopes().items():
            if name == "listing":  # has but one account
                continue
            savepoint = self.env.cr.savepoint()
            with self.subTest(scope=name):
                self.rule(value=1, config_id=self.account.id, **scope)
                self.rule(value=2, **scope)
                self.assertEqual(self.buffer(), 1)
                self.assertEqual(self.rules_of(self.listing(self.chair, self.other_account)).buffer, 2)
            savepoint.close(rollback=True)

    def test_each_kind_for_itself(self):
        self.rule("buffer", 1)
        self.rule("maximum", 50, product_id=self.chair.id)
        self.rule("percentage", 80, categ_id=self.furniture.id)
        self.rule("percentage", 90, categ_id=self.chairs.id)
        found = self.rules_of(self.listing(self.chair))
        self.assertEqual(found, Rules(buffer=1, maximum=50, percentage=90))

    def test_every_kind_arrives(self):
        values = {"forecast_days": 7, "unit_factor": 12, "percentage": 90, "buffer": 2, "minimum": 3, "maximum": 40,
                  "fixed": 5}
        for kind, value in values.items():
            self.rule(kind, value)
        self.rule("stock_field", 0, stock_field="qty_available")
        found = self.rules_of(self.listing(self.chair))
        self.assertEqual(found, Rules(stock_field="qty_available", **values))
        self.assertIsInstance(found.forecast_days, int)
        self.assertEqual(
            {*values, "stock_field"}, {kind for kind, _label in self.env["marketplace.rule"]._fields["kind"].selection},
            "a kind was added")

    def test_account_says_what_no_rule_says(self):
        self.account.write({"stock_field": "virtual_available", "forecast_days": 5})
        self.assertEqual(
            self.rules_of(self.listing(self.chair)), Rules(stock_field="virtual_available", forecast_days=5))
        self.rule("stock_field", stock_field="free_qty", categ_id=self.chairs.id)
        self.rule("forecast_days", 9, categ_id=self.lamps.id)
        self.assertEqual(self.rules_of(self.listing(self.chair)), Rules(stock_field="free_qty", forecast_days=5))
        self.assertEqual(
            self.rules_of(self.listing(self.lamp)), Rules(stock_field="virtual_available", forecast_days=9))

    def test_listing_of_all_variants(self):
        """A variant's rule says nothing about the one number for all variants."""
        self.rule(value=4, product_id=self.chair.id)
        self.assertEqual(self.rules_of(self.one_chair).buffer, 0)
        self.rule(value=3, product_tmpl_id=self.template_of_chair.id)
        self.assertEqual(self.rules_of(self.one_chair).buffer, 3)
        self.assertEqual(self.buffer(), 4)
        self.assertEqual(self.buffer(self.small_chair), 3)

    def test_product_without_category(self):
        self.rule(value=1)
        self.rule(value=2, categ_id=self.chairs.id)
        self.template_of_chair.categ_id = False
        self.assertEqual(self.buffer(), 1)

    def test_other_companies_rules_do_not_apply(self):
        company = self.make_company("Elsewhere")
        self.rule(value=7, company_id=company.id)
        self.rule(value=8, company_id=company.id, product_id=self.chair.id)
        self.rule(value=9, company_id=company.id, categ_id=self.chairs.id)
        self.assertEqual(self.buffer(), 0)
        self.assertEqual(self.env["marketplace.rule"].search([]).company_id, company)

    def test_complete_and_shared_in_three_queries(self):
        for number in range(30):
            self.product(f"MANY-{number}", categ_id=self.chairs.id)
        self.rule("percentage", 80, categ_id=self.chairs.id)
        self.rule("buffer", 2, product_id=self.lamp.id)
        listings = self.account.listing_ids
        self.assertGreater(len(listings), 30)
        self.env.flush_all()
        rules = self.env["marketplace.rule"]
        self.account.fetch(["stock_field", "forecast_days"])
        with self.assertQueryCount(3, flush=False):
            found = rules._of_listings(self.account, listings.ids)
        self.assertEqual(found.keys(), set(listings.ids))
        self.assertEqual(len({id(each) for each in found.values()}), 3, "of chairs, of the lamp, and of the pen")

    def test_nothing_asked_nothing_found(self):
        self.assertEqual(self.env["marketplace.rule"]._of_listings(self.account, []), {})

    def test_rules_go_with_what_they_are_for(self):
        rules = self.env["marketplace.rule"]
        for doomed in (self.listing(self.pen), self.pen, self.template_of_chair, self.lamps, self.other_account):
            field = {
                "marketplace.listing": "listing_id", "product.product": "product_id", "product.category": "categ_id",
                "product.template": "product_tmpl_id", "marketplace.config": "config_id"}[doomed._name]
            with self.subTest(field=field):
                rule = self.rule(**{field: doomed.id})
                doomed.unlink()
                self.assertFalse(rules.search([("id", "=", rule.id)]))


class TestChecks(RulesCase):

    def assert_refused(self, pattern, **values):
        with self.assertRaisesRegex((UserError, IntegrityError), pattern), mute_logger("odoo.sql_db"), \
                self.env.cr.savepoint():
            self.rule(**values)

    def test_limits(self):
        for kind, too_small, smallest, largest, too_large in (
                ("percentage", -1, 0, 100, 100.5), ("unit_factor", 0, 0.25, 144, 2e9), ("buffer", -1, 0, 10, 2e9),
                ("minimum", -1, 0, 10, 2e9), ("maximum", -1, 0, 10, 2e9), ("fixed", -1, 0, 10, 2e9),
                ("forecast_days", -1, 0, 30, 1e6)):
            for value in (too_small, too_large, float("nan")):
                with self.subTest(kind=kind, value=value), self.assertRaises(ValidationError), self.env.cr.savepoint():
                    self.rule(kind, value)
            for value in (smallest, largest):
                with self.subTest(kind=kind, value=value):
                    self.rule(kind, value).unlink()

    def test_messages(self):
        self.assert_refused("12 for a box of twelve", kind="unit_factor", value=0)
        self.assert_refused("0 to 100 percent", kind="percentage", value=101)
        self.assert_refused("whole number of days", kind="forecast_days", value=1.5)
        self.assert_refused("nor more than 1,000,000,000", kind="buffer", value=-1)
        stranger = self.make_account(self.open_shop(), self.make_company("Elsewhere"), name="Elsewhere")
        self.assert_refused(
            "is not sold on The other shop", listing_id=self.one_chair.id, config_id=self.other_account.id)
        self.assert_refused("so are its rules", config_id=stranger.id, company_id=self.company.id)
        self.pen.company_id = self.company
        self.assert_refused("company", product_id=self.pen.id, config_id=stranger.id)

    def test_messages_of_the_database(self):
        rules = self.env["marketplace.rule"]
        for message, values in (
                ("A rule is for one thing", {"kind": "buffer", "product_id": self.pen.id, "categ_id": self.lamps.id}),
                ("Choose which of Odoo's quantities", {"kind": "stock_field"})):
            with self.subTest(message=message), mute_logger("odoo.sql_db"), \
                    self.assertRaises(IntegrityError) as caught, self.env.cr.savepoint():
                rules.create(values)
            self.assertIn(message, rules._sql_error_to_message(caught.exception))

    def test_one_rule_of_a_kind_for_each_scope(self):
        for name, scope in self.scopes().items():
            for account in ({}, {"config_id": self.account.id}):
                if name == "listing" and not account:
                    continue
                with self.subTest(scope=name, account=bool(account)):
                    self.rule(**scope, **account)
                    self.rule("maximum", **scope, **account)
                    with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError) as caught, \
                            self.env.cr.savepoint():
                        self.rule(**scope, **account)
                    message = self.env["marketplace.rule"]._sql_error_to_message(caught.exception)
                    self.assertIn("There is such a rule", message)

    def test_account_and_company_follow(self):
        elsewhere = self.make_company("Elsewhere")
        account = self.make_account(self.open_shop(), elsewhere)
        self.assertEqual(self.rule(config_id=account.id).company_id, elsewhere)
        self.assertEqual(self.rule().company_id, self.company)
        rule = self.rule(listing_id=self.one_chair.id)
        self.assertEqual((rule.config_id, rule.company_id), (self.account, self.company))

    def test_names(self):
        for expected, values in (
                ("Safety buffer 2 for Chairs on Our Shopify store",
                 {"value": 2, "categ_id": self.category("Chairs").id, "config_id": self.account.id}),
                ("Percentage 12.5 for everything on all accounts", {"kind": "percentage", "value": 12.5}),
                ("Stock field On hand for [PEN] Product PEN on all accounts",
                 {"kind": "stock_field", "stock_field": "qty_available", "product_id": self.pen.id}),
                ("Maximum 5 for Chair on Our Shopify store",
                 {"kind": "maximum", "value": 5, "listing_id": self.one_chair.id})):
            with self.subTest(expected=expected):
                self.assertEqual(self.rule(**values).display_name, expected)

    def test_every_kind_is_explained(self):
        rules = self.env["marketplace.rule"]
        hints = [rules.new({"kind": kind}).hint for kind, _label in rules._fields["kind"].selection]
        self.assertTrue(all(hints))
        self.assertIn("12 for a box of twelve", rules.new({"kind": "unit_factor"}).hint)
        self.assertFalse(rules.new({}).hint)


class TestRights(RulesCase):

    def setUp(self):
        super().setUp()
        self.buffer = self.rule(value=1)

    def seen_by(self, user):
        return self.env["marketplace.rule"].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def test_rights(self):
        everything = {"read", "write", "create", "unlink"}
        stranger = self.make_user("rules-stranger", MANAGER, self.make_company("Elsewhere"))
        for user, expected in (
                (self.make_user("rules-nobody", "product.group_product_manager"), set()),
                (self.make_user("rules-user", USER), {"read"}),
                (self.make_user("rules-manager", MANAGER), everything), (stranger, set())):
            with self.subTest(user=user.login):
                rule = self.seen_by(user).browse(self.buffer.id)
                self.assertEqual({right for right in everything if rule.has_access(right)}, expected)

    def test_user_changes_nothing(self):
        rules = self.seen_by(self.make_user("rules-user", USER))
        with self.assertRaises(AccessError):
            rules.create({"kind": "buffer", "value": 1})
        with self.assertRaises(AccessError):
            rules.browse(self.buffer.id).value = 2
        with self.assertRaises(AccessError):
            rules.browse(self.buffer.id).unlink()

    def test_manager_sets_rules_on_every_form(self):
        manager = self.make_user("rules-manager", f"{MANAGER},stock.group_stock_manager,product.group_product_manager")
        values = {"kind": "maximum", "value": 5}
        for record, field in (
                (self.account, "rule_ids"), (self.template_of_chair, "marketplace_rule_ids"),
                (self.chair, "marketplace_rule_ids"), (self.chairs, "marketplace_rule_ids"),
                (self.one_chair, "rule_ids")):
            with self.subTest(model=record._name):
                self.assertIn(field, record.with_user(manager).get_view(view_type="form")["arch"])
                record.with_user(manager).write({field: [(0, 0, values)]})
                self.assertEqual(record[field].kind, "maximum")
                record.with_user(manager).write({field: [(2, record[field].id)]})

    def test_account_shows_its_own_and_its_categories_rules(self):
        own = self.rule(value=2, config_id=self.account.id)
        category = self.rule(value=3, config_id=self.account.id, categ_id=self.chairs.id)
        self.rule(value=4, config_id=self.account.id, product_id=self.pen.id)
        self.assertEqual(self.account.rule_ids, own | category)

    def test_who_edits_products_needs_no_right_to_rules(self):
        self.rule(value=4, categ_id=self.chairs.id)
        clerk = self.make_user("rules-clerk", "stock.group_stock_manager,product.group_product_manager")
        self.forget_marks()
        self.pen.with_user(clerk).categ_id = self.chairs
        self.assertEqual(self.rules_of(self.listing(self.pen)).buffer, 4)
        self.assertIn(self.listing(self.pen), self.marks().listing_id)
