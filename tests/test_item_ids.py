# SPDX-License-Identifier: LGPL-3.0-or-later
"""Listings found by a marketplace's own id: nobody's number goes to somebody else's item."""

from odoo import Command
from odoo.tests import tagged

from odoo.addons.marketplace_sync.adapters.base import RemoteItem

from .common import MarketplaceCase
from .stub_adapter import stub


@tagged("post_install", "-at_install")
class TestItemIds(MarketplaceCase):
    def setUp(self):
        super().setUp()
        patcher = stub("cartona")
        self.adapter = patcher.__enter__()
        self.addCleanup(patcher.__exit__, None, None, None)
        self.seller = self.env["marketplace.config"].create({
            "name": "Cartona", "platform": "cartona", "company_id": self.company.id, "access_token": "token"})
        self.env["marketplace.location"].create({
            "config_id": self.seller.id, "name": "Main", "external_id": "default",
            "location_ids": [Command.set(self.stock.ids)]})
        self.seller.state = "connected"

    def offer(self, sku, stock, cartona_id=False):
        return self.product(sku, stock, sold=False, cartona_product=True, cartona_id=cartona_id)

    def link_of(self, product):
        listing = self.listing(product, self.seller)
        return listing.state, listing.external_id

    def push(self):
        with self.silence():
            return self.drain(self.seller)

    def test_two_products_with_one_id(self):
        first, second = self.offer("A", 5, "77"), self.offer("B", 9, "77")
        self.push()
        self.assertFalse(self.adapter.pushed, "one would overwrite the other for ever")
        self.assertEqual([self.link_of(first), self.link_of(second)], [("error", False)] * 2)
        self.assertIn("Product B leads to the same item", self.listing(first, self.seller).error)
        second.cartona_id = "78"
        self.push()
        self.assertEqual(sorted(self.adapter.pushed), [("A", 5), ("B", 9)])
        self.assertEqual([self.link_of(first), self.link_of(second)], [("linked", "id 77"), ("linked", "id 78")])

    def test_an_id_that_is_taken(self):
        first = self.offer("A", 5, "77")
        self.push()
        second = self.offer("B", 9, "77")
        self.push()
        self.assertEqual(self.link_of(first), ("linked", "id 77"))
        self.assertEqual(self.link_of(second), ("error", False))
        self.assertEqual(self.adapter.pushed, [("A", 5)])
        first.cartona_id = "76"
        self.push()
        self.assertEqual(self.link_of(second), ("linked", "id 77"), "it is free now")

    def test_an_archived_product_lets_go_of_its_item(self):
        first = self.offer("A", 5, "77")
        self.push()
        first.active = False
        second = self.offer("B", 9, "77")
        self.push()
        self.assertEqual(self.link_of(second), ("linked", "id 77"))

    def test_an_id_corrected_while_it_was_not_sold(self):
        product = self.offer("A", 5, "77")
        self.push()
        product.cartona_product = False
        product.cartona_id = "78"
        product.cartona_product = True
        self.assertEqual(self.link_of(product), ("pending", False))
        self.push()
        self.assertEqual(self.link_of(product), ("linked", "id 78"))

    def test_an_id_corrected_while_the_shop_is_asked(self):
        product = self.offer("A", 5, "77")
        plain = self.adapter.find

        def find_while_correcting(adapter, skus, item_ids=()):
            if "77" in item_ids:
                with self.registry.cursor() as cr:
                    product.with_env(self.env(cr=cr)).cartona_id = "78"
            return plain(adapter, skus, item_ids)
        self.adapter.find = find_while_correcting
        self.push()
        self.assertEqual(self.link_of(product), ("linked", "id 78"))

    def test_blanks_around_an_id(self):
        product = self.offer("A", 5, "\t77\u00a0\n")
        self.push()
        self.assertEqual(self.link_of(product), ("linked", "id 77"))

    def test_a_sku_that_leads_to_an_item_linked_by_id(self):
        first = self.offer("A", 5, "77")
        self.push()
        self.adapter.find = lambda _adapter, _skus, _item_ids=(): iter([RemoteItem("id 77", "B", item_id="77")])
        second = self.offer("B", 9)
        self.push()
        self.assertEqual(self.link_of(second), ("error", False))
        self.assertEqual(self.link_of(first), ("linked", "id 77"))
