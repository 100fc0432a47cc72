# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dashboard in a browser."""

from odoo.tests import HttpCase, tagged

from .common import MarketplaceMixin


@tagged("post_install", "-at_install")
class TestDashboardTour(MarketplaceMixin, HttpCase):

    def setUp(self):
        super().setUp()
        self.env["marketplace.config"].search([]).unlink()
        type(self).company = self.env.ref("base.user_admin").company_id
        self.stock = self.stock_of(self.company)

    def test_without_accounts(self):
        self.make_user("tour-manager", "marketplace_sync.group_marketplace_manager")
        self.start_tour("/odoo", "marketplace_dashboard_empty_tour", login="tour-manager")
        self.assertFalse(self.env["marketplace.config"].search([]), "a guide that is left keeps nothing unasked")

    def test_cards(self):
        shop = self.open_shop()
        self.account = self.make_account(shop, name="Tour Shop")
        shop.add_item("TOUR-MUG", quantities={shop.main: 3})
        self.product("TOUR-MUG", 42, name="Tour Mug")
        self.make_user("tour-user", "marketplace_sync.group_marketplace_user")
        self.start_tour("/odoo", "marketplace_dashboard_tour", login="tour-user")
        self.assertEqual(shop.level("TOUR-MUG", shop.main), 42)
