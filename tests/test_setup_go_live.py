# SPDX-License-Identifier: LGPL-3.0-or-later
"""The guide's last button: going live, and listing what is left of a large choice."""

from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketplace_sync.models import marketplace_config_setup_products as products_module

from .setup_kit import SetupCase
from .test_security import MANAGER


class TestGoLive(SetupCase):

    def go_live_in_parts(self):
        """Go live with three products, and have two of them ticked.

        :return: the products, in the order they are ticked in
        """
        goods = [self.offer(f"SET-{number}", stock=1, sold=False) for number in range(3)]
        self.choose(*goods)
        self.go_to("preview")
        with patch.object(products_module, "CHUNK", 2):
            self.go_live()
        return goods

    def test_it_connects_pushes_and_opens_the_account(self):
        product = self.offer("SET-1", stock=5, sold=False)
        self.go_to("products")
        self.choose(product)
        self.go_to("preview")
        said = self.go_live()["params"]
        self.assertEqual((said["type"], said["message"]), (
            "success", "1 listings up to date, 0 failed, 0 still waiting."))
        self.assertEqual((said["next"]["res_model"], said["next"]["res_id"]), ("marketplace.config", self.account.id))
        self.assertEqual((self.account.state, self.account.setup_step), ("connected", False))
        self.assertTrue(product.shopify_product)
        self.assertEqual(self.published(product), 5)
        self.assertFalse(self.account.setup_preview or self.account.setup_listing)

    def test_nothing_is_pushed_before(self):
        product = self.offer("SET-1", stock=5)
        self.account.setup_choice = "ticked"
        for stock, step in enumerate(("access", "locations", "products", "preview"), 6):
            self.go_to(step)
            self.set_stock(product, stock)
            self.cron()
            self.drain()
            with self.assertRaisesRegex(UserError, "not connected"):
                self.account.action_sync_now()
            self.assertEqual((self.account.state, self.published(product)), ("draft", 0), step)
        self.assertFalse(self.shop.writes)
        self.go_live()
        self.assertEqual(self.published(product), 9)

    def test_what_changed_meanwhile_is_looked_at_again(self):
        self.choose(self.offer("SET-1", stock=5, sold=False))
        self.go_to("preview")
        self.account.location_ids.location_ids = [Command.clear()]
        with self.assertRaisesRegex(UserError, "at least one place"):
            self.account.action_setup_go_live()
        self.account.location_ids.location_ids = self.stock
        self.account.action_setup_look()
        self.shop.auth.scopes = ("read_products",)
        self.account.action_setup_go_live()
        self.assertEqual((self.account.setup_step, self.account.setup_verdict), ("access", "scopes"))
        self.shop.auth.revoked.add(self.shop.token)
        with self.assertRaisesRegex(UserError, "refuses the access token"):
            self.account.action_setup_go_live()
        self.assertEqual(self.account.state, "draft")
        self.assertFalse(self.shop.writes)

    def test_nothing_goes_live_that_was_not_shown(self):
        """Two people may be setting the same account up."""
        seen, other = (self.offer(f"SET-{number}", stock=5, sold=False) for number in range(2))
        self.choose(seen)
        self.go_to("products")
        with self.assertRaisesRegex(UserError, "press Look Again"):
            self.account.action_setup_go_live()
        second = self.env["marketplace.location"].create({
            "config_id": self.account.id, "name": "Second", "external_id": self.shop.add_location("Second")})
        self.go_to("preview")
        for what, change in {
            "filter": lambda: self.choose(other),
            "choice": lambda: self.account.write({"setup_choice": "ticked"}),
            "secret": lambda: self.account.write({"access_token": self.shop.token}),
            "sign-in": lambda: self.account.write({"username": "another"}),
            "mapping": lambda: second.write({"warehouse_ids": self.warehouse}),
            "place": second.unlink,
        }.items():
            with self.subTest(what):
                self.choose(seen)
                self.account.action_setup_look()
                change()
                self.assertFalse(self.account.setup_preview)
        self.choose(seen)
        with self.assertRaisesRegex(UserError, "press Look Again"):
            self.account.action_setup_go_live()
        self.account.action_setup_look()
        self.account.name = "Renamed"
        self.go_live()
        self.assertEqual((self.published(seen), self.published(other)), (5, 0))
        self.assertFalse(self.account.setup_preview)

    def test_a_large_choice_is_listed_bit_by_bit(self):
        goods = [self.offer(f"SET-{number}", stock=number, sold=False) for number in range(1, 6)]
        self.choose(*goods)
        self.go_to("preview")
        ticked = []
        with patch.object(products_module, "CHUNK", 2):
            self.go_live()
            trigger = self.env["ir.cron.trigger"].search([("cron_id", "=", self.account.cron_id.id)])
            self.assertTrue(trigger, "the scheduled action is told to go on")
            for _run in range(2):
                ticked.append([product.shopify_product for product in goods].count(True))
                self.assertTrue(self.account.setup_listing)
                self.cron()
        self.assertEqual(ticked, [2, 4])
        self.assertFalse(self.account.setup_listing)
        self.assertEqual([self.published(product) for product in goods], [1, 2, 3, 4, 5])

    def test_it_goes_on_with_the_rights_of_whoever_chose(self):
        chooser = self.make_user("set-chooser", f"{MANAGER},product.group_product_manager,stock.group_stock_user")
        goods = [self.offer(f"SET-{number}", stock=1, sold=False) for number in range(4)]
        self.account = self.account.with_user(chooser)
        self.choose(*goods)
        self.go_to("preview")
        with patch.object(products_module, "CHUNK", 2):
            self.go_live()
            chooser.group_ids -= self.env.ref("product.group_product_manager")
            self.account = self.account.with_env(self.env)
            self.cron()
        self.assertEqual([product.shopify_product for product in goods].count(True), 2)
        self.assertEqual((self.account.state, self.account.setup_listing), ("connected", False))
        self.assertIn("Not all products", self.logs("account")[-1].message)

    def test_nobody_borrows_the_rights_of_another(self):
        """Whoever may not change products can't have them ticked by the system either."""
        manager = self.make_user("set-manager", MANAGER)
        running = {"setup_user_id": self.env.ref("base.user_admin").id, "setup_listing": True, "setup_last_id": 1}
        own = self.account.with_user(manager)
        for name, value in running.items():
            with self.subTest(name=name), self.assertRaises(AccessError):
                own.write({name: value})
        values = {"name": "Mine", "base_url": "https://my-shop.myshopify.com"}
        defaults = {f"default_{name}": value for name, value in running.items()}
        made = own.create({**values, **running}) | own.with_context(**defaults).create(values)
        self.assertFalse(any(made.mapped("setup_listing")) or made.sudo().setup_user_id)
        self.account.sudo().write(running)
        with self.assertRaisesRegex(UserError, "still being listed"):
            own.setup_domain = "[('id', '!=', 0)]"

    def test_whoever_chose_is_gone(self):
        chooser = self.make_user("set-chooser", f"{MANAGER},product.group_product_manager,stock.group_stock_user")
        product = self.offer("SET-1", stock=1, sold=False)
        self.choose(product)
        self.go_to("preview")
        self.account.write({"state": "connected", "setup_user_id": chooser.id, "setup_listing": True})
        chooser.active = False
        self.cron()
        self.assertFalse(product.shopify_product or self.account.setup_listing)
        self.assertIn("not here any more", self.logs("account")[-1].message)

    @contextmanager
    def failing(self, product, error):
        """Somebody's own addon refuses to have this product sold."""
        product_class = self.registry["product.product"]
        write = product_class.write

        def refuse(records, vals):
            if "shopify_product" in vals and product in records:
                raise error
            return write(records, vals)

        with patch.object(product_class, "write", refuse), patch.object(products_module, "CHUNK", 2):
            yield

    def test_one_product_that_fails_fails_alone(self):
        for error, reason in (
                (UserError("It has no weight."), "It has no weight."), (KeyError("weight"), "Something went wrong")):
            with self.subTest(reason):
                self.account = self.begin(name=reason)
                goods = [self.offer(f"{reason}-{number}", stock=1, sold=False) for number in range(5)]
                self.choose(*goods)
                self.go_to("preview")
                with self.failing(goods[2], error), self.assertLogs(products_module.__name__) as listening:
                    self.go_live()
                    self.cron()
                    self.cron()
                self.assertEqual([product.shopify_product for product in goods], [True, True, False, True, True])
                self.assertFalse(self.account.setup_listing)
                [line] = [line for line in listening.output if "Traceback" not in line]
                self.assertRegex(
                    line, f"not_listed account={reason!r} account_id={self.account.id} "
                          f"product_id={goods[2].product_tmpl_id.id} reason=['\"]{reason}")
                [logged] = self.logs("account")
                self.assertEqual((logged.sku, logged.level), (goods[2].default_code, "error"))
                self.assertIn(f"{goods[2].product_tmpl_id.display_name}: {reason}", logged.message)

    def test_one_that_fails_at_once_is_told_at_once(self):
        bad, good = (self.offer(f"SET-{number}", stock=1, sold=False) for number in range(2))
        self.choose(bad, good)
        self.go_to("preview")
        with self.failing(bad, UserError("It has no weight.")), self.silence():
            said = self.go_live()["params"]
        self.assertEqual(said["type"], "warning")
        self.assertIn("1 listings up to date", said["message"])
        self.assertIn("It has no weight.", said["message"])
        self.assertEqual(self.published(good), 1)

    def listing_goes_on(self, error):
        """The scheduled action of an account whose next chunk meets this."""
        self.choose(self.offer("SET-1", stock=1, sold=False))
        self.go_to("preview")
        self.account.write({"state": "connected", "setup_user_id": self.env.uid, "setup_listing": True})
        trigger = self.env["ir.cron.trigger"].search([("cron_id", "=", self.account.cron_id.id)])
        trigger.unlink()
        with patch.object(self.registry["marketplace.config"], "_chosen", side_effect=error):
            self.cron()

    def test_what_nobody_foresaw_is_not_tried_for_ever(self):
        with self.assertLogs(products_module.__name__, "ERROR") as listening:
            self.listing_goes_on(KeyError("third party"))
        self.assertIn("listing_failed", listening.output[0])
        self.assertFalse(self.account.setup_listing)
        self.assertIn("Something went wrong", self.logs("account")[-1].message)

    def test_a_collision_is_not_tried_again_at_once(self):
        self.listing_goes_on(SerializationFailure())
        self.assertTrue(self.account.setup_listing)
        trigger = self.env["ir.cron.trigger"].search([("cron_id", "=", self.account.cron_id.id)])
        self.assertGreater(min(trigger.mapped("call_at")), fields.Datetime.now() + products_module.PAUSE / 2)
        self.cron()
        self.assertFalse(self.account.setup_listing)

    def test_another_address_while_products_are_listed(self):
        """The draft that is left lists nothing, and can be set up anew."""
        goods = self.go_live_in_parts()
        self.assertTrue(self.account.setup_listing)
        other = self.open_shop()
        self.account.write({"base_url": other.url, "access_token": other.token, "allow_private": True})
        self.assertFalse(self.account.setup_listing or self.account.setup_user_id or self.account.setup_last_id)
        self.account.action_setup_continue()
        self.choose(goods[0])
        self.go_to("preview")
        self.go_live()
        self.assertFalse(goods[2].shopify_product)

    def test_while_paused_nothing_is_listed(self):
        goods = self.go_live_in_parts()
        self.account.action_pause()
        self.cron()
        self.assertEqual([product.shopify_product for product in goods].count(True), 2)
        self.account.action_resume()
        self.cron()
        self.assertEqual([product.shopify_product for product in goods].count(True), 3)
