# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who may do something with many products at once."""

from unittest.mock import patch

from odoo.exceptions import AccessError

from .bulk_kit import PRODUCTS, USER, BulkCase

AT_ONCE = "odoo.addons.marketplace_sync.models.marketplace_bulk.AT_ONCE"
ACTIONS = ("publish", "stop", "sync")


class TestBulkRights(BulkCase):

    def setUp(self):
        super().setUp()
        self.onlooker = self.make_user("bulk-onlooker", USER)
        self.clerk = self.make_user("bulk-clerk", PRODUCTS)

    def run_action(self, name, user, records):
        """Choose it in the list's menu."""
        action = self.env.ref(f"marketplace_sync.{records._table}_action_{name}")
        return action.with_user(user).with_context(
            active_model=records._name, active_ids=records.ids, active_id=records[:1].id).run()

    def test_whoever_may_do_both(self):
        for records in (self.goods[:2], self.goods[:2].product_tmpl_id):
            for name in ACTIONS:
                with self.subTest(model=records._name, action=name):
                    self.assertTrue(self.run_action(name, self.seller, records))

    def test_whoever_may_not_change_products(self):
        for records in (self.goods[:2], self.goods[:2].product_tmpl_id):
            for name in ("publish", "stop"):
                with self.subTest(model=records._name, action=name), self.assertRaises(AccessError):
                    self.run_action(name, self.onlooker, records)
            self.assertTrue(self.run_action("sync", self.onlooker, records))

    def test_whoever_has_nothing_to_do_with_marketplaces(self):
        for records in (self.goods[:2], self.goods[:2].product_tmpl_id):
            for name in ACTIONS:
                with self.subTest(model=records._name, action=name), self.assertRaises(AccessError):
                    self.run_action(name, self.clerk, records)

    def test_whoever_may_not_do_it_has_nothing_queued(self):
        for user in (self.onlooker, self.clerk):
            goods = self.goods[:2].with_user(user)
            with self.subTest(user=user.login), patch(AT_ONCE, 1), self.assertRaises(AccessError):
                goods.env["marketplace.bulk"]._begin_ticking("publish", ["shopify"], goods)
        self.assertFalse(self.env["marketplace.bulk"].search([]))

    def test_products_that_can_not_be_read(self):
        theirs = self.product("BULK-THEIRS", sold=False, company_id=self.make_company("Elsewhere").id)
        for records in (self.as_seller(theirs), self.as_seller(theirs.product_tmpl_id)):
            for press in ("action_sync_with_marketplaces", "action_open_marketplace_listings"):
                with self.subTest(model=records._name, press=press), self.assertRaises(AccessError):
                    getattr(records, press)()

    def test_the_menus_offer_it_to_those_only(self):
        for model in ("product.product", "product.template"):
            ours = {f"{model.replace('.', '_')}_action_{name}" for name in ACTIONS}
            for user, expected in ((self.seller, ours), (self.clerk, set())):
                offered = self.env["ir.actions.actions"].with_user(user).get_bindings(model).get("action", ())
                found = {
                    action.xml_id.partition(".")[2]
                    for action in self.env["ir.actions.server"].browse([offer["id"] for offer in offered]).exists()
                    if action.xml_id.startswith("marketplace_sync.")}
                self.assertEqual(found, expected, (model, user.login))

    def test_a_question_can_not_be_answered_for_others_products(self):
        """What is written into it by hand is looked at again."""
        theirs = self.product("BULK-THEIRS", sold=False, company_id=self.make_company("Elsewhere").id)
        asked = self.ask(self.goods[:1], shopify=True)
        asked.variants = theirs.ids
        with self.assertRaises(AccessError):
            asked.action_apply()
        self.assertFalse(theirs.shopify_product)

    def test_everybody_sees_the_own_ones_only(self):
        self.ask(self.goods, shopify=True).action_apply()
        self.assertTrue(self.as_seller(self.env["marketplace.bulk"]).search([]))
        self.assertFalse(self.env["marketplace.bulk"].with_user(self.onlooker).search([]))
