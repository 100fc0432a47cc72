# SPDX-License-Identifier: LGPL-3.0-or-later
"""The first steps of somebody new, in a browser."""

from odoo.tests import HttpCase, tagged

from .common import MarketplaceMixin


@tagged("post_install", "-at_install")
class TestTour(MarketplaceMixin, HttpCase):

    def test_first_steps(self):
        admin = self.env.ref("base.user_admin")
        self.company = admin.company_id
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)])
        self.stock = warehouse[0].lot_stock_id
        shop = self.open_shop()
        shop.add_item("TOUR-MUG", quantities={shop.main: 3})
        mug = self.product("TOUR-MUG", 42, sold=False, name="Tour Mug")
        account = self.env["marketplace.config"].create({
            "name": "Tour Shop", "company_id": self.company.id, "base_url": shop.url, "allow_private": True,
            "access_token": shop.token})
        self.start_tour(f"/odoo/product.template/{mug.product_tmpl_id.id}", "marketplace_sync_tour", login="admin")

        self.assertEqual(shop.level("TOUR-MUG", shop.main), 42)
        self.assertEqual(account.state, "connected")
        self.assertTrue(mug.shopify_product)
