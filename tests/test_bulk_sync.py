# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sync now for many listings: marked at once, pushed by their accounts' scheduled actions, and watched."""

from odoo import fields

from .bulk_kit import USER, BulkCase


class TestBulkSync(BulkCase):

    def setUp(self):
        super().setUp()
        for product in self.goods[:4]:
            self.shop.add_item(product.default_code, quantities={self.shop.main: 0})
            self.set_stock(product, 7)
        self.goods.shopify_product = True
        self.sort()
        self.forget_marks()

    def begin(self):
        answer = self.as_seller(self.goods).action_sync_with_marketplaces()
        self.assertIn("5 listings are pushed in the background", answer["params"]["message"])
        return self.bulk()

    def test_they_are_pushed(self):
        bulk = self.begin()
        self.assertEqual(self.marks().listing_id, self.account.listing_ids)
        with self.silence():
            self.drain()
        self.assertEqual([self.published(product) for product in self.goods[:4]], [7] * 4)
        self.run_cron()
        self.assertEqual((bulk.state, bulk.failed_count, bulk.failed), ("done", 1, self.listing(self.goods[4]).ids))
        last = self.told()[-1]
        self.assertEqual((last["is_over"], last["type"]), (True, "warning"))
        self.assertIn("4 listings are up to date. 1 failed", last["message"])
        opened = self.as_seller(bulk).action_open_failed()
        self.assertEqual(self.env[opened["res_model"]].search(opened["domain"]), self.listing(self.goods[4]))

    def test_while_they_wait_somebody_comes_back(self):
        bulk = self.begin()
        with self.silence():
            self.drain(limit=2)
        self.run_cron()
        self.assertEqual(bulk.state, "running")
        self.assertEqual([told["message"] for told in self.told()], [f"{bulk.position} of 5 done."])
        self.assertTrue(self.env["ir.cron.trigger"].search([
            ("cron_id", "=", self.env.ref("marketplace_sync.ir_cron_bulk").id),
            ("call_at", ">", fields.Datetime.now())]))

    def test_whoever_may_not_change_products_may_have_them_pushed(self):
        self.seller = self.make_user("bulk-onlooker", USER)
        bulk = self.begin()
        with self.silence():
            self.drain()
        self.run_cron()
        self.assertEqual((bulk.user_id, bulk.state), (self.seller, "done"))

    def test_one_that_asks_which_number_is_right_is_not_pushed(self):
        asking = self.listing(self.goods[0])
        asking.state = "conflict"
        self.begin()
        self.assertEqual(self.marks().listing_id, self.account.listing_ids - asking)

    def test_nor_is_it_told_to_be_up_to_date(self):
        self.listing(self.goods[0]).state = "conflict"
        bulk = self.begin()
        with self.silence():
            self.drain()
        self.run_cron()
        self.assertEqual((bulk.state, bulk.position), ("done", 4))
        self.assertEqual(self.told()[-1]["type"], "warning")
        self.assertIn("3 listings are up to date. 1 still wait: each says why. 1 failed", self.told()[-1]["message"])

    def test_one_that_failed_before_and_waits_is_not_told_twice(self):
        failed = self.listing(self.goods[0])
        failed.state = "error"
        bulk = self.begin()
        self.env.cr.execute("UPDATE marketplace_bulk SET create_date = create_date - interval '2 hours'")
        bulk.invalidate_recordset()
        self.run_cron()
        self.assertEqual((bulk.position, bulk.failed_count), (0, 0))

    def test_what_is_deleted_meanwhile_is_not_counted(self):
        bulk = self.begin()
        self.goods[4].unlink()
        with self.silence():
            self.drain()
        self.run_cron()
        self.assertEqual((bulk.state, bulk.total), ("done", 4))
        self.assertEqual(self.told()[-1]["message"], "4 listings are up to date.")

    def test_those_of_archived_accounts_are_left_out(self):
        other = self.make_account(self.open_shop(), name="Other")
        self.env["marketplace.listing"]._follow_ticks(self.goods, "shopify")
        self.assertEqual(len(other.listing_ids), 5)
        other.active = False
        self.assertEqual(self.begin().records, self.account.listing_ids.ids)

    def test_archived_accounts_alone(self):
        self.account.active = False
        answer = self.as_seller(self.goods).action_sync_with_marketplaces()["params"]
        self.assertEqual((answer["type"], self.bulk()), ("warning", self.env["marketplace.bulk"]))

    def test_what_changes_later_is_not_waited_for(self):
        bulk = self.begin()
        with self.silence():
            self.drain()
        self.account.listing_ids._mark("later")
        self.run_cron()
        self.assertEqual(bulk.state, "done")

    def test_a_shop_that_stays_away_is_not_watched_for_ever(self):
        bulk = self.begin()
        self.env.cr.execute("UPDATE marketplace_bulk SET create_date = create_date - interval '2 hours'")
        bulk.invalidate_recordset()
        self.run_cron()
        self.assertEqual(bulk.state, "done")
        self.assertIn("5 still wait", self.told()[-1]["message"])
