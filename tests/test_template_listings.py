# SPDX-License-Identifier: LGPL-3.0-or-later
"""One listing for all variants of a product, beside one for each of them: which there are, and for whom."""

from odoo.tests import Form

from .common_listing import CommonListingCase


class TestTicks(CommonListingCase):
    """Which listings there are."""

    def setUp(self):
        super().setUp()
        self.none = self.env["product.product"]

    def test_one_listing_instead_of_one_a_variant(self):
        template = self.shirt(sold=False)
        self.assertEqual(self.listed(template), (self.none, False))
        template.shopify_product = True
        self.assertEqual(self.listed(template), (self.none, True))
        self.assertEqual(len(self.listing(template)), 1, "none was made for a variant")
        template.shopify_product = False
        self.assertEqual(self.listed(template), (self.none, False))

    def test_made_on_every_account_that_may_sell_it(self):
        second = self.make_account(self.open_shop(), name="Second")
        elsewhere = self.make_account(self.open_shop(), company=self.make_company("Elsewhere"))
        template = self.shirt(company_id=self.company.id)
        third = self.make_account(self.open_shop(), name="Third")
        for account in (self.account, second, third):
            self.assertEqual(self.listed(template, account), (self.none, True))
        self.assertEqual(self.listed(template, elsewhere), (self.none, False))
        template.company_id = False
        self.assertTrue(self.whole(template, elsewhere))

    def test_switching_both_ways(self):
        template = self.template("SHIRT")
        variants = template.product_variant_ids
        for _time in range(2):
            template.marketplace_as_one = True
            self.assertEqual(self.listed(template), (self.none, True))
            template.marketplace_as_one = False
            self.assertEqual(self.listed(template), (variants, False))
        self.assertEqual(len(self.listing(template)), 3, "they are revived, not made anew")

    def test_switching_while_the_account_is_archived(self):
        for before, after in ((False, (self.none, True)), (True, None)):
            template = self.template("SHIRT")
            template.marketplace_as_one = before
            self.account.active = False
            template.marketplace_as_one = not before
            self.account.active = True
            self.assertEqual(self.listed(template), after or (template.product_variant_ids, False))

    def test_unticking_while_the_account_is_archived(self):
        template = self.shirt(sold=False)
        template.shopify_product = True
        self.account.active = False
        template.product_variant_ids.shopify_product = False
        self.account.active = True
        self.assertEqual(self.listed(template), (self.none, False))

    def test_some_variants_ticked(self):
        template = self.shirt(sold=False)
        small, medium = self.variants(template)
        small.shopify_product = True
        self.assertEqual(self.listed(template), (self.none, True), "one tick is enough")
        template.marketplace_as_one = False
        self.assertEqual(self.listed(template), (small, False), "only what somebody chose")
        template.marketplace_as_one = True
        medium.shopify_product = True
        small.shopify_product = False
        self.assertEqual(self.listed(template), (self.none, True))
        medium.shopify_product = False
        self.assertEqual(self.listed(template), (self.none, False))

    def test_ticks_of_archived_variants(self):
        template = self.shirt()
        small, medium = self.variants(template)
        small.active = False
        self.assertEqual(self.listed(template), (self.none, True))
        medium.shopify_product = False
        self.assertEqual(self.listed(template), (self.none, False), "nothing that is ticked can be seen")
        small.active = True
        self.assertEqual(self.listed(template), (self.none, False))

    def test_an_archived_tick_makes_no_listing(self):
        template = self.template("SHIRT")
        self.variants(template)[0].active = False
        template.product_variant_ids.shopify_product = False
        template.marketplace_as_one = True
        self.assertEqual(self.listed(template), (self.none, False))
        template.with_context(active_test=False).product_variant_ids.active = True
        self.assertEqual(self.listed(template), (self.none, True), "now the ticked one can be seen")

    def test_an_archived_product_stays_listed(self):
        """The shop still has to hear that nothing is left to sell."""
        template = self.shirt()
        template.active = False
        self.account.active = False
        self.account.active = True
        self.assertEqual(self.listed(template), (self.none, True))

    def test_a_new_variant_is_in_the_common_listing(self):
        template = self.shirt(ebay_product=True, ebay_item_id="110")
        added = self.add_variant(template)
        self.assertTrue(added.shopify_product)
        self.assertEqual((added.ebay_item_id, template.ebay_item_id), ("110", "110"), "it contradicts nobody")
        self.assertEqual(self.listed(template), (self.none, True))

    def test_deleting_the_ticked_variant(self):
        template = self.template("SHIRT")
        small, medium = self.variants(template)
        medium.shopify_product = False
        template.marketplace_as_one = True
        small.unlink()
        self.assertEqual(self.listed(template), (self.none, False))

    def test_one_variant(self):
        product = self.product("SINGLE")
        product.marketplace_as_one = True
        self.assertEqual(self.listed(product.product_tmpl_id), (self.none, True))
        self.assertEqual(product.product_tmpl_id._common_sku(), "SINGLE")

    def test_new_product(self):
        template = self.env["product.template"].create({
            "name": "New", "is_storable": True, "marketplace_as_one": True, "shopify_product": True,
            "marketplace_sku": " NEW\u00a0"})
        self.assertEqual(self.listed(template), (self.none, True))
        self.assertEqual(template.marketplace_sku, "NEW")

    def test_a_copy_has_another_sku(self):
        copy = self.shirt().copy()
        self.assertTrue(copy.marketplace_as_one)
        self.assertFalse(copy.marketplace_sku)
        self.assertFalse(copy.marketplace_listing_ids)

    def test_form(self):
        template = self.template("SHIRT")
        manager = self.make_user(
            "form-manager", "marketplace_sync.group_marketplace_manager,product.group_product_manager")
        with Form(template.with_user(manager)) as form:
            form.marketplace_as_one = True
            form.marketplace_sku = "SHIRT"
            form.cartona_product = True
            form.cartona_id = "650"
        self.assertEqual(self.listed(template), (self.none, True))
        self.assertEqual(template.product_variant_ids.mapped("cartona_id"), ["650", "650"])
        with self.assertRaises(AssertionError, msg="a product with one variant is not asked"):
            Form(self.product("SINGLE").product_tmpl_id.with_user(manager)).marketplace_as_one = True

    def test_import_and_export(self):
        template = self.shirt()
        self.variants(template)[0].shopify_product = False
        columns = [".id", "marketplace_as_one", "marketplace_sku", "shopify_product"]
        exported = template.export_data(columns)["datas"]
        self.assertEqual(exported, [[str(template.id), True, "SHIRT", False]])
        other = self.template("OTHER")
        rows = [[str(cell) for cell in row] for row in (*exported, [other.id, True, "OTHERS", True])]
        templates = self.env["product.template"].with_context(import_file=True)
        self.assertFalse(templates.load(columns, rows)["messages"])
        self.assertEqual(self.listed(template), (self.none, True))
        self.assertEqual(self.variants(template).mapped("shopify_product"), [False, True])
        self.assertEqual(self.listed(other), (self.none, True))
        self.assertEqual(other.marketplace_sku, "OTHERS")


class TestSecurity(CommonListingCase):

    def test_whoever_may_change_products_may_switch(self):
        clerk = self.make_user("as-one-clerk", "product.group_product_manager,stock.group_stock_user")
        template = self.template("SHIRT")
        template.with_user(clerk).write({"marketplace_as_one": True, "marketplace_sku": "SHIRT"})
        self.assertEqual(self.listed(template), (self.env["product.product"], True))
        self.variants(template)[0].with_user(clerk).active = False
        template.with_user(clerk).marketplace_as_one = False
        self.assertFalse(self.whole(template).active)
        self.assertFalse(self.whole(template).with_user(clerk).has_access("read"))

    def test_whoever_may_not_change_products_may_not(self):
        user = self.make_user("as-one-user", "marketplace_sync.group_marketplace_user,stock.group_stock_user")
        template = self.shirt().with_user(user)
        self.assertFalse(template.has_access("write"))
        self.assertTrue(self.whole(template).with_user(user).has_access("read"))
        self.assertFalse(self.whole(template).with_user(user).has_access("write"))

    def test_other_companies_do_not_see_it(self):
        stranger = self.make_user(
            "as-one-stranger", "marketplace_sync.group_marketplace_manager", self.make_company("Elsewhere"))
        listing = self.whole(self.shirt())
        seen = self.env["marketplace.listing"].with_user(stranger).with_context(
            allowed_company_ids=stranger.company_ids.ids)
        self.assertNotIn(listing, seen.search([]))
        self.assertFalse(seen.browse(listing.id).has_access("read"))
