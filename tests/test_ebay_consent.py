# SPDX-License-Identifier: LGPL-3.0-or-later
"""Connect eBay: to the consent page, back through the callback, and not without the right state."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.marketplace_sync.sandbox.ebay import Marketplace, serve

from .common import MarketplaceMixin

CALLBACK = "/marketplace_sync/ebay/callback"
MANAGER = "marketplace_sync.group_marketplace_manager"


@tagged("post_install", "-at_install")
class TestEbayConsent(MarketplaceMixin, HttpCase):
    def setUp(self):
        super().setUp()
        type(self).company = self.env.company
        self.stock = self.stock_of(self.company)
        self.shop = Marketplace(accept_url=self.base_url() + CALLBACK)
        running = serve(self.shop)
        url = running.__enter__().url
        self.addCleanup(running.__exit__, None, None, None)
        self.manager = self.make_user("ebay-manager", MANAGER)
        self.other = self.make_user("ebay-other", MANAGER)
        self.account = self.env["marketplace.config"].create({
            "name": "Our eBay", "platform": "ebay", "company_id": self.company.id, "base_url": url,
            "allow_private": True, "client_id": self.shop.client_id, "client_secret": self.shop.client_secret,
            "ebay_ru_name": self.shop.runame, "responsible_id": self.manager.id})
        self.authenticate("ebay-manager", "ebay-manager")

    def consent_page(self):
        """Where the button leads."""
        action = self.account.with_user(self.manager).action_connect_ebay()
        self.env.cr.flush()
        self.assertEqual((action["type"], action["target"]), ("ir.actions.act_url", "self"))
        return action["url"]

    def state_of(self, page):
        [state] = parse_qs(urlsplit(page).query)["state"]
        return state

    def agree(self, page, consent="agree"):
        """Press a button of the consent page; the address the browser is sent to."""
        answer = requests.post(page, data={"consent": consent}, allow_redirects=False, timeout=5)
        self.assertEqual(answer.status_code, 302, answer.text)
        return answer.headers["Location"]

    def come_back(self, address=None, **query):
        """Follow the browser to the callback."""
        path = f"{CALLBACK}?{urlsplit(address).query if address else urlencode(query)}"
        answer = self.url_open(path, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def kept(self):
        return {credential.key: credential for credential in self.account.credential_ids}

    def test_consent_connects_the_account(self):
        answer = self.come_back(self.agree(self.consent_page()))
        self.assertEqual(answer.status_code, 303, answer.text)
        self.assertTrue(answer.headers["Location"].endswith(f"/odoo/marketplace.config/{self.account.id}"))
        self.assertEqual(self.account.state, "connected")
        token = self.kept()["refresh_token"]
        self.assertIn(token.value, self.shop.oauth.refresh_tokens)
        days = (token.expires_at - fields.Datetime.now()) / timedelta(days=1)
        self.assertAlmostEqual(days, 47_304_000 / 86400, delta=0.1)
        self.assertEqual(self.account.location_ids.mapped("external_id"), ["default"])

    def test_the_page_asks_for_what_is_needed(self):
        query = parse_qs(urlsplit(self.consent_page()).query)
        self.assertEqual((query["client_id"], query["redirect_uri"]), ([self.shop.client_id], [self.shop.runame]))
        self.assertIn("https://api.ebay.com/oauth/api_scope/sell.inventory", query["scope"][0].split())

    def test_a_state_is_used_once(self):
        page = self.consent_page()
        self.assertEqual(self.come_back(self.agree(page)).status_code, 303)
        answer = self.come_back(state=self.state_of(page), code="another")
        self.assertEqual(answer.status_code, 400)
        self.assertIn("press Connect eBay again", answer.text)

    def test_a_state_is_used_up_by_a_failure(self):
        page = self.consent_page()
        self.assertEqual(self.come_back(state=self.state_of(page), code="wrong").status_code, 303)
        self.assertIn("Connect eBay", self.account.last_error)
        self.assertEqual(self.come_back(self.agree(page)).status_code, 400)
        self.assertNotIn("refresh_token", self.kept())

    def test_a_state_lives_ten_minutes(self):
        page = self.consent_page()
        state = self.kept()["oauth_state"]
        self.assertAlmostEqual((state.expires_at - fields.Datetime.now()).total_seconds(), 600, delta=5)
        state.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        self.assertEqual(self.come_back(self.agree(page)).status_code, 400)
        self.assertNotIn("refresh_token", self.kept())

    def test_foreign_states(self):
        page = self.consent_page()
        account_id = self.account.id
        for state in ("", "0.x", f"{account_id}.", f"{account_id}.guess", "9" * 40 + ".x", "١.x", "-1.x",
                      f"{account_id + 1}.{self.state_of(page).partition('.')[2]}"):
            self.assertEqual(self.come_back(state=state, code="x").status_code, 400, state)
        self.assertEqual(self.come_back(self.agree(page)).status_code, 303, "guessing used nothing up")

    def test_somebody_else_cannot_finish_it(self):
        back = self.agree(self.consent_page())
        self.authenticate("ebay-other", "ebay-other")
        self.assertEqual(self.come_back(back).status_code, 400)
        self.assertNotIn("refresh_token", self.kept())

    def test_strangers_are_asked_to_sign_in(self):
        back = self.agree(self.consent_page())
        self.authenticate(None, None)
        answer = self.come_back(back)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    def test_users_without_the_right_are_refused(self):
        back = self.agree(self.consent_page())
        self.make_user("ebay-user", "marketplace_sync.group_marketplace_user")
        self.authenticate("ebay-user", "ebay-user")
        self.assertEqual(self.come_back(back).status_code, 400)

    def test_declining_changes_nothing(self):
        page = self.consent_page()
        answer = self.come_back(state=self.state_of(page), error="access_denied")
        self.assertTrue(answer.headers["Location"].endswith(f"/odoo/marketplace.config/{self.account.id}"))
        self.assertIn("did not agree", self.account.last_error)
        self.assertEqual(self.account.state, "draft")

    def test_in_the_guide_it_leads_back_there_and_connects_nothing(self):
        self.account.setup_step = "access"
        answer = self.come_back(self.agree(self.consent_page()))
        self.assertTrue(answer.headers["Location"].endswith(f"/odoo/marketplace-setup/{self.account.id}"))
        self.assertEqual((self.account.state, self.account.setup_verdict), ("draft", "good"))
        self.assertIn("refresh_token", self.kept())

    def test_declining_is_told_in_the_guide(self):
        self.account.setup_step = "access"
        answer = self.come_back(state=self.state_of(self.consent_page()), error="access_denied")
        self.assertTrue(answer.headers["Location"].endswith(f"/odoo/marketplace-setup/{self.account.id}"))
        self.assertIn("did not agree", self.account.last_error)
        self.assertFalse(self.account.setup_verdict)

    def test_the_code_is_never_repeated(self):
        page = self.consent_page()
        answer = self.come_back(state=self.state_of(page), code="v-secret-code")
        self.assertNotIn("v-secret-code", answer.text)
        self.assertNotIn("v-secret-code", self.account.last_error)

    def test_what_is_missing_is_named(self):
        self.account.ebay_ru_name = False
        with self.assertRaisesRegex(UserError, "RuName"):
            self.account.action_connect_ebay()

    def test_the_same_seller_again_keeps_the_links(self):
        listing = self.connected_listing()
        self.come_back(self.agree(self.consent_page()))
        self.assertEqual((listing.state, listing.quantity), ("linked", 5))

    def test_another_seller_begins_anew(self):
        listing = self.connected_listing()
        self.account.shop_name = "another-seller"
        self.env.flush_all()
        self.come_back(self.agree(self.consent_page()))
        self.assertEqual((listing.state, listing.external_id, listing.level_ids.ids), ("pending", False, []))
        self.assertTrue(listing.is_waiting)
        self.assertTrue(self.account.location_ids.location_ids, "the mapping is kept")

    def connected_listing(self):
        """A listing that shows 5 on the account, which was connected by consent."""
        self.come_back(self.agree(self.consent_page()))
        self.account.location_ids.location_ids = self.stock
        self.shop.add_item("A", 1)
        listing = self.listing(self.product("A", 5, sold=False, ebay_product=True))
        self.drain()
        self.assertEqual((listing.state, listing.quantity), ("linked", 5))
        return listing

    def test_a_revoked_sign_in_stops_the_account(self):
        self.come_back(self.agree(self.consent_page()))
        self.shop.revoke()
        product = self.product("A", 5, sold=False, ebay_product=True)
        with self.silence():
            self.drain()
        self.assertEqual(self.account.state, "error")
        self.assertIn("Connect eBay", self.account.last_error)
        activity = self.account.activity_search(["marketplace_sync.mail_activity_account_stopped"])
        self.assertEqual(activity.user_id, self.manager)
        self.assertTrue(self.listing(product).is_waiting, "nothing is lost")
