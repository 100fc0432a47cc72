# SPDX-License-Identifier: LGPL-3.0-or-later
"""A SKU, an item and a shop change hands: nobody is left with somebody else's number."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.marketplace_sync.adapters.base import RemoteItem
from odoo.addons.marketplace_sync.adapters.shopify import ShopifyAdapter

from .draining import DrainCase


@tagged("post_install", "-at_install")
class TestSku(DrainCase):

    def test_an_archived_products_sku_goes_to_the_new_product(self):
        former = self.offer("SAME", 5)
        self.drain()
        former.active = False
        new = self.product("SAME", stock=9)
        self.drain()
        self.assertEqual(self.published(new), 9)
        self.assertEqual(self.listing(new).state, "linked")
        self.assertFalse(self.listing(former).external_id, "an item has one number, and one listing that gives it")

    def test_an_archived_product_never_linked_does_not_take_the_item(self):
        former = self.offer("LATE", 5)
        former.active = False
        new = self.product("LATE", stock=9)
        with self.silence():
            self.drain()
        self.assertEqual(self.published(new), 9)
        self.assertEqual(self.listing(former).state, "error")
        self.assertIn("archived", self.listing(former).error)

    def test_archiving_the_namesake_frees_the_sku(self):
        kept, other = self.offer("TWIN", 4), self.product("TWIN", stock=1)
        with self.silence():
            self.drain()
        self.assertEqual(self.listing(kept).state, "error")
        other.active = False
        with self.silence():
            self.drain()
        self.assertEqual(self.published(kept), 4)

    def test_deleting_the_namesake_frees_the_sku(self):
        kept, other = self.offer("TWIN", 4), self.product("TWIN")
        with self.silence():
            self.drain()
        other.unlink()
        self.drain()
        self.assertEqual(self.published(kept), 4)

    def test_writing_the_same_sku_again_changes_nothing(self):
        product = self.offer("NIGHTLY", 5)
        self.drain()
        listing = self.listing(product)
        before = listing.external_id, listing.level_ids
        product.default_code = "NIGHTLY"
        self.assertEqual((listing.external_id, listing.level_ids), before)
        self.assertFalse(self.marks(product))

    def test_sku_of_a_product_listed_as_a_whole(self):
        product = self.offer("WHOLE", 5, sold=False)
        listing = self.env["marketplace.listing"].create({
            "config_id": self.account.id, "product_tmpl_id": product.product_tmpl_id.id})
        self.drain()
        self.assertEqual((listing.sku, self.published(product)), ("WHOLE", 5))
        product.default_code = "PARTS"
        self.shop.add_item("PARTS", quantities={self.shop.main: 0})
        self.drain()
        self.assertEqual((listing.sku, self.published(product)), ("PARTS", 5))


@tagged("post_install", "-at_install")
class TestTicks(DrainCase):

    def test_unticking_reaches_archived_variants(self):
        template = self.template("ARCH")
        template.product_variant_ids[0].active = False
        template.shopify_product = False
        variants = template.with_context(active_test=False).product_variant_ids
        self.assertEqual(variants.mapped("shopify_product"), [False, False])

    def test_importing_a_half_ticked_product_as_exported(self):
        template = self.template("HALF", sold=False)
        template.product_variant_ids[0].shopify_product = True
        template.with_context(import_file=True).shopify_product = False
        self.assertEqual(template.product_variant_ids.mapped("shopify_product"), [True, False])

    def test_importing_a_ticked_product_as_unticked(self):
        template = self.template("WHOLE")
        template.with_context(import_file=True).shopify_product = False
        self.assertEqual(template.product_variant_ids.mapped("shopify_product"), [False, False])

    def test_unticking_while_the_account_is_archived(self):
        product = self.offer("AWAY", 5)
        listing = self.listing(product)
        self.account.active = False
        product.shopify_product = False
        self.account.active = True
        self.assertFalse(listing.active)


@tagged("post_install", "-at_install")
class TestAddress(DrainCase):

    def test_the_same_address_typed_otherwise_changes_nothing(self):
        product = self.offer("STAY", 5)
        self.drain()
        self.account.base_url = f" {self.account.base_url}/ "
        self.assertEqual(self.account.state, "connected")
        self.assertTrue(self.account.location_ids.location_ids)
        self.assertEqual(self.listing(product).state, "linked")

    def test_changed_while_linking(self):
        """The ids found are the former shop's: none of them may reach the account, which is another shop's now."""
        product = self.offer("MOVED", 5)
        other = self.open_shop(name="Another")

        def find_while_moving(*_args):
            with self.registry.cursor() as cr:
                self.env(cr=cr)["marketplace.config"].browse(self.account.id).base_url = other.url
            return iter([RemoteItem(self.shop.item("MOVED").gid, "MOVED")])

        with patch.object(ShopifyAdapter, "find", find_while_moving):
            self.drain()
        self.assertEqual(self.account.base_url, other.url)
        self.assertEqual((self.listing(product).state, self.listing(product).external_id), ("pending", False))
