# SPDX-License-Identifier: LGPL-3.0-or-later
"""From a line of the log to what it is about, in a browser."""

from odoo.tests import HttpCase, tagged

from .common import MarketplaceMixin

LOG = "/odoo/action-marketplace_sync.marketplace_sync_log_action"


@tagged("post_install", "-at_install")
class TestTourLogs(MarketplaceMixin, HttpCase):

    def setUp(self):
        super().setUp()
        self.env["marketplace.config"].search([]).unlink()
        self.company = self.env.ref("base.user_admin").company_id
        self.stock = self.stock_of(self.company)
        self.shop = self.open_shop()
        self.account = self.make_account(self.shop, name="Tour Shop")
        self.shop.add_item("TOUR-MUG", quantities={self.shop.main: 3})
        mug = self.product("TOUR-MUG", 42, name="Tour Mug")
        self.drain()
        self.shop.item("TOUR-MUG").tracked = False
        self.set_stock(mug, 41)
        with self.silence():
            self.drain()
        self.failed = self.listing(mug)
        self.assertEqual(self.failed.state, "error")
        self.assertTrue(self.shop.token.startswith("shpat_"), "what the tour takes for a secret")
        self.requests = self.shop.stats.requests

    def kept(self):
        return self.env["marketplace.exchange"].search([("config_id", "=", self.account.id)], order="id")

    def test_a_failed_push(self):
        self.make_user("tour-manager", "marketplace_sync.group_marketplace_manager", self.company)
        before = self.kept()
        self.start_tour(LOG, "marketplace_sync_log_tour", login="tour-manager")
        self.assertEqual(self.shop.stats.requests, self.requests + 1)
        again = self.kept() - before
        self.assertIn(again.body, before.mapped("body"))
        self.assertEqual(again.listing_ids, self.failed)

    def test_without_the_rights_to_repeat(self):
        self.make_user("tour-user", "marketplace_sync.group_marketplace_user", self.company)
        self.start_tour(LOG, "marketplace_sync_log_reader_tour", login="tour-user")
        self.assertEqual(self.shop.stats.requests, self.requests)
