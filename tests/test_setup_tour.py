# SPDX-License-Identifier: LGPL-3.0-or-later
"""Somebody new connects a shop by the guide alone, in a browser."""

from urllib.parse import quote

from odoo.tests import HttpCase, tagged

from .common import MarketplaceMixin


@tagged("post_install", "-at_install")
class TestSetupTour(MarketplaceMixin, HttpCase):

    def test_from_nothing_to_a_live_account(self):
        admin = self.env.ref("base.user_admin")
        self.company = admin.company_id
        accounts = self.env["marketplace.config"].with_context(active_test=False)
        accounts.search([]).unlink()
        warehouses = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)])
        self.stock = warehouses[0].lot_stock_id
        shop = self.open_shop()
        shop.add_item("GUIDE-MUG", quantities={shop.main: 3})
        mug, cup = (self.product(f"GUIDE-{name}", 42, sold=False, name=f"Guide {name}") for name in ("MUG", "CUP"))
        self.start_tour(
            "/odoo/action-marketplace_sync.marketplace_config_action", "marketplace_setup_tour", login="admin",
            cookies={"marketplace_tour_shop": quote(shop.url, safe="")})

        account = accounts.search([])
        self.assertEqual((account.name, account.state, account.shop_name), ("Our Store", "connected", "Sandbox"))
        self.assertEqual(shop.level("GUIDE-MUG", shop.main), 42)
        self.assertEqual((mug.shopify_product, cup.shopify_product), (True, True))
        self.assertEqual(self.listing(cup, account).state, "error", "the preview said that the shop does not know it")
