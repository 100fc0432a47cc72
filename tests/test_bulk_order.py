# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publish and Stop for the same products: who asked last has the last word."""

from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from .bulk_kit import BulkCase


class TestOrder(BulkCase):

    def press(self, products, mode):
        return self.ask(products, mode, shopify=True).action_apply()["params"]["type"]

    def sold(self):
        self.env.invalidate_all()
        return self.goods.mapped("shopify_product")

    def states(self):
        return {bulk.kind: bulk.state for bulk in self.env["marketplace.bulk"].search([])}

    def collide(self, kind):
        """Have somebody else hold the products whenever an action of this kind comes to them."""
        tick = self.registry["marketplace.bulk"]._tick

        def tick_or_collide(bulk, ids):
            if bulk.kind == kind:
                raise SerializationFailure
            tick(bulk, ids)

        return patch.object(self.registry["marketplace.bulk"], "_tick", tick_or_collide)

    def test_one_is_stopped_while_all_are_published(self):
        self.press(self.goods, "publish")
        self.assertEqual(self.press(self.goods[4], "stop"), "info", "it waits for its turn")
        self.run_cron()
        self.assertEqual(self.sold(), [True, True, True, True, False])

    def test_what_is_dealt_with_already_is_done_at_once(self):
        self.press(self.goods, "publish")
        self.bulk().position = 4
        self.assertEqual(self.press(self.goods[3], "stop"), "success")
        self.assertEqual(self.press(self.goods[4], "publish"), "success", "nor is the same the opposite")

    def test_the_other_one_is_somebody_elses(self):
        self.press(self.goods, "publish")
        self.bulk().user_id = self.env.ref("base.user_root")
        self.assertEqual(self.press(self.goods[4], "stop"), "info")

    def test_one_that_is_left_for_later_is_not_overtaken(self):
        self.press(self.goods, "publish")
        self.press(self.goods, "stop")
        with self.collide("publish"):
            self.run_cron()
        self.assertEqual(self.states(), {"publish": "running", "stop": "running"})
        self.run_cron()
        self.assertEqual(self.states(), {"publish": "done", "stop": "done"})
        self.assertFalse(any(self.sold()))

    def test_other_products_do_not_wait(self):
        self.press(self.goods[:3], "publish")
        others = self.env["product.product"].union(*(self.product(f"BULK-OTHER-{number}") for number in range(3)))
        self.press(others, "stop")
        with self.collide("publish"):
            self.run_cron()
        self.assertEqual(self.states(), {"publish": "running", "stop": "done"})

    def test_a_tick_removed_by_hand_while_all_are_published(self):
        self.press(self.goods, "publish")
        self.as_seller(self.goods[4].product_tmpl_id).shopify_product = False
        self.run_cron()
        self.assertEqual(self.sold(), [True, True, True, True, False])
        self.assertEqual(self.env["marketplace.bulk"].search([]).mapped("state"), ["done", "done"], "and that is all")

    def test_a_tick_set_by_hand_while_all_are_stopped(self):
        self.goods.shopify_product = True
        self.press(self.goods, "stop")
        self.as_seller(self.goods[4]).shopify_product = True
        self.run_cron()
        self.assertEqual(self.sold(), [False, False, False, False, True])

    def test_a_tick_by_hand_that_nothing_would_undo(self):
        self.press(self.goods[:3], "publish")
        self.as_seller(self.goods[4]).shopify_product = False
        self.as_seller(self.goods[0]).shopify_product = True
        self.as_seller(self.goods[0]).ebay_product = False
        self.goods[1].product_tmpl_id.with_context(import_file=True).shopify_product = False  # as it was exported
        self.assertEqual(len(self.env["marketplace.bulk"].search([])), 1)

    def test_whoever_removes_a_tick_needs_no_rights_in_marketplaces(self):
        clerk = self.make_user("bulk-clerk", "product.group_product_manager")
        self.press(self.goods, "publish")
        self.goods[4].with_user(clerk).shopify_product = False
        self.run_cron()
        self.assertEqual(self.sold(), [True, True, True, True, False])

    def test_ticks_of_one_import_are_one_action(self):
        self.press(self.goods, "publish")
        for product in self.goods[2:]:
            product.with_context(import_file=True).shopify_product = False
        self.goods[2].shopify_product = True
        self.goods[2].shopify_product = False
        self.assertEqual(
            [(bulk.kind, bulk.total) for bulk in self.env["marketplace.bulk"].search([])],
            [("stop", 1), ("publish", 1), ("stop", 3), ("publish", 5)])
        self.run_cron()
        self.assertEqual(self.sold(), [True, True, False, False, False])

    def test_what_the_guide_still_lists_does_not_overtake_a_later_stop(self):
        self.account.write({"setup_domain": repr([("id", "in", self.goods.product_tmpl_id.ids)])})
        self.account.sudo().write({"setup_user_id": self.env.uid, "setup_listing": True})
        self.press(self.goods, "stop")
        self.account._list_chosen()
        self.run_cron()
        self.assertFalse(any(self.sold()))
