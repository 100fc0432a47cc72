# SPDX-License-Identifier: LGPL-3.0-or-later
"""The tick on products, and the listings that follow it."""

from odoo import Command
from odoo.tests import Form

from .common import MarketplaceCase


class TestTick(MarketplaceCase):
    """The tick itself, on templates and variants."""

    def test_template_ticks_its_variants(self):
        template = self.template("TICK", sold=False)
        self.assertFalse(template.shopify_product or template.shopify_partly)
        template.shopify_product = True
        self.assertEqual(template.product_variant_ids.mapped("shopify_product"), [True, True])
        template.shopify_product = False
        self.assertEqual(template.product_variant_ids.mapped("shopify_product"), [False, False])

    def test_half_ticked_template_shows_so(self):
        template = self.template("TICK")
        first, second = template.product_variant_ids
        first.shopify_product = False
        self.assertFalse(template.shopify_product)
        self.assertTrue(template.shopify_partly)
        second.shopify_product = False
        self.assertFalse(template.shopify_partly)
        (first | second).shopify_product = True
        self.assertTrue(template.shopify_product)
        self.assertFalse(template.shopify_partly)

    def test_new_template_with_the_tick(self):
        template = self.env["product.template"].create({
            "name": "New", "is_storable": True, "default_code": "NEW", "shopify_product": True})
        self.assertTrue(template.product_variant_id.shopify_product)
        self.assertTrue(self.listing(template.product_variant_id))

    def test_form(self):
        with Form(self.env["product.template"]) as form:
            form.name = "Typed"
            form.default_code = "TYPED"
            form.is_storable = True
            form.shopify_product = True
        self.assertTrue(self.listing(form.record.product_variant_id))
        with Form(form.record.product_variant_id) as form:
            form.shopify_product = False
        self.assertFalse(self.listing(form.record).active)

    def test_list_multi_edit(self):
        templates = self.template("LIST-1", sold=False) | self.product("LIST-2", sold=False).product_tmpl_id
        templates.write({"shopify_product": True})
        self.assertEqual(len(self.account.listing_ids), 3)
        self.assertTrue(all(templates.mapped("shopify_product")))
        templates.product_variant_ids.write({"shopify_product": False})
        self.assertFalse(self.account.listing_ids)

    def test_user_without_a_marketplace_group_may_tick(self):
        clerk = self.make_user("product-clerk", "product.group_product_manager")
        product = self.product("CLERK", sold=False)
        product.with_user(clerk).shopify_product = True
        self.assertTrue(self.listing(product).active)

    def add_variant(self, template):
        line = template.attribute_line_ids
        value = self.env["product.attribute.value"].create({"name": "L", "attribute_id": line.attribute_id.id})
        known = template.product_variant_ids
        line.value_ids = [Command.link(value.id)]
        return template.product_variant_ids - known

    def test_new_variant_of_a_ticked_template(self):
        added = self.add_variant(self.template("TICK"))
        self.assertTrue(added.shopify_product)
        self.assertTrue(self.listing(added).active)

    def test_new_variant_of_a_half_ticked_template(self):
        template = self.template("TICK")
        template.product_variant_ids[0].shopify_product = False
        self.assertFalse(self.add_variant(template).shopify_product, "somebody chooses by hand here")

    def test_new_variant_of_an_unticked_template(self):
        self.assertFalse(self.add_variant(self.template("TICK", sold=False)).shopify_product)

    def test_search(self):
        ticked, unticked = self.template("ALL"), self.template("NONE", sold=False)
        partly = self.template("SOME")
        partly.product_variant_ids[0].shopify_product = False
        every = ticked | unticked | partly
        self.env.flush_all()
        for domain, found in (
            ([("shopify_product", "=", True)], ticked | partly),
            ([("shopify_product", "!=", False)], ticked | partly),
            ([("shopify_product", "=", False)], unticked),
            ([("shopify_product", "!=", True)], unticked),
            (["!", ("shopify_product", "=", True)], unticked),
            ([("shopify_product", "in", [True])], ticked | partly),
            ([("shopify_product", "not in", [True])], unticked),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.env["product.template"].search([("id", "in", every.ids), *domain]), found)

    def test_search_variants(self):
        template = self.template("SOME")
        first, second = template.product_variant_ids
        first.shopify_product = False
        for ticked, found in ((True, second), (False, first)):
            self.assertEqual(self.env["product.product"].search([
                ("product_tmpl_id", "=", template.id), ("shopify_product", "=", ticked)]), found)

    def test_copy_is_not_sold(self):
        """A copy has no SKU yet, and nobody decided to sell it."""
        for original in (self.product("COPY"), self.product("COPY-2").product_tmpl_id, self.template("COPY-T")):
            copy = original.copy()
            self.assertFalse(copy.shopify_product)
            self.assertFalse(copy.marketplace_listing_ids)


class TestListings(MarketplaceCase):
    """What a tick does to listings, accounts and the shop."""

    def listed_on(self, product):
        return self.env["marketplace.listing"].search([("product_id", "=", product.id)]).config_id

    def test_tick_lists_and_marks(self):
        product = self.product("LIST-1", sold=False)
        self.assertFalse(self.listing(product))
        self.forget_marks()
        product.shopify_product = True
        listing = self.listing(product)
        self.assertEqual(listing.state, "pending")
        self.assertEqual(self.marks(product).listing_id, listing)

    def test_untick_archives_and_leaves_the_shop_alone(self):
        product = self.product("LIST-1", stock=5)
        self.shop.add_item("LIST-1", quantities={self.shop.main: 0})
        self.drain()
        listing, writes = self.listing(product), len(self.shop.writes)
        product.shopify_product = False
        self.assertFalse(listing.active)
        self.set_stock(product, 2)
        self.drain()
        self.assertEqual(self.shop.level("LIST-1", self.shop.main), 5)
        self.assertEqual(len(self.shop.writes), writes)

    def test_tick_again_revives_and_catches_up(self):
        product = self.product("LIST-1", stock=5)
        self.shop.add_item("LIST-1", quantities={self.shop.main: 0})
        self.drain()
        listing = self.listing(product)
        product.shopify_product = False
        self.set_stock(product, 2)
        product.shopify_product = True
        self.assertEqual(self.listing(product), listing)
        self.assertTrue(listing.active)
        self.drain()
        self.assertEqual(self.shop.level("LIST-1", self.shop.main), 2)

    def test_archiving_a_product_sells_nothing_of_it_any_more(self):
        product = self.product("LIST-1", stock=5)
        self.shop.add_item("LIST-1", quantities={self.shop.main: 0})
        self.drain()
        self.assertEqual(self.shop.level("LIST-1", self.shop.main), 5)
        product.active = False
        self.drain()
        self.assertEqual(self.shop.level("LIST-1", self.shop.main), 0)
        product.active = True
        self.drain()
        self.assertEqual(self.shop.level("LIST-1", self.shop.main), 5)

    def test_deleting_a_product_deletes_its_listing(self):
        product = self.product("LIST-1")
        listing = self.listing(product)
        product.unlink()
        self.assertFalse(listing.exists())

    def test_new_account_lists_what_is_ticked(self):
        sold, unsold = self.product("LIST-1"), self.product("LIST-2", sold=False)
        second = self.make_account(self.open_shop(), name="Second")
        self.assertIn(sold, second.listing_ids.product_id)
        self.assertNotIn(unsold, second.listing_ids.product_id)

    def test_companies(self):
        elsewhere = self.make_company("Elsewhere")
        their_account = self.make_account(self.open_shop(), company=elsewhere)
        for company, accounts in (
            (self.company, self.account),
            (elsewhere, their_account),
            (self.env["res.company"], self.account | their_account),
        ):
            with self.subTest(company=company.name):
                product = self.product(f"OF-{company.name}", company_id=company.id)
                self.assertEqual(self.listed_on(product), accounts)

    def test_branch_sells_what_its_parent_has(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        account = self.env["marketplace.config"].create({
            "name": "Branch account", "company_id": branch.id, "base_url": "https://branch.example"})
        product = self.product("PARENT", company_id=self.company.id)
        self.assertEqual(self.listed_on(product), self.account | account)
        own = self.product("CHILD", company_id=branch.id)
        self.assertEqual(self.listed_on(own), account)

    def test_giving_a_product_to_another_company(self):
        elsewhere = self.make_company("Elsewhere")
        their_account = self.make_account(self.open_shop(), company=elsewhere)
        product = self.product("GIVEN")
        self.assertEqual(self.listed_on(product), self.account | their_account)
        product.company_id = elsewhere
        self.assertEqual(self.listed_on(product), their_account)
        product.company_id = False
        self.assertEqual(self.listed_on(product), self.account | their_account)

    def test_changing_the_sku_links_anew(self):
        product = self.product("OLD", stock=5)
        self.shop.add_items(["OLD", "NEW"], quantities={self.shop.main: 1})
        self.drain()
        listing = self.listing(product)
        self.assertEqual((listing.sku, self.shop.level("OLD", self.shop.main)), ("OLD", 5))
        product.default_code = "NEW"
        self.assertEqual((listing.state, listing.external_id), ("pending", False))
        self.set_stock(product, 3)
        self.drain()
        self.assertEqual((listing.state, listing.sku), ("linked", "NEW"))
        self.assertEqual(listing.external_id, self.shop.item("NEW").gid)
        self.assertEqual(self.shop.level("NEW", self.shop.main), 3)
        self.assertEqual(self.shop.level("OLD", self.shop.main), 5, "another item is none of our business any more")

    def test_a_sku_that_becomes_unique_is_looked_at_again(self):
        first, second = self.product("TWICE", stock=5), self.product("TWICE", stock=1)
        self.shop.add_items(["TWICE", "ONCE"], quantities={self.shop.main: 0})
        with self.silence():
            self.drain()
        listings = self.listing(first) | self.listing(second)
        self.assertEqual(listings.mapped("state"), ["error", "error"])
        second.default_code = "ONCE"
        self.drain()
        self.assertEqual(listings.mapped("state"), ["linked", "linked"])
        self.assertEqual(self.shop.level("TWICE", self.shop.main), 5)
        self.assertEqual(self.shop.level("ONCE", self.shop.main), 1)
