# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sales are kept back wherever the same goods are sold: in other stocks, in kits, in listings of whole products."""

from .test_holds import HoldCase


class TestOtherStocks(HoldCase):
    """Accounts that count differently, or other locations, sell the same goods all the same."""

    def setUp(self):
        super().setUp()
        self.other.location_ids.write({"location_ids": [(5,)], "warehouse_ids": [(6, 0, self.warehouse.ids)]})
        self.settle()
        self.sell(2)
        self.set_stock(self.thing, 9)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (2, (7, 7)))

    def test_whoever_looks_first_lets_go(self):
        self.hear(2)
        self.drain(self.other)
        self.drain(self.account)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (7, 7)))

    def test_the_shop_that_sold_is_away(self):
        """The others do not have to wait until it answers again."""
        self.account.state = "paused"
        self.hear(2)
        self.drain(self.other)
        self.assertEqual(self.shown()[1], 7)

    def test_the_account_counts_otherwise_from_now_on(self):
        self.account.stock_field = self.other.stock_field = "qty_available"
        self.settle()
        self.assertEqual((self.held(), self.shown()), (2, (7, 7)))
        self.hear(2)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (9, 9)), "on hand until they are shipped")

    def test_many_pools_cost_no_more_queries(self):
        self.env.flush_all()
        listings = self.env["marketplace.listing"].create([
            {"config_id": self.other.id, "product_id": self.product(f"N-{number}", 3, sold=False).id}
            for number in range(40)])
        numbers = self.env["marketplace.quantity"]
        variants = numbers._variants(listings)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            numbers._numbers(self.other, variants)
            return self.env.cr.sql_log_count - before

        def keep_back(some):
            for listing in some:
                pool.copy({"product_id": listing.product_id.id, "product_tmpl_id": listing.product_tmpl_id.id,
                           "seen": 3, "quantity": 1, "expires_at": pool.expires_at, "stock_key": pool.stock_key})

        pool = self.env["marketplace.hold"].search([], limit=1)
        keep_back(listings[:1])
        few = queries()
        keep_back(listings[1:])
        self.assertEqual(queries(), few)


class TestWholeProducts(HoldCase):

    def test_a_sale_of_a_whole_product_is_a_sale_of_any_variant(self):
        template = self.thing.product_tmpl_id
        listing = self.listing(self.thing)
        listing.active = False
        template.write({"marketplace_sku": "A"})
        whole = self.env["marketplace.listing"].create({"config_id": self.account.id, "product_tmpl_id": template.id})
        self.settle()
        self.assertTrue(whole.acked_at)
        self.sell(2)
        self.set_stock(self.thing, 9)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (2, (7, 7)))
        self.sell(shop=self.other_shop)
        self.set_stock(self.thing, 10)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (3, (7, 7)))
        self.hear(3)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (7, 7)))


class TestKits(HoldCase):

    def setUp(self):
        super().setUp()
        if "mrp.bom" not in self.env:
            self.skipTest("there are no kits without mrp")
        self.other_shop.add_item("KIT", quantities={self.other_shop.main: 0})
        self.shop.add_item("KIT", quantities={self.shop.main: 0})
        self.set_stock(self.thing, 8)
        self.pair = self.kit("KIT", {self.thing: 2})
        self.settle()
        self.assertEqual((self.shown(), self.kits()), ((8, 8), (4, 4)))

    def kits(self):
        return self.published(self.pair), self.other_shop.level("KIT", self.other_shop.main)

    def test_what_was_sold_alone_is_in_no_kit(self):
        self.sell(3)
        self.set_stock(self.thing, 9)
        self.settle()
        self.assertEqual((self.held(), self.shown(), self.kits()), (3, (6, 6), (3, 3)))
        self.hear(3)
        self.settle()
        self.assertEqual((self.held(), self.shown(), self.kits()), (0, (6, 6), (3, 3)))

    def test_what_was_sold_in_a_kit_is_not_sold_alone(self):
        self.shop.order("KIT", 1, self.shop.main)
        self.set_stock(self.thing, 10)
        self.settle()
        self.assertEqual((self.held(), self.shown(), self.kits()), (2, (8, 8), (4, 4)))
        self.hear(2)
        self.settle()
        self.assertEqual((self.held(), self.shown(), self.kits()), (0, (8, 8), (4, 4)))

    def test_a_kit_whose_order_has_arrived(self):
        self.shop.order("KIT", 1, self.shop.main)
        self.hear(2)
        self.settle()
        self.assertEqual((self.held(), self.shown(), self.kits()), (0, (6, 6), (3, 3)))
