# SPDX-License-Identifier: LGPL-3.0-or-later
"""The guide's last steps: products chosen, and what would be pushed."""

from unittest.mock import patch

from odoo.exceptions import UserError

from odoo.addons.marketplace_sync.models import marketplace_config_setup_preview as preview_module

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
                       "[1, 2]", "{'id': 1}", "__import__('os')", "-" * 100_000 + "1", "[" * 500 + "]" * 500):
            with self.subTest(domain=domain[:40]):
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
