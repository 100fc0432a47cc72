# SPDX-License-Identifier: LGPL-3.0-or-later
"""The guide's first steps: which marketplace, how to get in, and what feeds the shop's places."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools.misc import file_path

from odoo.addons.marketplace_sync.models.marketplace_config_setup import STEPS

from .setup_kit import SetupCase
from .test_security import MANAGER, USER


class TestBeginning(SetupCase):

    def test_what_is_kept_is_a_draft_that_can_be_continued(self):
        self.assertEqual((self.account.setup_step, self.account.state), ("access", "draft"))
        action = self.account.action_setup_continue()
        self.assertEqual((action["xml_id"], action["res_id"]), (
            "marketplace_sync.marketplace_setup_action", self.account.id))
        self.assertEqual(self.account.setup_step, "access")

    def test_a_draft_made_without_the_guide_is_taken_over(self):
        plain = self.env["marketplace.config"].create({"name": "Plain", "base_url": "https://my-shop.myshopify.com"})
        self.assertFalse(plain.setup_step)
        plain.action_setup_continue()
        self.assertEqual((plain.setup_step, plain.setup_choice), ("access", "filter"))

    def test_what_an_account_sells_already_is_what_is_chosen(self):
        """Not every product there is, as for a new one; and who chose otherwise in the guide is not overruled."""
        self.product("SET-1")
        plain = self.begin(setup_step=False)
        plain.action_setup_continue()
        self.assertEqual(plain.setup_choice, "ticked")
        plain.setup_choice = "filter"
        plain.action_setup_continue()
        self.assertEqual(plain.setup_choice, "filter")

    def test_the_plain_form_connects_and_ends_it(self):
        self.account.action_test_connection()
        self.assertEqual((self.account.state, self.account.setup_step), ("connected", False))
        for press in ("continue", "test", "next", "back", "look", "go_live", "restart"):
            with self.subTest(press=press), self.assertRaisesRegex(UserError, "set up already"):
                getattr(self.account, f"action_setup_{press}")()

    def test_a_name_is_suggested_until_one_is_entered(self):
        guide = self.env["marketplace.config"].with_context(default_setup_step="platform")
        with Form(guide, "marketplace_sync.marketplace_config_view_form_setup") as form:
            self.assertEqual(form.name, "Shopify")
            form.platform = "ebay"
            self.assertEqual((form.name, form.base_url), ("eBay", "https://api.ebay.com"))
            form.setup_step = "access"
            form.name = "Ours"
            form.setup_step = "platform"
            form.platform = "cartona"
            self.assertEqual(form.name, "Ours")
        self.assertEqual(form.record.setup_step, "access", "the platform is chosen for good")

    def test_every_platform_has_a_picture(self):
        for platform, _name in self.account._fields["platform"].selection:
            self.assertTrue(file_path(f"marketplace_sync/static/src/img/platforms/{platform}.svg"))

    def test_another_marketplace_throws_the_draft_away(self):
        action = self.account.action_setup_restart()
        self.assertFalse(self.account.exists())
        self.assertEqual(action["target"], "main")
        self.assertNotIn("res_id", {key for key, value in action.items() if value})

    def test_an_account_that_was_live_is_not_thrown_away(self):
        """A typing error in the address makes a draft of it."""
        self.assertFalse(self.account.setup_was_live)
        self.account._log("info", "garbage", "A button of the draft's plain form.")
        self.account.invalidate_recordset()
        self.assertFalse(self.account.setup_was_live)
        for trace in ("success", "log"):
            with self.subTest(trace):
                account = self.begin(name=trace)
                if trace == "success":
                    account.last_success = "2026-11-21 12:00:00"
                else:
                    account._log("error", "account", "The shop refuses the access token.")
                account.write({"base_url": "https://127.0.0.1:1", "allow_private": True})
                account.action_setup_continue()
                with self.assertRaisesRegex(UserError, "archive it instead"):
                    account.action_setup_restart()
                self.assertTrue(account.exists())

    def test_a_copy_is_not_in_the_guide(self):
        self.account.action_setup_test()
        copy = self.account.with_env(self.env).copy()  # from the plain form: the guide's own offers no copies
        self.assertFalse(copy.setup_step or copy.setup_verdict)


class TestAccess(SetupCase):

    def assert_stays_out(self, verdict, *words):
        self.account.action_setup_next()
        self.assertEqual((self.account.setup_step, self.account.setup_verdict), ("access", verdict))
        for word in words:
            self.assertIn(word, self.account.last_error)
        self.assertTrue(self.account.setup_advice)
        self.assertFalse(self.account.location_ids)
        self.assertEqual(self.account.state, "draft")

    def test_a_good_test_connects_nothing(self):
        self.account.action_setup_test()
        self.assertEqual((self.account.setup_verdict, self.account.shop_name), ("good", "Sandbox"))
        self.assertEqual((self.account.state, self.account.last_error), ("draft", False))
        self.assertFalse(self.account.setup_advice)

    def test_bad_addresses(self):
        for typed in ("https://admin.shopify.com/store/my-shop", "http://my-shop.myshopify.com", "my shop", "   ", "@"):
            with self.subTest(typed=typed), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.begin(base_url=typed)

    def test_a_private_address_needs_the_tick(self):
        with self.assertRaisesRegex(ValidationError, "Private Address"), self.env.cr.savepoint():
            self.begin(allow_private=False)
        for typed, is_private in (
                ("127.0.0.1:8001", True), ("http://localhost", True), ("10.0.0.1", True), ("192.168.1.1 ", True),
                ("my-shop.myshopify.com", False), ("", False), ("http://", False), (False, False)):
            with self.subTest(typed=typed):
                self.assertEqual(self.account.new({"base_url": typed}).setup_is_private, is_private)

    def test_an_address_typed_anew(self):
        """Emptied first, in the guide or in the plain form: both bear that."""
        for view in ("marketplace_config_view_form_setup", "marketplace_config_view_form"):
            with self.subTest(view=view), Form(self.account, f"marketplace_sync.{view}") as form:
                form.base_url = False
                self.assertFalse(form.allow_private, "the tick was for the address before")
                form.base_url = self.shop.url
                form.allow_private = True

    def test_a_name_that_leads_into_the_network(self):
        """What no form can see, the wire does; nothing is sent."""
        self.env.cr.execute("UPDATE marketplace_config SET allow_private = FALSE WHERE id = %s", [self.account.id])
        self.account.invalidate_recordset()
        self.assert_stays_out("refused", "Private Address")
        self.assertEqual(self.shop.stats.requests, 0)

    def test_refused_token(self):
        self.account.access_token = "shpat_of_someone_else"
        self.assert_stays_out("unauthorized", "refuses the access token")
        self.assertNotIn("someone_else", f"{self.account.last_error} {self.account.setup_advice}")

    def test_missing_scopes_are_named(self):
        self.shop.auth.scopes = ("read_products", "read_locations")
        self.assert_stays_out("scopes", "write_inventory")
        self.assertNotIn("read_products", self.account.last_error)

    def test_no_shop_there(self):
        self.account.base_url = "http://127.0.0.1:9"
        self.account.access_token = self.shop.token
        with self.single_tries():
            self.assert_stays_out("unavailable")

    def test_no_secret(self):
        self.account.credential_ids.unlink()
        self.assert_stays_out("unauthorized", "neither an access token nor")

    def test_what_is_changed_takes_the_verdict_back(self):
        for values in ({"access_token": "shpat_another"}, {"client_id": "x"}, {"base_url": "http://127.0.0.1:9"}):
            with self.subTest(values=values):
                self.account.write({"setup_verdict": "good", "last_error": "before"})
                self.account.write(values)
                self.assertFalse(self.account.setup_verdict or self.account.last_error)
        self.account.write({"setup_verdict": "good", "name": "Renamed"})
        self.assertEqual(self.account.setup_verdict, "good")

    def test_each_verdict_says_what_to_do(self):
        for platform in ("shopify", "ebay", "cartona", "rest"):
            for verdict in ("scopes", "unauthorized", "refused", "unavailable"):
                with self.subTest(platform=platform, verdict=verdict):
                    self.assertTrue(self.account.new({"platform": platform, "setup_verdict": verdict}).setup_advice)

    def test_secrets_go_in_and_stay_in(self):
        self.assertFalse(self.account.access_token)
        self.assertEqual(self.account.secrets_set, "Access Token")
        view = "marketplace_sync.marketplace_config_view_form_setup"
        with Form(self.account, view) as form:
            form.client_secret = "shpss_typed"
        self.assertFalse(self.account.client_secret)
        self.assertEqual(self.account.secrets_set, "Access Token, Client Secret")


class TestLocations(SetupCase):

    def test_they_are_fetched_and_the_only_one_is_mapped(self):
        self.account.action_setup_next()
        self.assertEqual(self.account.setup_step, "locations")
        self.assertEqual(self.account.location_ids.mapped("external_id"), [self.shop.main])
        self.assertEqual(self.account.location_ids.location_ids, self.stock)

    def test_a_shop_without_any(self):
        self.shop.locations.clear()
        self.account.action_setup_next()
        self.assertFalse(self.account.location_ids)
        with self.assertRaisesRegex(UserError, "no place that keeps stock"):
            self.account.action_setup_next()
        self.shop.add_location("New")
        self.account.action_fetch_locations()
        self.account.action_setup_next()
        self.assertEqual(self.account.setup_step, "products")

    def test_one_has_to_be_fed(self):
        self.shop.add_location("Second")
        self.account.action_setup_next()
        self.assertFalse(self.account.location_ids.location_ids, "two there: nobody knows which")
        with self.assertRaisesRegex(UserError, "at least one place"):
            self.account.action_setup_next()
        self.account.location_ids[0].warehouse_ids = self.warehouse
        self.account.action_setup_next()
        self.assertEqual(self.account.setup_step, "products")

    def test_going_back_keeps_everything(self):
        self.choose(self.product("SET-1", sold=False))
        self.go_to("preview")
        for step in ("products", "locations", "access", "access"):
            self.account.action_setup_back()
            self.assertEqual(self.account.setup_step, step)
        self.assertEqual(self.account.location_ids.location_ids, self.stock)
        self.assertEqual(self.account.setup_verdict, "good")
        self.go_to("preview")


class TestWho(SetupCase):

    def setUp(self):
        super().setUp()
        self.roles = {
            "user": self.make_user("set-user", USER), "nobody": self.make_user("set-nobody"),
            "stranger": self.make_user("set-stranger", MANAGER, self.make_company("Elsewhere"))}

    def test_managers_of_the_company_only(self):
        for role, user in self.roles.items():
            account = self.account.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            for step in STEPS:
                self.account.setup_step = step
                for press in ("continue", "test", "next", "back", "look", "go_live", "restart"):
                    with self.subTest(role=role, step=step, press=press), self.assertRaises(AccessError):
                        getattr(account, f"action_setup_{press}")()
        self.assertTrue(self.account.exists())
        self.assertEqual(self.shop.stats.requests, 0)

    def test_a_manager_may(self):
        manager = self.make_user("set-manager", MANAGER)
        self.account = self.account.with_user(manager)
        self.go_to("products")

    def test_users_see_nothing_of_it(self):
        view = self.env.ref("marketplace_sync.marketplace_config_view_form_setup")
        arch = self.env["marketplace.config"].with_user(self.roles["user"]).get_view(view.id, "form")["arch"]
        for word in ("access_token", "client_secret", "action_setup", "setup_domain"):
            self.assertNotIn(word, arch)
