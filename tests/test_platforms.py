# SPDX-License-Identifier: LGPL-3.0-or-later
"""What differs from one marketplace to the next, on accounts and on products."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from odoo.addons.marketplace_sync.models.platforms import PLATFORMS

from .common import MarketplaceCase


class TestPlatformAccounts(MarketplaceCase):
    def new(self, platform, **values):
        return self.env["marketplace.config"].create({
            "name": f"New {platform}", "platform": platform, "company_id": self.company.id, **values})

    def test_addresses_of_platforms_that_have_one(self):
        self.assertEqual(self.new("ebay").base_url, "https://api.ebay.com")
        self.assertEqual(self.new("ebay", sandbox=True).base_url, "https://api.sandbox.ebay.com")
        self.assertEqual(self.new("cartona").base_url, "https://supplier-integrations.cartona.com")

    def test_a_shopify_account_needs_its_address(self):
        with self.assertRaisesRegex(ValidationError, "not a shop's address"):
            self.new("shopify")

    def test_the_switch_moves_between_sandbox_and_production(self):
        account = self.new("ebay", client_id="x")
        account.state = "connected"
        account.sandbox = True
        self.assertEqual(account.base_url, "https://api.sandbox.ebay.com")
        self.assertEqual(account.state, "draft", "it is another shop")
        account.sandbox = False
        self.assertEqual(account.base_url, "https://api.ebay.com")

    def test_an_address_somebody_entered_stays(self):
        account = self.new("ebay", base_url="https://proxy.example.com")
        account.sandbox = True
        self.assertEqual(account.base_url, "https://proxy.example.com")

    def test_sizes_the_platform_suggests(self):
        sizes = {platform: self.new(platform).batch_size for platform in ("ebay", "cartona")}
        self.assertEqual(sizes, {"ebay": 25, "cartona": 100})
        self.assertEqual(self.account.batch_size, 250)
        self.assertEqual(self.new("ebay", batch_size=1).batch_size, 1)

    def test_a_new_column_leaves_the_others_alone(self):
        """What an update does that adds one of these fields to accounts that were there before."""
        self.account.write({"batch_size": 100, "parallel": 2, "calls_per_second": 7})
        for name in ("batch_size", "parallel", "calls_per_second"):
            self.env.add_to_compute(self.account._fields[name], self.account)
            self.env.flush_all()
            kept = {"batch_size": 100, "parallel": 2, "calls_per_second": 7}
            del kept[name]
            self.assertRecordValues(self.account, [kept])
            self.account.write({"batch_size": 100, "parallel": 2, "calls_per_second": 7})

    def test_no_more_than_the_platform_takes(self):
        with self.assertRaisesRegex(ValidationError, "eBay takes at most 25"):
            self.new("ebay", batch_size=26)

    def test_the_form_follows_the_platform(self):
        with Form(self.env["marketplace.config"]) as form:
            form.name = "From the form"
            form.platform = "ebay"
            self.assertEqual((form.base_url, form.batch_size), ("https://api.ebay.com", 25))
            form.platform = "cartona"
            self.assertEqual((form.base_url, form.batch_size), ("https://supplier-integrations.cartona.com", 100))

    def test_a_rest_account_needs_its_format(self):
        with self.assertRaisesRegex(ValidationError, "request format"):
            self.new("rest", base_url="https://shop.example.com")

    def test_a_rest_address_may_have_a_path(self):
        profile = self.env["marketplace.rest.profile"].search([], limit=1)
        account = self.new("rest", base_url="https://shop.example.com/api/v2/", rest_profile_id=profile.id)
        self.assertEqual(account.base_url, "https://shop.example.com/api/v2")
        with self.assertRaisesRegex(ValidationError, "not a shop's address"):
            account.base_url = "https://shop.example.com/api?key=1"

    def test_the_platform_stays(self):
        with self.assertRaisesRegex(UserError, "can't change its platform"):
            self.account.platform = "ebay"
        cartona, ebay = self.new("cartona"), self.new("ebay")
        with self.assertRaisesRegex(UserError, "can't change its platform"):
            (cartona | ebay).platform = "ebay"

    def test_a_view_for_scripts_per_platform(self):
        for platform in PLATFORMS:
            self.env.cr.execute(f"SELECT product_id, sorted FROM stock_availability_dirty_{platform}")


class TestPlatformProducts(MarketplaceCase):
    def setUp(self):
        super().setUp()
        self.ebay = self.env["marketplace.config"].create({
            "name": "eBay", "platform": "ebay", "company_id": self.company.id})

    def test_each_tick_lists_on_its_platform(self):
        product = self.product("A", sold=False, ebay_product=True)
        self.assertEqual(product.marketplace_listing_ids.config_id, self.ebay)
        product.shopify_product = True
        self.assertEqual(product.marketplace_listing_ids.config_id, self.ebay | self.account)
        product.ebay_product = False
        self.assertEqual(product.marketplace_listing_ids.config_id, self.account)

    def test_ticks_of_the_whole_product(self):
        template = self.template("T", sold=False)
        template.ebay_product = True
        self.assertEqual(template.product_variant_ids.mapped("ebay_product"), [True, True])
        self.assertFalse(template.shopify_product)
        template.product_variant_ids[0].ebay_product = False
        self.assertEqual((template.ebay_product, template.ebay_partly, template.shopify_partly), (False, True, False))
        found = self.env["product.template"].search([("ebay_product", "=", True), ("id", "=", template.id)])
        self.assertEqual(found, template)

    def test_one_item_number_for_all_variants(self):
        template = self.template("T", sold=False)
        template.ebay_item_id = "110001"
        self.assertEqual(template.product_variant_ids.mapped("ebay_item_id"), ["110001", "110001"])
        template.product_variant_ids[0].ebay_item_id = "110002"
        self.assertFalse(template.ebay_item_id)

    def test_ids_given_when_a_product_is_made(self):
        template = self.env["product.template"].create({
            "name": "New", "is_storable": True, "ebay_item_id": "7", "cartona_id": "8", "ebay_product": True})
        variant = template.product_variant_id
        self.assertEqual((variant.ebay_item_id, variant.cartona_id), ("7", "8"))
        self.assertEqual(variant.marketplace_listing_ids.config_id, self.ebay)

    def test_what_ebay_wants_to_know(self):
        product = self.product("A")
        self.assertEqual((product.ebay_condition, product.ebay_listing_duration), ("1000", "GTC"))
        conditions = dict(self.env["product.template"]._fields["ebay_condition"].selection)
        self.assertEqual(conditions, {"1000": "New", "2000": "Refurbished", "3000": "Used"})
        durations = dict(self.env["product.template"]._fields["ebay_listing_duration"].selection)
        self.assertEqual(set(durations), {"Days_7", "Days_30", "GTC"})

    def test_another_id_is_another_link(self):
        product = self.product("A", ebay_product=True)
        shopify, ebay = self.listing(product), self.listing(product, self.ebay)
        (shopify | ebay).write({"state": "linked", "external_id": "x", "sku": "A"})
        self.forget_marks()
        product.ebay_item_id = "110001"
        self.assertEqual((ebay.state, ebay.external_id, shopify.state), ("pending", False, "linked"))
        self.assertEqual(self.sorted_listings(), ebay)
