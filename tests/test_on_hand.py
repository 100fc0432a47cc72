# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shopify fed with what is on hand: it subtracts its own orders by itself."""

from .draining import DrainCase


class TestOnHand(DrainCase):

    def setUp(self):
        super().setUp()
        self.account.write({"shopify_quantity": "on_hand", "stock_field": "qty_available"})
        self.thing = self.offer("A", 10)
        self.drain()

    def level(self):
        level = self.shop.item("A").levels[self.shop.main]
        return level.on_hand, level.available, level.committed

    def test_its_own_orders_stay_subtracted(self):
        self.assertEqual(self.level(), (10, 10, 0))
        self.shop.order("A", 3, self.shop.main)
        self.set_stock(self.thing, 12)
        self.drain()
        self.assertEqual(self.level(), (12, 9, 3))
        self.assertFalse(self.env["marketplace.hold"].search([]), "nothing was sold that it did not subtract")

    def test_an_order_is_reserved_and_shipped(self):
        self.shop.order("A", 3, self.shop.main)
        self.move(self.thing, 3, self.stock, self.customer, done=False)
        self.drain()
        self.assertEqual(self.level(), (10, 7, 3), "reserving changes nothing on hand")

    def test_from_available_to_on_hand(self):
        """What was acknowledged as the one is no number of the other: it is read first, and nobody sold anything."""
        self.account.write({"shopify_quantity": "available", "stock_field": "free_qty"})
        self.drain()
        self.shop.order("A", 4, self.shop.main)
        self.move(self.thing, 4, self.stock, self.customer, done=False)
        self.drain()
        self.assertEqual(self.level(), (10, 6, 4))
        self.account.write({"shopify_quantity": "on_hand", "stock_field": "qty_available"})
        self.drain()
        self.assertEqual(self.level(), (10, 6, 4))
        self.assertFalse(sum(self.env["marketplace.hold"].search([]).mapped("quantity")))
