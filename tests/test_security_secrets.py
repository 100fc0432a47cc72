# SPDX-License-Identifier: LGPL-3.0-or-later
"""No secret comes out again, for nobody and by no way: not even for the manager who entered it."""

import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from .common import MarketplaceMixin
from .security_kit import NetworkCase

SECRETS = {
    "client_secret": "shpss_never_to_be_seen", "access_token": "shpat_never_to_be_seen",
    "password": "pw_never_to_be_seen", "token": "shpca_never_to_be_seen", "refresh_token": "rt_never_to_be_seen",
    "oauth_state": "2.st_never_to_be_seen",
}
HINT = "never_to_be_seen"


class TestSecretsStayIn(NetworkCase):

    def setUp(self):
        super().setUp()
        self.account.write({"client_id": "an-app", "username": "seller"})
        for key, value in SECRETS.items():
            self.env["marketplace.credential"]._set(self.account, key, value)
        self.manager.group_ids |= self.env.ref("base.group_allow_export")
        self.env.flush_all()
        self.kept = self.account.credential_ids
        self.assertEqual(set(self.kept.mapped("value")), set(SECRETS.values()), "the adapters, as the system, get them")

    def said(self, role, *call, **options):
        """All that comes of a call: its answer, or the error and what it carries."""
        try:
            return repr(self.call(role, *call, **options))
        except (UserError, ValueError, NotImplementedError, TypeError) as error:
            return f"{error!r} {error.args} {error.__cause__!r} {error.__context__!r}"

    def ways(self):
        """Calls that might tell a secret, or whether one is right."""
        fields_of = {name: list(self.env[name]._fields) for name in ("marketplace.config", "marketplace.credential")}
        for name, ids in (("marketplace.config", self.account.ids), ("marketplace.credential", self.kept.ids)):
            specification = {field: {} for field in fields_of[name]}
            lines = {"credential_ids": {"fields": {"value": {}, "key": {}, "value_is_secret": {}}}}
            yield name, "read", ids
            yield name, "read", ids, fields_of[name]
            yield name, "web_read", ids, specification
            yield name, "web_read", ids, lines if name == "marketplace.config" else specification
            yield name, "search_read", [], fields_of[name]
            yield name, "web_search_read", [], specification
            yield name, "export_data", ids, fields_of[name]
            yield name, "export_data", ids, ["id", "credential_ids/value"]
            yield name, "copy_data", ids
            yield name, "copy", ids
            yield name, "fields_get"
            yield name, "default_get", fields_of[name]
            yield name, "name_search", HINT
            yield name, "onchange", ids[:1], {}, [], specification
            yield name, "onchange", ids[:1], {"name": "x"}, ["name"], specification
            yield name, "get_metadata", ids
            yield name, "web_name_search", HINT, {"display_name": {}}
        yield "marketplace.location", "export_data", self.account.location_ids.ids, ["config_id/credential_ids/value"]
        yield "marketplace.listing", "export_data", self.samples["marketplace.listing"].ids, ["config_id/client_secret"]

    def test_no_call_tells_one(self):
        for role in self.roles:
            for call in self.ways():
                with self.subTest(role=role, call=call[:2]):
                    self.assertNotIn(HINT, self.said(role, *call).replace(f"'{HINT}'", ""))

    def test_managers_learn_what_is_there(self):
        names = ["secrets_set", "client_secret"]
        [answer] = self.call("manager", "marketplace.config", "read", self.account.ids, names)
        self.assertEqual(answer["secrets_set"], "Access Token, Client Secret, Password")
        self.assertFalse(answer["client_secret"])
        names = ["key", "value", "value_is_secret"]
        lines = self.call("manager", "marketplace.credential", "read", self.kept.ids, names)
        self.assertEqual({line["key"] for line in lines}, set(SECRETS))
        self.assertEqual({(line["value"], line["value_is_secret"]) for line in lines}, {(False, "••••••••")})

    def test_no_search_tells_one(self):
        """A search by a secret, or by a part of it, finds the same, right or wrong."""
        for role in self.roles:
            for model, path in (
                ("marketplace.credential", "value"),
                ("marketplace.config", "credential_ids.value"),
                ("marketplace.config", "client_secret"),
                ("marketplace.config", "access_token"),
                ("marketplace.listing", "config_id.credential_ids.value"),
                ("marketplace.location", "config_id.access_token"),
            ):
                for operator in ("=", "in", "ilike", "=like"):
                    for method in ("search", "search_count", "formatted_read_group"):
                        right, wrong = (
                            self.said(role, model, method, [(path, operator, [text] if operator == "in" else text)])
                            for text in (SECRETS["access_token"], "something else"))
                        with self.subTest(role=role, path=path, operator=operator, method=method):
                            self.assertEqual(
                                right.replace(SECRETS["access_token"], ""), wrong.replace("something else", ""))

    def test_no_order_or_group_tells_one(self):
        for role in self.roles:
            for call in (
                ("marketplace.credential", "search_read", [], ["key"], 0, None, "value"),
                ("marketplace.credential", "formatted_read_group", [], ["value"], ["__count"]),
                ("marketplace.credential", "formatted_read_group", [], ["key"], ["value:array_agg"]),
                ("marketplace.config", "formatted_read_group", [], ["credential_ids.value"], ["__count"]),
            ):
                with self.subTest(role=role, call=call):
                    self.assertTrue(self.said(role, *call).startswith(("AccessError", "UserError", "ValueError")))

    def test_managers_replace_one(self):
        manager = self.manager.id
        token = self.kept.filtered(lambda credential: credential.key == "access_token")
        token.with_user(manager).write({"value": "shpat_another"})
        self.account.with_user(manager).password = "pw_another"
        new = self.env["marketplace.credential"].with_user(manager).create({
            "config_id": self.account.id, "key": "spare", "value": "spare_secret"})
        self.env.invalidate_all()
        values = {credential.key: credential.value for credential in self.account.credential_ids}
        self.assertEqual(
            [values[key] for key in ("access_token", "password", "spare")],
            ["shpat_another", "pw_another", "spare_secret"])
        self.assertFalse(new.value)

    def test_nothing_is_written_down(self):
        """Neither messages nor logs nor any column but the one for it."""
        self.account.with_user(self.manager).write({
            "name": "Renamed", **dict.fromkeys(("client_secret", "access_token", "password"), f"new_{HINT}")})
        self.env.flush_all()
        self.env.cr.precommit.run()
        tables = self.env.execute_query(SQL(
            """SELECT table_name FROM information_schema.tables
                WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'marketplace_credential'
                  AND (table_name LIKE 'marketplace%%' OR table_name LIKE 'mail_%%' OR table_name IN (
                       'ir_logging', 'ir_attachment', 'ir_config_parameter', 'ir_cron_progress', 'ir_act_server'))"""))
        self.assertGreater(len(tables), 20)
        for [table] in tables:
            [[count]] = self.env.execute_query(SQL(
                "SELECT count(*) FROM %s t WHERE t::text LIKE %s", SQL.identifier(table), f"%{HINT}%"))
            self.assertEqual(count, 0, table)


@tagged("post_install", "-at_install")
class TestSecretsOverHttp(MarketplaceMixin, HttpCase):
    """What the server answers when things go wrong, tracebacks included."""

    def setUp(self):
        super().setUp()
        type(self).company = self.env.company
        shop = self.open_shop()
        self.account = self.make_account(shop, access_token=f"shpat_{HINT}")
        self.env["marketplace.credential"]._set(self.account, "client_secret", f"shpss_{HINT}")
        self.make_user("http-manager", "marketplace_sync.group_marketplace_manager")
        self.make_user("http-user", "marketplace_sync.group_marketplace_user")
        self.env.flush_all()

    def rpc(self, model, method, *args, **kwargs):
        """The text of the answer to a call of the web client's."""
        body = {"jsonrpc": "2.0", "method": "call", "params": {
            "model": model, "method": method, "args": args, "kwargs": kwargs}}
        with mute_logger("odoo.http", "odoo.sql_db"), self.silence():
            answer = self.url_open(f"/web/dataset/call_kw/{model}/{method}", json=body)
        self.assertEqual(answer.status_code, 200)
        return answer.text

    def test_errors_tell_none(self):
        self.authenticate("http-manager", "http-manager")
        ids = self.account.ids
        calls = [
            ("marketplace.config", "action_test_connection", ids),
            ("marketplace.config", "write", ids, {"access_token": f"\0{HINT}"}),
            ("marketplace.config", "write", ids, {"access_token": f"fernet:{HINT}"}),
            ("marketplace.config", "web_save", ids, {"access_token": f"shpat_{HINT}2", "shards": 99}, {"name": {}}),
            ("marketplace.credential", "create", {"config_id": ids[0], "key": "access_token", "value": f"x{HINT}"}),
            ("marketplace.credential", "create", {"config_id": ids[0], "value": f"x{HINT}"}),
            ("marketplace.credential", "create", {"config_id": 0, "key": "new", "value": f"x{HINT}"}),
        ]
        for call in calls:
            answer = self.rpc(*call)
            self.assertNotIn(HINT, answer, call[:2])
            self.assertIn("error", json.loads(answer), call)

    def test_a_crash_of_ours_tells_none(self):
        """Whatever breaks while a secret is in hand: the traceback in the answer has code, no values."""
        self.authenticate("http-manager", "http-manager")
        with patch("odoo.addons.marketplace_sync.adapters.shopify.ShopifyAdapter.test", side_effect=KeyError("broken")):
            answer = self.rpc("marketplace.config", "action_test_connection", self.account.ids)
        self.assertIn("broken", json.loads(answer)["error"]["data"]["debug"])
        self.assertNotIn(HINT, answer)

    def test_private_methods_are_not_there(self):
        self.authenticate("http-manager", "http-manager")
        for model, method in (
            ("marketplace.config", "_secrets"), ("marketplace.config", "_connection"), ("marketplace.config", "_drain"),
            ("marketplace.credential", "_stored_by_id"), ("marketplace.credential", "_set"),
            ("stock.availability.dirty", "_dirty"), ("marketplace.config", "init"),
        ):
            error = json.loads(self.rpc(model, method, self.account.ids))["error"]
            self.assertIn("Private methods", error["data"]["message"])

    def test_users_get_the_refusal_and_no_more(self):
        self.authenticate("http-user", "http-user")
        for call in (
            ("marketplace.credential", "search_read", []),
            ("marketplace.config", "read", self.account.ids, ["client_secret", "credential_ids"]),
            ("marketplace.config", "write", self.account.ids, {"base_url": "https://elsewhere.example"}),
        ):
            error = json.loads(self.rpc(*call))["error"]
            self.assertEqual(error["data"]["name"], f"{AccessError.__module__}.{AccessError.__name__}")
            self.assertNotIn(HINT, json.dumps(error))
