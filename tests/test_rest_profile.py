# SPDX-License-Identifier: LGPL-3.0-or-later
"""Request formats: kept, checked, duplicated, used; and the preview of a request."""

import json

from psycopg2.errors import RestrictViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.marketplace_sync.adapters.base import Connection
from odoo.addons.marketplace_sync.adapters.rest import RestAdapter
from odoo.addons.marketplace_sync.adapters.rest.profile import SETTINGS, RestProfile
from odoo.addons.marketplace_sync.sandbox.odd import OddShop, serve

from .common import DIRTY, MarketplaceCase

MANAGER = "marketplace_sync.group_marketplace_manager"
USER = "marketplace_sync.group_marketplace_user"


class TestRestProfile(MarketplaceCase):

    def preset(self, name):
        return self.env.ref(f"marketplace_sync.marketplace_rest_profile_{name}")

    def test_fields_are_those_of_the_dataclass(self):
        self.assertLessEqual(set(SETTINGS), set(self.env["marketplace.rest.profile"]._fields))

    def test_new_format_has_the_defaults_of_the_dataclass(self):
        profile = Form(self.env["marketplace.rest.profile"])
        profile.name = "Ours"
        self.assertEqual(profile.save()._to_dataclass(), RestProfile())

    def test_presets(self):
        for name in ("list", "single", "cartona", "odd"):
            self.assertIsInstance(self.preset(name)._to_dataclass(), RestProfile)
        cartona = self.preset("cartona")._to_dataclass()
        self.assertEqual((cartona.auth_name, cartona.token_format), ("AuthorizationToken", "{token}"))
        self.assertEqual((cartona.shape, cartona.list_key), ("list", ""))
        self.assertEqual(self.preset("single")._to_dataclass().field_names, ["quantity"])

    def test_wrong_settings_are_refused_by_the_fields_label(self):
        profile = self.preset("odd")
        for values, message in (
            ({"failure": "status = 'x'"}, "Failed if: “status = 'x'” is not a JMESPath expression: it is wrong near"),
            ({"result_ref": False}, "Item of a Result: Say where a result names its item."),
            ({"path": "inventory"}, "Path: “inventory” is no path"),
            ({"constants": "currency"}, "Further Fields: Write the further fields as a JSON object"),
            ({"success_statuses": "fine"}, "Success Statuses: Write HTTP statuses"),
            ({"batch_size": 0}, "Quantities a Request: A request carries 1 to 1,000"),
            ({"read_path": False}, "Read Quantities: Say where the shop's quantities are read."),
            ({"look_path": "/inventory.php"}, "Read One Quantity at: The path that reads one quantity needs {sku} or"),
            ({"read_quantity": False}, "Quantity: Say where an item that is read has its quantity."),
        ):
            with self.subTest(values), self.assertRaises(ValidationError) as raised:
                profile.write(values)
            self.assertIn(message, str(raised.exception))

    def test_who_can_be_asked(self):
        profiles = {name: self.preset(name)._to_dataclass() for name in ("list", "single", "cartona", "odd")}
        self.assertEqual(
            [name for name, profile in profiles.items() if RestAdapter(Connection(
                "http://127.0.0.1:9", options={"profile": profile})).can_read],
            ["cartona", "odd"])

    def test_copy_is_named_so(self):
        self.assertEqual(self.preset("odd").copy().name, f"{self.preset('odd').name} (copy)")

    def test_format_in_use_stays(self):
        account = self.make_rest_account(self.open_odd_shop())
        with self.assertRaises(RestrictViolation) as raised, self.cr.savepoint(), mute_logger("odoo.sql_db"):
            account.rest_profile_id.unlink()
        self.assertIn("marketplace_config", str(raised.exception))
        self.assertEqual(account.rest_profile_id.account_count, 1)

    def test_users_read_and_managers_write(self):
        reader, manager = self.make_user("rest_reader", USER), self.make_user("rest_manager", MANAGER)
        self.assertTrue(self.preset("odd").with_user(reader).read(["path"]))
        with self.assertRaises(AccessError):
            self.preset("odd").with_user(reader).path = "/x"
        copy = self.preset("odd").with_user(manager).copy()
        copy.path = "/x"
        copy.unlink()

    # === AN ACCOUNT === #

    def open_odd_shop(self):
        shop = OddShop()
        running = serve(shop)
        shop.url = running.__enter__().url
        self.addCleanup(running.__exit__, None, None, None)
        return shop

    def make_rest_account(self, shop):
        account = self.env["marketplace.config"].create({
            "name": "Odd", "platform": "rest", "company_id": self.company.id, "base_url": shop.url,
            "allow_private": True, "rest_profile_id": self.preset("odd").id, "username": "odd", "password": shop.token})
        self.env["marketplace.location"].create({
            "config_id": account.id, "name": "Main", "external_id": "HAUPT",
            "location_ids": [Command.set(self.stock.ids)]})
        account.state = "connected"
        return account

    def test_stock_reaches_a_configured_shop(self):
        shop = self.open_odd_shop()
        account = self.make_rest_account(shop)
        shop.add_item("SOCK", 1)
        product = self.product("SOCK", 7, rest_product=True)
        self.product("GONE", 3, rest_product=True)
        with self.silence():
            done = self.drain(account)
        self.assertEqual((shop.level("SOCK"), done["failed"], done["remaining"]), (7, 1, 0))
        self.assertEqual(self.listing(product, account).state, "linked")

    # === PREVIEW === #

    def preview(self, listing):
        action = listing.action_preview_request()
        self.assertEqual((action["res_model"], action["target"]), ("marketplace.request.preview", "new"))
        return listing.env[action["res_model"]].browse(action["res_id"])

    def test_preview(self):
        shop = self.open_odd_shop()
        account = self.make_rest_account(shop)
        product = self.product("SOCK", 7, rest_product=True)
        listing = self.listing(product, account)
        self.sort()
        waiting = self.env[DIRTY].search_count([])
        shown = self.preview(listing.with_user(self.make_user("rest_reader", USER)))
        self.assertEqual(Form(shown).body, shown.body)
        self.assertEqual((shown.method, shown.url), ("PUT", f"{shop.url}/inventory.php?op=set"))
        line = {"artikelnummer": "SOCK", "lager": "HAUPT", "bestand": "7"}
        self.assertEqual(json.loads(shown.body), {"payload": {"lines": [line]}})
        self.assertIn("Authorization: Basic ••••••••", shown.headers)
        self.assertNotIn("b2Rk", shown.headers)
        self.assertEqual(shop.stats.requests, 0)
        self.assertEqual(listing.state, "pending")
        self.assertEqual(self.env[DIRTY].search_count([]), waiting)
        self.env["marketplace.rule"].create({"config_id": account.id, "kind": "fixed", "value": 99})
        self.assertIn('"bestand": "99"', self.preview(listing).body)

    def test_preview_of_a_template_adds_up_its_variants(self):
        account = self.make_rest_account(self.open_odd_shop())
        template = self.template("TEE", sold=False)
        for variant in template.product_variant_ids:
            self.set_stock(variant, 4)
        listing = self.env["marketplace.listing"].create({"config_id": account.id, "product_tmpl_id": template.id})
        with self.assertRaises(UserError, msg="it has no SKU"):
            listing.action_preview_request()
        listing.external_id = "TEE"
        self.assertIn('"bestand": "8"', self.preview(listing).body)

    def test_no_preview_without_a_location(self):
        account = self.make_rest_account(self.open_odd_shop())
        listing = self.listing(self.product("SOCK", 7, rest_product=True), account)
        account.location_ids.location_ids = False
        with self.assertRaisesRegex(UserError, "which Odoo locations"):
            listing.action_preview_request()

    def test_no_preview_of_other_platforms_or_companies(self):
        product = self.product("SOCK", 7, rest_product=True)
        with self.assertRaisesRegex(UserError, "Other .REST. only"):
            self.listing(product).action_preview_request()
        listing = self.listing(product, self.make_rest_account(self.open_odd_shop()))
        stranger = self.make_user("rest_stranger", USER, company=self.make_company("Other"))
        with self.assertRaises(AccessError):
            listing.with_user(stranger).action_preview_request()
        with self.assertRaises(AccessError):
            listing.with_user(self.make_user("rest_nobody")).action_preview_request()
