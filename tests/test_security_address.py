# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where an account's requests may go: who decides that, and what has to be ticked for an address that is not public."""

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from .security_kit import NetworkCase

PRIVATE = (
    "http://127.0.0.1:8001", "http://localhost", "https://10.0.0.1", "https://169.254.169.254",
    "https://192.168.1.10:444", "https://100.64.0.1", "https://[::1]", "https://[fd00::1]",
    "https://[::ffff:10.0.0.1]", "https://2130706433", "https://0177.0.0.1", "https://0x7f.1", "https://0.0.0.0", "https://224.0.0.1",
)
# Settings of an account, or of what it uses, that decide where a request goes.
ADDRESSES = {
    "base_url": "https://elsewhere.example", "allow_private": False, "sandbox": True, "api_version": "2026-07",
    "rest_profile_id": False, "supplier_code": "x", "ebay_site_id": "1", "ebay_ru_name": "x",
}


class TestPrivateAddresses(NetworkCase):

    def change(self, **values):
        with self.env.cr.savepoint():
            self.account.write(values)
            self.env.flush_all()

    def test_need_the_tick(self):
        for address in PRIVATE:
            with self.subTest(address=address):
                self.change(base_url="https://my-shop.myshopify.com", allow_private=False)
                with self.assertRaisesRegex(ValidationError, "Private Address"):
                    self.change(base_url=address)
                self.change(base_url=address, allow_private=True)
                with self.assertRaisesRegex(ValidationError, "Private Address"):
                    self.change(allow_private=False)

    def test_is_off_for_new_accounts(self):
        account = self.env["marketplace.config"].create({"name": "New", "base_url": "https://my-shop.myshopify.com"})
        self.assertFalse(account.allow_private)
        with self.assertRaisesRegex(ValidationError, "Private Address"):
            account.copy({"base_url": PRIVATE[0]})

    def test_is_for_one_host(self):
        """Who ticks it speaks of the address that stands there."""
        self.assertEqual(self.account.base_url.rsplit(":", 1)[0], "http://127.0.0.1")
        with self.assertRaisesRegex(ValidationError, "Private Address"):
            self.change(base_url="https://10.0.0.1")
        self.change(base_url="http://127.0.0.1:9", name="Renamed")
        self.assertTrue(self.account.allow_private, "another door of the same house")
        self.change(base_url="https://10.0.0.1", allow_private=True)
        self.change(base_url="https://my-shop.myshopify.com")
        self.assertFalse(self.account.allow_private)

    def test_the_form_takes_it_back(self):
        """Or it would stand there ticked, and saving would ask for the tick."""
        with Form(self.account) as form:
            form.base_url = "http://127.0.0.1:9"
            self.assertTrue(form.allow_private)
            form.base_url = "https://10.0.0.1"
            self.assertFalse(form.allow_private)
            form.allow_private = True
        self.assertEqual((self.account.base_url, self.account.allow_private), ("https://10.0.0.1", True))
        with Form(self.env["marketplace.config"]) as form:
            form.name, form.allow_private, form.base_url = "New", True, "https://10.0.0.1"

    def test_a_copy_has_it_with_the_address(self):
        self.assertTrue(self.account.copy().allow_private)
        self.assertTrue(self.account.copy({"base_url": "https://10.0.0.1", "allow_private": True}).allow_private)
        self.assertFalse(self.account.copy({"base_url": "https://my-shop.myshopify.com"}).allow_private)
        with self.assertRaisesRegex(ValidationError, "Private Address"):
            self.account.copy({"base_url": "https://10.0.0.1"})

    def test_a_test_store_is_no_exception(self):
        with self.assertRaisesRegex(ValidationError, "Private Address"):
            self.change(allow_private=False, sandbox=True)

    def test_the_tick_is_seen_in_the_chatter(self):
        self.account.base_url = "https://my-shop.myshopify.com"
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.account.allow_private = False
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertIn("allow_private", self.account.message_ids.tracking_value_ids.field_id.mapped("name"))

    def test_without_it_nothing_is_sent(self):
        """As after an update of the database by hand: the wire checks once more."""
        self.env.cr.execute("UPDATE marketplace_config SET allow_private = FALSE WHERE id = %s", [self.account.id])
        self.account.invalidate_recordset()
        self.set_stock(self.item, 1)
        requests = self.shop.stats.requests
        with self.silence():
            self.drain()
        self.assertEqual(self.shop.stats.requests, requests)
        self.assertEqual(self.account.state, "error")
        self.assertIn("Private Address", self.account.last_error)
        self.assertTrue(self.marks(self.item), "nothing is lost")


class TestWhoSetsAddresses(NetworkCase):

    def test_managers_of_the_company_only(self):
        for role in set(self.roles) - {"manager"}:
            for name, value in ADDRESSES.items():
                for model, ids, values in (
                    ("marketplace.config", self.account.ids, {name: value}),
                    ("marketplace.location", self.account.location_ids.ids, {"config_id": self.account.id}),
                    ("marketplace.listing", self.samples["marketplace.listing"].ids, {"config_id": self.account.id}),
                    ("res.company", self.company.ids, {"name": "x"}),
                ):
                    with self.subTest(role=role, model=model, values=values):
                        self.assertFalse(self.may(role, model, "write", ids, values))
                with self.subTest(role=role, name=name):
                    save = "marketplace.config", "web_save", self.account.ids, {name: value}, {}
                    self.assertFalse(self.may(role, *save))

    def test_not_by_import(self):
        for role in ("portal", "internal", "user", "stranger"):
            self.env["ir.model.data"].create({
                "module": "sec", "name": f"of_{role}", "model": "marketplace.config", "res_id": self.account.id})
            try:
                done = self.call(
                    role, "marketplace.config", "load", ["id", "base_url"], [[f"sec.of_{role}", "https://x.example"]])
                self.assertFalse(done["ids"])
            except AccessError:
                continue

    def test_onchange_writes_nothing(self):
        for role in self.roles:
            self.may(role, "marketplace.config", "onchange", self.account.ids, {"base_url": "https://x.example"},
                     ["base_url"], {"base_url": {}})
        self.assertEqual(self.account.base_url, self.shop.url)

    def test_by_way_of_nothing_else(self):
        """No field of another model writes an address: of those that write through, none is ours."""
        for name in self.env.registry:
            for field in self.env[name]._fields.values():
                if field.related and "marketplace_sync" in (field._modules or ()) and not field.readonly:
                    self.assertFalse(field.store, field)
        self.assertEqual(
            [field.name for field in self.env["marketplace.config"]._fields.values()
             if field.inverse and field._modules == ("marketplace_sync",)],
            ["client_secret", "access_token", "password"])

    def test_by_way_of_a_product(self):
        """Whoever may edit products reaches listings, but no account through them."""
        with self.assertRaises(AccessError):
            self.call("internal", "product.product", "write", self.item.ids, {"marketplace_listing_ids": [
                Command.update(self.samples["marketplace.listing"].id, {"external_id": "x"})]})


class TestRequestFormats(NetworkCase):
    """A format belongs to no company; what it says is put behind the account's address."""

    def setUp(self):
        super().setUp()
        self.profile = self.account.rest_profile_id

    def test_only_those_whose_accounts_use_it_change_it(self):
        for role, may in (("manager", True), ("stranger", False), ("user", False), ("internal", False)):
            for call in (("write", self.profile.ids, {"path": "/x"}), ("unlink", self.profile.ids)):
                with self.subTest(role=role, call=call):
                    self.assertEqual(self.may(role, self.profile._name, *call), may)
        self.assertTrue(self.gets("stranger", self.profile._name, "copy", self.profile.ids))

    def test_anybody_who_sets_up_makes_one_of_his_own(self):
        self.profile.copy()
        own = self.seen_by(self.stranger, self.profile).copy()
        own.path = "/own"
        own.unlink()

    def test_no_path_leads_to_another_host(self):
        for name in ("path", "test_path", "lookup_path", "read_path", "look_path"):
            for path in ("//evil.example/{sku}", "https://evil.example/{sku}", "@evil.example/{sku}",
                         ".evil.example/{sku}", ":8080/{sku}", "\\\\evil.example\\{sku}", "/\\evil.example/{sku}",
                         "/x y{sku}", "/x\n{sku}"):
                with (
                    self.subTest(name=name, path=path), self.assertRaises(ValidationError),
                    self.env.cr.savepoint(),
                ):
                    self.profile.write({name: path})
