# SPDX-License-Identifier: LGPL-3.0-or-later
"""A product's marketplaces in a browser: published in bulk, failing and retried, explained, and hidden."""

from odoo.tests import HttpCase, tagged

from .common import MarketplaceMixin

SELLER = "marketplace_sync.group_marketplace_user,product.group_product_manager,stock.group_stock_user"
CLERK = "product.group_product_manager,stock.group_stock_manager"


@tagged("post_install", "-at_install")
class TestTourProduct(MarketplaceMixin, HttpCase):

    def setUp(self):
        super().setUp()
        self.company = self.env.ref("base.user_admin").company_id
        self.stock = self.stock_of(self.company)
        self.shop = self.open_shop()
        self.account = self.make_account(self.shop, name="Tour Shop")
        self.seller = self.make_user("tour-seller", SELLER, self.company)

    def start(self, tour, products, login="tour-seller"):
        """Start it on a list of these products, which has cards, too."""
        action = self.env["ir.actions.act_window"].create({
            "name": "Tour Products", "res_model": "product.template", "view_mode": "list,kanban,form",
            "domain": [("id", "in", products.ids)]})
        self.start_tour(f"/odoo/action-{action.id}", tour, login=login)

    def failing(self):
        """A product the shop did not know when its number was pushed, and knows now."""
        mug = self.product("TOUR-MUG", 42, name="Tour Mug")
        with self.silence():
            self.drain()
        self.shop.add_item("TOUR-MUG", quantities={self.shop.main: 3})
        return mug

    def test_publishing_in_bulk(self):
        goods = self.env["product.product"]
        for number in (1, 2):
            goods |= self.product(f"TOUR-{number}", 10 * number, sold=False, name=f"Tour Product {number}")
            self.shop.add_item(f"TOUR-{number}", quantities={self.shop.main: 0})
        goods |= self.product(False, 5, sold=False, name="Tour Product without SKU")
        self.start("marketplace_sync_bulk_tour", goods.product_tmpl_id)
        self.assertEqual([self.shop.level(f"TOUR-{number}", self.shop.main) for number in (1, 2)], [10, 20])
        self.assertFalse(any(goods.mapped("shopify_product")), "stopped in the end")

    def test_a_failure_and_its_retry(self):
        mug = self.failing()
        self.start("marketplace_sync_retry_tour", mug.product_tmpl_id)
        self.assertEqual(self.shop.level("TOUR-MUG", self.shop.main), 42)

    def test_why(self):
        mug = self.failing()
        self.start("marketplace_sync_why_tour", mug.product_tmpl_id)

    def test_without_rights_there_is_none_of_it(self):
        mug = self.failing()
        self.make_user("tour-clerk", CLERK, self.company)
        self.start("marketplace_sync_hidden_tour", mug.product_tmpl_id, login="tour-clerk")
