# SPDX-License-Identifier: LGPL-3.0-or-later
"""From a stock change in Odoo to the number on each marketplace but Shopify, whose drain the other tests know."""

from odoo import Command

from odoo.addons.marketplace_sync.sandbox.cartona import Supplier
from odoo.addons.marketplace_sync.sandbox.ebay import Marketplace
from odoo.addons.marketplace_sync.sandbox.marketplace import serve
from odoo.addons.marketplace_sync.sandbox.odd import OddShop

from .common import MarketplaceCase


class PlatformDrainCase(MarketplaceCase):
    platform = shop_class = None
    secrets = {}

    def setUp(self):
        super().setUp()
        self.market = self.shop_class()
        running = serve(self.market)
        address = running.__enter__().url
        self.addCleanup(running.__exit__, None, None, None)
        self.seller = self.env["marketplace.config"].create({
            "name": f"Seller on {self.platform}", "platform": self.platform, "company_id": self.company.id,
            "base_url": address, "allow_private": True, "calls_per_second": 0, **self.account_values()})
        for key, value in self.secret_values().items():
            self.env["marketplace.credential"]._set(self.seller, key, value)
        self.seller.action_test_connection()

    def account_values(self):
        return {}

    def secret_values(self):
        return {}

    def offer(self, sku, stock, **values):
        return self.product(sku, stock, sold=False, **{f"{self.platform}_product": True, **values})

    def push(self):
        with self.silence():
            result = self.drain(self.seller)
        return result["done"], result["failed"], result["remaining"]


class CommonTests:
    """What holds on every platform."""

    def test_connected_and_mapped(self):
        self.assertEqual(self.seller.state, "connected")
        self.assertEqual(len(self.seller.location_ids), 1)
        self.assertEqual(self.seller.location_ids.location_ids, self.stock)

    def test_a_change_arrives(self):
        self.market.add_item("A", 3)
        product = self.offer("A", 7)
        self.assertEqual(self.push(), (1, 0, 0))
        self.assertEqual(self.market.level("A"), 7)
        self.set_stock(product, 0)
        self.assertEqual(self.push(), (1, 0, 0))
        self.assertEqual(self.market.level("A"), 0)
        self.assertEqual(self.listing(product, self.seller).quantity, 0)

    def test_one_that_is_refused_among_good_ones(self):
        for number in range(24):
            self.market.add_item(f"GOOD-{number}", 0)
            self.offer(f"GOOD-{number}", number + 1)
        bad = self.offer("NONE", 5)
        self.assertEqual(self.push(), (24, 1, 0))
        self.assertEqual([self.market.level(f"GOOD-{number}") for number in range(24)], list(range(1, 25)))
        listing = self.listing(bad, self.seller)
        self.assertEqual(listing.state, "error")
        self.assertTrue(listing.error)

    def test_trouble_keeps_the_marks(self):
        self.market.add_item("A", 3)
        product = self.offer("A", 7)
        self.market.fault("503", times=1000)
        self.seller.failures = 10  # a long pause, that nobody sits out
        self.push()
        self.assertTrue(self.listing(product, self.seller).is_waiting)
        self.assertEqual(self.seller.state, "connected")
        self.market.faults.clear()
        self.assertEqual(self.push()[2], 0)
        self.assertEqual(self.market.level("A"), 7)


class TestEbay(CommonTests, PlatformDrainCase):
    platform, shop_class = "ebay", Marketplace

    def account_values(self):
        return {"client_id": self.market.client_id, "client_secret": self.market.client_secret}

    def secret_values(self):
        return {"refresh_token": self.market.refresh_token}

    def test_a_listing_made_on_ebays_pages(self):
        number = self.market.add_trading_item("OLD", 3)
        self.market.add_item("NEW", 3)
        old, new = self.offer("OLD", 8, ebay_item_id=number), self.offer("NEW", 9)
        self.assertEqual(self.push(), (2, 0, 0))
        self.assertEqual((self.market.level("OLD"), self.market.level("NEW")), (8, 9))
        self.assertEqual({write.sku: write.api for write in self.market.writes}, {"OLD": "trading", "NEW": "inventory"})
        self.assertTrue(self.listing(old, self.seller).external_id.startswith("item:"))
        self.assertTrue(self.listing(new, self.seller).external_id.startswith("offer:"))

    def test_variations_under_one_number(self):
        number = self.market.add_trading_item("SHIRT", variations={"SHIRT-S": 1, "SHIRT-M": 2})
        template = self.template("SHIRT", sold=False)
        template.write({"ebay_item_id": number, "ebay_product": True})
        for variant, pieces in zip(template.product_variant_ids, (5, 6), strict=True):
            self.set_stock(variant, pieces)
        self.assertEqual(self.push(), (2, 0, 0))
        self.assertEqual((self.market.level("SHIRT-S"), self.market.level("SHIRT-M")), (5, 6))

    def test_a_number_of_a_listing_the_inventory_api_made(self):
        """Entered needlessly, for all variants of a product: each is still found, and pushed where it has to be."""
        for sku in ("CAP-S", "CAP-M"):
            self.market.add_item(sku, 1, listing_id="110000777000")
        template = self.template("CAP", sold=False)
        template.write({"ebay_item_id": "110000777000", "ebay_product": True})
        for variant, pieces in zip(template.product_variant_ids, (5, 6), strict=True):
            self.set_stock(variant, pieces)
        self.assertEqual(self.push(), (2, 0, 0))
        self.assertEqual((self.market.level("CAP-S"), self.market.level("CAP-M")), (5, 6))
        self.assertEqual({write.api for write in self.market.writes}, {"inventory"})

    def test_an_item_number_ebay_does_not_know(self):
        product = self.offer("A", 5, ebay_item_id="110000000000")
        self.assertEqual(self.push(), (0, 1, 0))
        self.assertIn("no item with the id 110000000000", self.listing(product, self.seller).error)

    def test_the_marketplaces_own_limits_are_known(self):
        self.market.add_item("A", 3)
        self.offer("A", 7)
        self.push()
        allowances = {allowance.name: allowance for allowance in self.seller.allowance_ids}
        self.assertEqual(allowances["inventory"].granted, 5000)
        self.assertFalse(allowances["inventory"].is_assumed)
        self.assertEqual(allowances["inventory"].used, self.market.stats.apis["inventory"])
        [revision] = self.env["marketplace.revision"].search([])
        self.assertEqual(revision.number, 1)

    def test_a_new_access_token_is_kept(self):
        [token] = self.seller.credential_ids.filtered(lambda credential: credential.key == "token")
        self.assertIn(token.value, self.market.oauth.access_tokens)
        self.assertTrue(token.expires_at)


class TestCartona(CommonTests, PlatformDrainCase):
    platform, shop_class = "cartona", Supplier

    def account_values(self):
        return {"access_token": self.market.token}

    def test_by_its_own_id(self):
        cartona_id = self.market.add_item("", 3)
        product = self.offer(False, 6, cartona_id=cartona_id)
        self.assertEqual(self.push(), (1, 0, 0))
        self.assertEqual(self.market.level(cartona_id), 6)
        self.assertEqual(self.listing(product, self.seller).state, "linked")

    def test_another_token_may_be_another_seller(self):
        self.market.add_item("A", 3)
        product = self.offer("A", 7)
        self.push()
        listing = self.listing(product, self.seller)
        self.assertEqual((listing.state, listing.quantity), ("linked", 7))
        self.seller.access_token = self.market.token
        self.assertEqual((listing.state, listing.external_id, len(listing.level_ids)), ("pending", False, 0))
        self.assertEqual(self.push(), (1, 0, 0))

    def test_read_back_by_the_setting(self):
        self.assertEqual(self.seller.verify, "sample")
        for setting in ("always", "sample", "never"):
            self.seller.verify = setting
            self.assertEqual(self.seller._adapter_options()["verify"], setting)


class TestRest(CommonTests, PlatformDrainCase):
    platform, shop_class = "rest", OddShop

    def account_values(self):
        return {
            "rest_profile_id": self.env.ref("marketplace_sync.marketplace_rest_profile_odd").id,
            "username": "odd", "password": self.market.token}

    def test_the_request_can_be_looked_at(self):
        product = self.offer("A", 7)
        self.listing(product, self.seller).flush_recordset()
        action = self.listing(product, self.seller).action_preview_request()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(preview.method, "PUT")
        self.assertIn('"bestand": "7"', preview.body)
        self.assertNotIn(self.market.token, f"{preview.url} {preview.headers} {preview.body}")
        self.assertFalse(self.market.writes)

    def test_locations_of_the_format(self):
        self.assertEqual(self.seller.location_ids.external_id, "HAUPT")
        self.seller.location_ids.location_ids = [Command.clear()]
        self.market.add_item("A", 3)
        self.offer("A", 7)
        self.push()
        self.assertEqual(self.market.level("A"), 3, "no Odoo location feeds it")
