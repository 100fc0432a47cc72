# SPDX-License-Identifier: LGPL-3.0-or-later
"""What products show of their listings: badges, numbers, filters."""

from lxml import etree

from odoo import Command

from .draining import DrainCase

FILTERS = ("marketplace_listed", "marketplace_failing", "marketplace_waiting")


class TestBadges(DrainCase):

    def setUp(self):
        super().setUp()
        self.good, self.bad = self.offer("GOOD", stock=5), self.product("BAD", stock=5)
        self.idle = self.offer("IDLE", stock=5)
        self.unsold = self.product("UNSOLD", sold=False)
        with self.silence():
            self.drain()
        self.listing(self.good)._mark("test")
        self.env.flush_all()
        self.env.invalidate_all()

    def badge(self, product):
        [badge] = product.marketplace_badges
        return {name: value for name, value in badge.items() if value}

    def test_badges(self):
        common = {"platform": "shopify", "name": "Shopify", "listings": 1}
        for kind in (lambda product: product, lambda product: product.product_tmpl_id):
            self.assertEqual(self.badge(kind(self.good)), {**common, "waiting": 1})
            self.assertEqual(self.badge(kind(self.bad)), {**common, "error": 1})
            self.assertEqual(self.badge(kind(self.idle)), common)
            self.assertFalse(kind(self.unsold).marketplace_badges)

    def test_numbers(self):
        template = self.template("SHIRT")
        other = self.env["marketplace.config"].create({
            "name": "Second", "company_id": self.company.id, "base_url": "https://second.example"})
        with self.silence():
            self.drain()
        self.env.invalidate_all()
        self.assertEqual((template.marketplace_listing_count, template.marketplace_error_count), (4, 2))
        self.assertEqual(self.badge(template), {
            "platform": "shopify", "name": "Shopify", "listings": 4, "error": 2, "pending": 2, "waiting": 2})
        variant = template.product_variant_ids[0]
        self.assertEqual((variant.marketplace_listing_count, variant.marketplace_error_count), (2, 1))
        opened = template.action_open_marketplace_listings()
        self.assertEqual(len(self.env["marketplace.listing"].search(opened["domain"])), 4)
        opened = variant.action_open_marketplace_listings()
        self.assertEqual(self.env["marketplace.listing"].search(opened["domain"]).config_id, self.account | other)

    def test_a_variant_shows_the_listing_of_its_product(self):
        template = self.template("SHIRT")
        template.marketplace_as_one = True
        variants = template.product_variant_ids
        self.assertEqual(variants.mapped("marketplace_listing_count"), [1, 1])
        for name in FILTERS[::2]:
            self.assertEqual(self.found("product.product", name, variants), variants)

    def test_archived_listings_do_not_count(self):
        self.bad.shopify_product = False
        self.env.invalidate_all()
        self.assertFalse(self.bad.marketplace_badges)
        for context in ({}, {"active_test": False}):
            found = self.env["product.product"].with_context(**context).search(
                [("id", "=", self.bad.id), ("marketplace_failing", "=", True)])
            self.assertFalse(found)

    def found(self, model, name, among, value=True, user=None):
        records = self.env[model]
        if user:
            records = records.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        return records.search([("id", "in", among.ids), (name, "=", value)]).with_env(self.env)

    def test_filters(self):
        every = self.good | self.bad | self.idle | self.unsold
        expected = dict(zip(FILTERS, (self.good | self.bad | self.idle, self.bad, self.good), strict=True))
        for name, products in expected.items():
            for value, wanted in ((True, products), (False, every - products)):
                with self.subTest(filter=name, value=value):
                    self.assertEqual(self.found("product.product", name, every, value), wanted)
                    self.assertEqual(
                        self.found("product.template", name, every.product_tmpl_id, value), wanted.product_tmpl_id)
        for product in every:
            for name, products in expected.items():
                self.assertEqual(product[name], product in products)
                self.assertEqual(product.product_tmpl_id[name], product in products)

    def test_other_companies_listings_are_nobodys_business(self):
        elsewhere = self.make_company("Elsewhere")
        stranger = self.make_user("badge-stranger", "marketplace_sync.group_marketplace_user", elsewhere)
        seen = self.bad.with_user(stranger).with_context(allowed_company_ids=elsewhere.ids)
        self.assertFalse(seen.marketplace_badges or seen.marketplace_listing_count)
        for name in FILTERS:
            self.assertFalse(self.found("product.product", name, self.good | self.bad, user=stranger))

    def test_a_product_being_entered(self):
        new = self.env["product.template"].new({"name": "New", "product_variant_ids": [Command.create({})]})
        self.assertFalse(new.marketplace_badges or new.marketplace_listing_count)


class TestScreens(DrainCase):
    """Who sees something of it, on which screens."""

    OURS = ("marketplace", "shopify", "ebay", "cartona", "rest_product")

    def arch(self, user, model, kind):
        return self.env[model].with_user(user).get_view(view_type=kind)["arch"]

    def test_whoever_has_nothing_to_do_with_it_sees_none_of_it(self):
        clerk = self.make_user("badge-clerk", "product.group_product_manager,stock.group_stock_manager")
        seller = self.make_user("badge-seller", "marketplace_sync.group_marketplace_user")
        for model in ("product.template", "product.product"):
            for kind in ("form", "list", "kanban", "search"):
                with self.subTest(model=model, kind=kind):
                    named = [element.get("name") or "" for element in etree.fromstring(
                        self.arch(clerk, model, kind)).iter() if isinstance(element.tag, str)]
                    self.assertFalse([name for name in named if any(ours in name for ours in self.OURS)])
                    self.assertIn("marketplace_", self.arch(seller, model, kind))

    def test_badges_are_on_lists_and_cards(self):
        seller = self.make_user("badge-seller", "marketplace_sync.group_marketplace_user")
        for model in ("product.template", "product.product"):
            for kind in ("list", "kanban"):
                arch = etree.fromstring(self.arch(seller, model, kind))
                [field] = arch.findall(".//field[@name='marketplace_badges']")
                self.assertEqual(field.get("widget"), "marketplace_badges")
