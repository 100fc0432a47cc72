# SPDX-License-Identifier: LGPL-3.0-or-later
"""The guide's last steps: products chosen, what would be pushed, and going live."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketplace_sync.models import marketplace_config_setup_preview as preview_module
from odoo.addons.marketplace_sync.models import marketplace_config_setup_products as products_module

from .setup_kit import SetupCase
from .test_security import MANAGER


class TestChoice(SetupCase):

    def setUp(self):
        super().setUp()
        self.go_to("products")

    def chosen(self):
        return self.account._chosen(self.env.user)

    def assert_refused(self, words):
        with self.assertRaisesRegex(UserError, words):
            self.account.action_setup_next()
        self.assertEqual(self.account.setup_step, "products")

    def test_those_that_match_and_may_be_sold(self):
        own, shared = self.product("SET-1", sold=False, company_id=self.company.id), self.product("SET-2", sold=False)
        foreign = self.product("SET-3", sold=False, company_id=self.make_company("Elsewhere").id)
        self.account.setup_domain = "[('default_code', 'like', 'SET-')]"
        self.assertEqual(self.chosen().product_variant_ids, own | shared)
        self.assertNotIn(foreign, self.chosen().product_variant_ids)

    def test_filters_that_can_not_be_used(self):
        for domain in ("[('no_such_field', '=', 1)]", "[(", "x", "[('id', '=', uid)]", "[('id', 'no operator', 1)]",
                       "[1, 2]", "{'id': 1}", "__import__('os')"):
            with self.subTest(domain=domain):
                self.account.setup_domain = domain
                self.assert_refused("filter can't be used")

    def test_none(self):
        self.account.setup_domain = "[('id', '=', 0)]"
        self.assert_refused("No product is chosen")
        self.account.setup_choice = "ticked"
        self.assert_refused("ticked for this marketplace yet")

    def test_those_ticked_before(self):
        product = self.offer("SET-1", stock=5)
        self.account.setup_choice = "ticked"
        self.account.action_setup_next()
        self.assertEqual(self.account.setup_preview["counts"], {"links": 1})
        self.go_live()
        self.assertEqual(self.published(product), 5)
        self.assertFalse(self.account.setup_listing)

    def test_whoever_may_not_change_products(self):
        product = self.product("SET-1", sold=False)
        self.choose(product)
        self.account = self.account.with_user(self.make_user("set-manager", MANAGER))
        self.assert_refused("may not change products")
        self.account.setup_choice = "ticked"
        self.product("SET-2")
        self.account.action_setup_next()
        self.assertEqual(self.account.setup_step, "preview")

    def test_other_accounts_that_would_sell_them_too(self):
        self.assertFalse(self.account.setup_siblings)
        other = self.make_account(self.open_shop(), name="Live Already")
        self.account.invalidate_recordset()
        self.assertEqual(self.account.setup_siblings, "Live Already")
        product = self.offer("SET-1", stock=5, sold=False)
        self.choose(product)
        self.go_to("preview")
        self.assertFalse(self.listing(product, other), "not before going live")
        self.go_live()
        self.assertTrue(self.listing(product, other))

    def test_accounts_of_companies_that_are_not_seen(self):
        """They are counted, and not named."""
        elsewhere = self.make_company("Elsewhere")
        hidden = self.make_account(self.open_shop(), company=elsewhere, name="Hidden")
        product = self.offer("SET-1", stock=5, sold=False)
        self.account = self.account.with_user(
            self.make_user("set-manager", f"{MANAGER},product.group_product_manager,stock.group_stock_user"))
        self.assertEqual(self.account.setup_siblings, "1 accounts of other companies")
        self.make_account(self.open_shop(), name="Seen")
        self.account.invalidate_recordset()
        self.assertEqual(self.account.setup_siblings, "Seen and 1 accounts of other companies")
        self.choose(product)
        self.go_to("preview")
        self.go_live()
        self.assertTrue(self.listing(product, hidden), "what was told is true")


class TestPreview(SetupCase):

    def look(self, *products):
        self.go_to("products")
        self.choose(*products)
        self.go_to("preview")
        return self.account.setup_preview

    def test_counts(self):
        goods = [
            self.offer("SET-1", stock=5, sold=False), self.offer("SET-2", stock=0, sold=False),
            self.product("SET-unknown", sold=False), self.product(False, sold=False),
            self.product("SET-same", sold=False), self.product("SET-same", sold=False),
            self.offer("SET-twice", stock=1, sold=False), self.product("SET-untracked", sold=False, is_storable=False),
        ]
        self.shop.add_item("SET-twice")
        self.shop.add_item("SET-untracked")
        self.shop.add_item("SET-same")
        self.assertEqual(self.look(*goods)["counts"], {
            "links": 2, "unknown": 1, "no_sku": 1, "duplicate": 3, "other": 1})

    def test_rows_say_what_going_live_does(self):
        """The numbers are those that are pushed then, whatever the rules."""
        self.env["marketplace.rule"].create({"company_id": self.company.id, "kind": "buffer", "value": 2})
        goods = self.offer("SET-1", stock=5, sold=False), self.product("SET-2", 7, sold=False)
        second = self.shop.add_location("Second")
        self.account.action_setup_next()
        first, other = self.account.location_ids.sorted("external_id")
        self.assertEqual((first.external_id, other.external_id), (self.shop.main, second))
        first.warehouse_ids = self.warehouse
        preview = self.look(*goods)
        self.assertEqual(preview["places"], ["Main"])
        self.assertEqual(
            [(row["sku"], row["kind"], row["numbers"]) for row in preview["rows"]],
            [("SET-1", "links", [3]), ("SET-2", "unknown", [5])])
        self.assertIn("no item with the SKU SET-2", preview["rows"][1]["reason"])
        self.assertIn("Product SET-1", preview["rows"][0]["product"])
        with self.silence():
            self.go_live()
        self.assertEqual(self.published(goods[0]), 3)
        self.assertEqual(self.listing(goods[1]).error, preview["rows"][1]["reason"])

    def test_nothing_of_it_stays(self):
        product = self.offer("SET-1", stock=5, sold=False)
        self.env.cr.flush()
        marks = self.count_marks()
        self.look(product)
        self.account.action_setup_look()
        self.assertEqual(self.account.setup_preview["counts"], {"links": 1})
        self.assertFalse(product.shopify_product)
        self.assertFalse(self.listing(product))
        self.assertEqual(self.count_marks(), marks)
        self.assertFalse(self.shop.writes)

    def test_listings_that_are_there(self):
        """Ticked before, archived since, and new."""
        ticked, archived = self.offer("SET-1", stock=1), self.offer("SET-2", stock=2)
        archived.shopify_product = False
        self.assertFalse(self.listing(archived).active)
        new = self.offer("SET-3", stock=3, sold=False)
        rows = self.look(ticked, archived, new)["rows"]
        self.assertEqual(
            [(row["sku"], row["numbers"]) for row in rows], [("SET-1", [1]), ("SET-2", [2]), ("SET-3", [3])])
        self.assertFalse(self.listing(archived).active)

    def test_variants_and_products_as_one(self):
        shirt, cap = self.template("SHIRT", sold=False), self.template("CAP", sold=False)
        cap.write({"marketplace_as_one": True, "marketplace_sku": "CAP"})
        for variant in (*shirt.product_variant_ids, *cap.product_variant_ids):
            self.set_stock(variant, 4)
        self.shop.add_item("SHIRT-S")
        self.shop.add_item("CAP")
        rows = self.look(*shirt.product_variant_ids, *cap.product_variant_ids)["rows"]
        self.assertEqual(
            {row["sku"]: (row["kind"], row["numbers"]) for row in rows},
            {"SHIRT-S": ("links", [4]), "SHIRT-M": ("unknown", [4]), "CAP": ("links", [8])})

    def test_more_than_are_looked_up(self):
        goods = [self.offer(f"SET-{number}", stock=1, sold=False) for number in range(3)]
        with patch.dict(preview_module.LOOKED_UP, shopify=2), patch.object(preview_module, "SHOWN", 1):
            preview = self.look(*goods)
        self.assertEqual((preview["looked_up"], preview["more"], len(preview["rows"])), (2, True, 1))
        self.assertIn("there are more", self.account.setup_preview_html)
        self.account.action_setup_look()
        self.assertEqual((self.account.setup_preview["looked_up"], self.account.setup_preview["more"]), (3, False))

    def test_as_people_read_it(self):
        self.look(self.offer("SET-<b>", stock=5, sold=False), self.product("SET-2", sold=False))
        shown = self.account.setup_preview_html
        for words in ("SET-&lt;b&gt;", "would be linked and pushed", "no item with the SKU SET-2", "Main"):
            self.assertIn(words, shown)

    def test_a_shop_that_refuses(self):
        self.go_to("products")
        self.choose(self.offer("SET-1", stock=5, sold=False))
        self.shop.auth.revoked.add(self.shop.token)
        with self.assertRaisesRegex(UserError, "refuses the access token"):
            self.account.action_setup_next()
        self.assertEqual(self.account.setup_step, "products")


class TestGoLive(SetupCase):

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

    def test_another_address_while_products_are_listed(self):
        """The draft that is left lists nothing, and can be set up anew."""
        goods = [self.offer(f"SET-{number}", stock=1, sold=False) for number in range(3)]
        self.choose(*goods)
        self.go_to("preview")
        with patch.object(products_module, "CHUNK", 2):
            self.go_live()
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
        goods = [self.offer(f"SET-{number}", stock=1, sold=False) for number in range(3)]
        self.choose(*goods)
        self.go_to("preview")
        with patch.object(products_module, "CHUNK", 2):
            self.go_live()
        self.account.action_pause()
        self.cron()
        self.assertEqual([product.shopify_product for product in goods].count(True), 2)
        self.account.action_resume()
        self.cron()
        self.assertEqual([product.shopify_product for product in goods].count(True), 3)
