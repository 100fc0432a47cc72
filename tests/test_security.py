# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who may see and do what: nobody, User, Manager, and only in one's own company."""

import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.marketplace_sync.models.vault import VARIABLE

from .common import DIRTY, MarketplaceCase

USER, MANAGER = "marketplace_sync.group_marketplace_user", "marketplace_sync.group_marketplace_manager"
MODELS = (
    "marketplace.config", "marketplace.credential", "marketplace.location", "marketplace.listing", "marketplace.level",
    "marketplace.sync.log", "marketplace.allowance", "marketplace.revision", "marketplace.history",
    DIRTY,
)
SET_UP = {"marketplace.config", "marketplace.credential", "marketplace.location", "marketplace.listing"}
OPERATIONS = ("read", "write", "create", "unlink")


class SecurityCase(MarketplaceCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nobody = cls.make_user("sec-nobody", "stock.group_stock_manager,product.group_product_manager")
        cls.user = cls.make_user("sec-user", USER)
        cls.manager = cls.make_user("sec-manager", MANAGER)
        cls.portal = new_test_user(cls.env, login="sec-portal", groups="base.group_portal")
        cls.stranger = cls.make_user("sec-stranger", MANAGER, cls.make_company("Elsewhere"))

    def setUp(self):
        super().setUp()
        self.item = self.product("SEC-1", stock=5)
        self.shop.add_item("SEC-1", quantities={self.shop.main: 0})
        self.refused = self.product("SEC-2", stock=5)
        with self.silence():
            self.drain()
        self.set_stock(self.item, 4)
        self.sort()
        now = fields.Datetime.now()
        self.env["marketplace.allowance"].create({
            "config_id": self.account.id, "name": "calls", "granted": 5000, "resets_at": now, "read_at": now})
        self.env["marketplace.revision"].create({
            "listing_id": self.listing(self.item).id, "day": now.date(), "number": 1})

    def seen_by(self, user, records):
        """Records as the web client asks for them: in the companies the user may work in."""
        return records.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def records(self, name):
        found = self.env[name].sudo().search([])
        self.assertTrue(found, f"there is a {name} to try on")
        return found


class TestRecords(SecurityCase):

    def allowed(self, user, name):
        records = self.seen_by(user, self.records(name))
        return {operation for operation in OPERATIONS if records.has_access(operation)}

    def test_matrix(self):
        for name in MODELS:
            reads, everything = {"read"}, set(OPERATIONS)
            for user, expected in (
                (self.nobody, set()),
                (self.portal, set()),
                (self.user, set() if name == "marketplace.credential" else reads),
                (self.manager, everything if name in SET_UP else reads),
                (self.stranger, set()),
            ):
                with self.subTest(model=name, user=user.login):
                    self.assertEqual(self.allowed(user, name), expected)

    def test_other_companies_records_are_not_found(self):
        for name in MODELS:
            with self.subTest(model=name):
                self.assertFalse(self.seen_by(self.stranger, self.env[name]).search([]))
                self.assertTrue(self.seen_by(self.manager, self.env[name]).search([]))

    def test_nobody_can_make_an_account_for_another_company(self):
        with self.assertRaises(AccessError):
            self.seen_by(self.stranger, self.env["marketplace.config"]).create({
                "name": "Intruder", "company_id": self.company.id, "base_url": "https://intruder.example"})
        with self.assertRaises(AccessError):
            self.seen_by(self.stranger, self.env["marketplace.credential"]).create({
                "config_id": self.account.id, "key": "client_secret", "value": "intruder"})

    def test_unsorted_marks_of_another_companys_product(self):
        self.item.company_id = self.company
        self.set_stock(self.item, 3)
        mark = self.marks(self.item).filtered(lambda found: not found.listing_id)
        self.assertTrue(self.seen_by(self.user, mark).has_access("read"))
        self.assertFalse(self.seen_by(self.stranger, mark).has_access("read"))

    def test_dirty_table_is_nobodys_to_write(self):
        for operation in ("write", "create", "unlink"):
            self.assertFalse(self.env[DIRTY].with_user(self.manager).has_access(operation))


class TestActions(SecurityCase):

    def setUp(self):
        super().setUp()
        self.enterContext(patch.dict(os.environ, {VARIABLE: Fernet.generate_key().decode()}))  # to encrypt with

    def buttons(self, user):
        account = self.seen_by(user, self.account)
        listing = self.seen_by(user, self.listing(self.refused))
        return {
            "sync now": account.action_sync_now,
            "retry failed": account.action_retry_failed,
            "retry": listing.action_retry,
            "push": listing.action_push,
            "test": account.action_test_connection,
            "fetch locations": account.action_fetch_locations,
            "link": account.action_link_listings,
            "pause": account.action_pause,
            "resume": account.action_resume,
            "collect garbage": account.action_collect_garbage,
            "connect ebay": account.action_connect_ebay,
            "preview request": listing.action_preview_request,
            "preview": listing.action_preview,
            "publish ours": listing.action_publish_ours,
            "count as sold": listing.action_count_as_sold,
            "reconcile": account.action_reconcile,
            "capture": account.action_capture,
            "stop capture": account.action_stop_capture,
            "continue set-up": account.action_setup_continue,
            "set-up: restart": account.action_setup_restart,
            "set-up: test": account.action_setup_test,
            "set-up: next": account.action_setup_next,
            "set-up: back": account.action_setup_back,
            "set-up: look": account.action_setup_look,
            "set-up: go live": account.action_setup_go_live,
            "sync listing now": listing.action_sync_now,
            "stop": listing.action_stop,
            "encrypt again": self.seen_by(user, self.env["marketplace.credential"]).action_encrypt_again,
        }

    def refused_to(self, user):
        refused = set()
        for name, press in self.buttons(user).items():
            try:
                with self.silence(), self.env.cr.savepoint():
                    press()
            except AccessError:
                refused.add(name)
            except UserError:
                continue  # the right to press it was not what was missing
        return refused

    def test_buttons(self):
        every = set(self.buttons(self.manager))
        daily = {
            "sync now", "retry failed", "retry", "push", "preview", "preview request", "publish ours", "count as sold",
            "sync listing now"}
        for user, expected in (
            (self.manager, {"stop"}),  # for it one has to be allowed to change products, too
            (self.user, every - daily),
            (self.nobody, every),
            (self.portal, every),
            (self.stranger, every - {"encrypt again"}),  # his own company's secrets, of which there are none
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self.refused_to(user), expected)

    def test_every_button_is_tried_here(self):
        """A button that is added has to be thought about in the matrix above."""
        opening = {f"action_open_{what}" for what in (
            "listings", "failed", "waiting", "waiting_listings", "log", "cron", "history", "conflicts", "drift",
            "exchanges", "linked", "pushes", "refused", "calls", "allowances", "explanation")}
        ours = "odoo.addons.marketplace_sync."
        actions = {
            method for name in MODELS for cls in type(self.env[name]).__mro__ if cls.__module__.startswith(ours)
            for method in vars(cls) if method.startswith("action_")}
        tried = {press.__name__ for press in self.buttons(self.manager).values()}
        self.assertEqual(actions - opening, tried)

    def test_user_syncs_and_retries(self):
        self.account.with_user(self.user).action_sync_now()
        self.assertEqual(self.shop.level("SEC-1", self.shop.main), 4)
        listing = self.listing(self.refused)
        self.assertEqual(listing.state, "error")
        self.shop.add_item("SEC-2", quantities={self.shop.main: 0})
        self.account.with_user(self.user).action_retry_failed()
        self.account.with_user(self.user).action_sync_now()
        self.assertEqual(listing.state, "linked")
        self.assertEqual(self.shop.level("SEC-2", self.shop.main), 5)

    def test_user_changes_no_setting(self):
        for values in ({"name": "Mine"}, {"base_url": "https://mine.example"}, {"access_token": "mine"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.account.with_user(self.user).write(values)

    def test_user_opens_what_the_account_shows(self):
        account = self.account.with_user(self.user)
        for action in (account.action_open_listings(), account.action_open_failed(), account.action_open_waiting(),
                       account.action_open_log()):
            found = self.env[action["res_model"]].with_user(self.user).search(action["domain"])
            self.assertTrue(found)
            found.read()
        self.assertTrue(account.read())

    def test_views_open_for_users(self):
        for name in ("marketplace.config", "marketplace.listing", "marketplace.sync.log", DIRTY, "product.template"):
            for kind in ("form", "list", "search"):
                with self.subTest(model=name, view=kind):
                    self.assertTrue(self.env[name].with_user(self.user).get_view(view_type=kind)["arch"])


class TestSecretsByRole(SecurityCase):

    def test_manager_sees_which_there_are(self):
        credentials = self.account.with_user(self.manager).credential_ids
        self.assertEqual(credentials.mapped("key"), ["access_token"])
        self.assertEqual(credentials.mapped("value"), [False])
        self.assertEqual(credentials.sudo().mapped("value"), [self.shop.token])

    def test_user_never_does(self):
        account = self.account.with_user(self.user)
        token = self.shop.token
        credentials = self.records("marketplace.credential").with_user(self.user)
        self.user.group_ids |= self.env.ref("base.group_allow_export")
        configs, secrets = account.browse(), credentials.browse()
        for attempt in (
            lambda: credentials.read(["value"]),
            lambda: credentials.mapped("value"),
            lambda: credentials.export_data(["value"]),
            lambda: secrets.search([("value", "=", token)]),
            lambda: secrets.search_count([("value", "=like", "shpat%")]),
            lambda: secrets.search_read([], ["value"]),
            lambda: secrets._read_group([], ["value"]),
            lambda: account.read(["access_token"]),
            lambda: account.read(["client_secret"]),
            lambda: account.read(["client_id"]),
            lambda: account.read(["credential_ids"]),
            lambda: account.export_data(["credential_ids/value"]),
            lambda: account.export_data(["client_id"]),
            lambda: configs.search([("credential_ids.value", "=", token)]),
            lambda: configs.search([("credential_ids", "!=", False)]),
            lambda: configs.search([("client_id", "!=", False)]),
            lambda: configs._read_group([], ["client_id"]),
            lambda: configs.search([], order="client_id"),
            lambda: self.env["marketplace.listing"].with_user(self.user).search(
                [("config_id.credential_ids.value", "=", token)]),
        ):
            with self.assertRaises(AccessError):
                attempt()


class TestEverybodyElse(SecurityCase):
    """Who has nothing to do with marketplaces goes on working as before, and his changes arrive all the same."""

    def test_reads_products_whole(self):
        """As an outside script does that names no fields."""
        for records in (self.item, self.item.product_tmpl_id):
            ours = [name for name, field in records._fields.items() if field._modules == ("marketplace_sync",)]
            self.assertIn("shopify_product", ours)
            readable = records.with_user(self.nobody).fields_get(ours)
            self.assertTrue(records.with_user(self.nobody).read(list(readable)))

    def test_forms_and_lists(self):
        for kind in ("form", "list"):
            arch = self.env["product.template"].with_user(self.nobody).get_view(view_type=kind)["arch"]
            self.assertNotIn("marketplace_listing_ids", arch)

    def test_changes_products_and_stock(self):
        item = self.item.with_user(self.nobody)
        self.move(item, 1, self.stock, self.customer)
        item.default_code = "SEC-3"
        item.product_tmpl_id.write({"list_price": 3})
        shelf = self.env["stock.location"].with_user(self.nobody).create({
            "name": "Shelf", "location_id": self.stock.id})
        shelf.location_id = self.warehouse.view_location_id
        self.shop.add_item("SEC-3", quantities={self.shop.main: 0})
        self.drain()
        self.assertEqual(self.shop.level("SEC-3", self.shop.main), 3)
        item.active = False
        self.drain()
        self.assertEqual(self.shop.level("SEC-3", self.shop.main), 0)

    def test_makes_and_deletes_products(self):
        product = self.env["product.product"].with_user(self.nobody).create({
            "name": "New", "default_code": "SEC-4", "is_storable": True, "shopify_product": True,
            "product_tag_ids": [Command.clear()]})
        listing = self.listing(product.sudo())
        self.assertTrue(listing)
        product.copy()
        product.unlink()
        self.assertFalse(listing.exists())
