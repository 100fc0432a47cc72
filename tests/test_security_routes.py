# SPDX-License-Identifier: LGPL-3.0-or-later
"""The addresses the addon answers at, tried by everybody."""

from odoo.http import _generate_routing_rules
from odoo.tests import HttpCase, new_test_user, tagged

from .common import MarketplaceMixin
from .security_kit import ADDON

# Who gets which HTTP status without a state of his own: those that are not signed in are asked to.
ROUTES = {
    "/marketplace_sync/ebay/callback": {
        None: 303, "portal": 400, "internal": 400, "user": 400, "manager": 400, "stranger": 400},
    # Whoever brings no token; `test_metrics` brings some.
    "/marketplace_sync/metrics": dict.fromkeys((None, "portal", "internal", "user", "manager", "stranger"), 404),
}
PUBLIC = {"/marketplace_sync/metrics"}
SECRET = "code-never-to-be-seen"


@tagged("post_install", "-at_install")
class TestRoutes(MarketplaceMixin, HttpCase):

    def setUp(self):
        super().setUp()
        type(self).company = self.env.company
        self.account = self.env["marketplace.config"].create({
            "name": "eBay", "platform": "ebay", "company_id": self.company.id, "client_id": "id", "ebay_ru_name": "ru",
            "client_secret": "secret"})
        manager, elsewhere = "marketplace_sync.group_marketplace_manager", self.make_company("Elsewhere")
        new_test_user(self.env, login="route-portal", groups="base.group_portal")
        self.make_user("route-internal")
        self.make_user("route-user", "marketplace_sync.group_marketplace_user")
        self.make_user("route-manager", manager)
        self.make_user("route-stranger", manager, elsewhere)
        self.owner = self.make_user("route-owner", manager)

    def test_every_route(self):
        found = {url: endpoint.routing for url, endpoint in _generate_routing_rules([ADDON], nodb_only=False)}
        self.assertEqual(set(found), set(ROUTES))
        for url, routing in found.items():
            auth = "public" if url in PUBLIC else "user"
            self.assertEqual((routing["auth"], routing["methods"], routing["type"]), (auth, ["GET"], "http"), url)

    def test_everybody(self):
        """With the state of somebody else, the code that came with it, and none at all."""
        url = self.account.with_user(self.owner).action_connect_ebay()["url"]
        state = url.partition("state=")[2].partition("&")[0]
        self.env.flush_all()
        for route, statuses in ROUTES.items():
            for role, status in statuses.items():
                login = role and f"route-{role}"
                self.authenticate(login, login)
                for query in (f"?state={state}&code={SECRET}", f"?code={SECRET}", "", "?state=1.x&error=denied"):
                    with self.subTest(route=route, role=role, query=query):
                        answer = self.url_open(route + query, allow_redirects=False)
                        self.assertEqual(answer.status_code, status)
                        if login or route in PUBLIC:
                            self.assertNotIn(SECRET, answer.text)
                        else:  # and come back here afterwards
                            self.assertIn("/web/login", answer.headers["Location"])
        self.assertEqual(self.account.state, "draft")

    def test_other_methods(self):
        self.authenticate("route-manager", "route-manager")
        answer = self.url_open("/marketplace_sync/ebay/callback", data={"state": "x"}, allow_redirects=False)
        self.assertEqual(answer.status_code, 405)
