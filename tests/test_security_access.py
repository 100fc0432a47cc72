# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every model, method, button and action of the addon, tried by everybody.

What there is to try is found out, and who may do it is written down here: a model, a method or an action that is added
fails until somebody has thought about it.
"""

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .security_kit import ADDON, ORM, NetworkCase, is_public, our_methods, our_models

READ, ALL = {"read"}, {"read", "write", "create", "unlink"}
# What a user and a manager may do with the records of their company; all others may do nothing.
RECORDS = {
    "marketplace.config": (READ, ALL),
    "marketplace.credential": (set(), ALL),
    "marketplace.location": (READ, ALL),
    "marketplace.listing": (READ, ALL),
    "marketplace.rest.profile": (READ, ALL),
    "marketplace.rule": (READ, ALL),
    "marketplace.level": (READ, READ),
    "marketplace.history": (READ, READ),
    "marketplace.sync.log": (READ, READ),
    "marketplace.exchange": (READ, READ),
    "marketplace.allowance": (READ, READ),
    "marketplace.revision": (READ, READ),
    "marketplace.hold": (READ, READ),
    "marketplace.reconcile": (READ, READ),
    "marketplace.drift": (READ, READ),
    "stock.availability.dirty": (READ, READ),
    # Somebody else's.
    "marketplace.request.preview": ({"create"}, {"create"}),
    "marketplace.publish": ({"create"}, {"create"}),
    "marketplace.bulk": (set(), set()),
}
# Whose own records everybody who works with marketplaces may read.
OWN = {"marketplace.request.preview", "marketplace.publish", "marketplace.bulk"}
# Those that belong to no company: what a manager of another company may do with one our account uses.
SHARED = {"marketplace.rest.profile": READ}
DAILY, SET_UP, SHOW = {"user", "manager"}, {"manager"}, {"user", "manager"}
# Whoever may change products besides, which none of these roles may; `test_bulk_rights` has one who may do both.
CHANGE_PRODUCTS = set()
ON_PRODUCTS = {
    "action_open_marketplace_listings": SHOW,
    "action_sync_with_marketplaces": DAILY,
    "action_publish_on_marketplaces": CHANGE_PRODUCTS,
    "action_stop_on_marketplaces": CHANGE_PRODUCTS,
}
METHODS = {
    "marketplace.config": {
        "action_sync_now": DAILY,
        "action_retry_failed": DAILY,
        "action_test_connection": SET_UP,
        "action_fetch_locations": SET_UP,
        "action_link_listings": SET_UP,
        "action_connect_ebay": SET_UP,
        "action_pause": SET_UP,
        "action_resume": SET_UP,
        "action_reconcile": SET_UP,
        "action_collect_garbage": SET_UP,
        "action_setup_continue": SET_UP,
        "action_setup_restart": SET_UP,
        "action_setup_test": SET_UP,
        "action_setup_next": SET_UP,
        "action_setup_back": SET_UP,
        "action_setup_look": SET_UP,
        "action_setup_go_live": SET_UP,
        "action_open_listings": SHOW,
        "action_open_failed": SHOW,
        "action_open_waiting": SHOW,
        "action_open_waiting_listings": SHOW,
        "action_open_conflicts": SHOW,
        "action_open_drift": SHOW,
        "action_open_log": SHOW,
        "action_open_exchanges": SHOW,
        "action_capture": SET_UP,
        "action_stop_capture": SET_UP,
        "action_open_linked": SHOW,
        "action_open_pushes": SHOW,
        "action_open_refused": SHOW,
        "action_open_calls": SHOW,
        "action_open_allowances": SHOW,
        "action_open_cron": SHOW,
    },
    "marketplace.listing": {
        "action_retry": DAILY,
        "action_push": DAILY,
        "action_preview": DAILY,
        "action_preview_request": DAILY,
        "action_publish_ours": DAILY,
        "action_count_as_sold": DAILY,
        "action_open_history": SHOW,
        "action_open_log": SHOW,
        "action_open_exchanges": SHOW,
        "action_open_explanation": SHOW,
        "action_sync_now": DAILY,
        "action_stop": CHANGE_PRODUCTS,
    },
    "product.template": ON_PRODUCTS,
    "product.product": ON_PRODUCTS,
    # Nobody answers, or looks into, what somebody else asked for.
    "marketplace.publish": {"action_apply": set()},
    "marketplace.bulk": {"action_open_failed": set(), "action_cancel": set()},
    # Of the own companies, whatever the ids.
    "marketplace.credential": {"action_encrypt_again": {"manager", "stranger"}},
    "marketplace.drift": {"action_open_listing": SHOW},
    "marketplace.sync.log": {"action_open_listings": SHOW, "action_open_exchanges": SHOW},
    "marketplace.exchange": {"action_open_listings": SHOW, "action_repeat": SET_UP},
    "marketplace.reconcile": {"action_open_drift": SHOW},
}
ACTIONS = {
    "ir.actions.act_window": {
        f"{name}_action" for name in (
            "marketplace_allowance", "marketplace_bulk", "marketplace_config", "marketplace_credential",
            "marketplace_dashboard", "marketplace_drift", "marketplace_exchange", "marketplace_history",
            "marketplace_listing", "marketplace_reconcile", "marketplace_rest_profile", "marketplace_rule",
            "marketplace_settings", "marketplace_setup", "marketplace_sync_log", "marketplace_sync_log_analysis",
            "stock_availability_dirty")} | {"marketplace_rule_action_of_account"},
    "ir.actions.server": {"ir_cron_reconcile_ir_actions_server", "ir_cron_bulk_ir_actions_server"} | {
        f"{model}_action_{name}" for model in ("product_template", "product_product")
        for name in ("publish", "stop", "sync")},
    "ir.cron": {"ir_cron_reconcile", "ir_cron_bulk"},
}


class TestRecordsOfAll(NetworkCase):

    def test_nothing_is_forgotten(self):
        tables = {name for name, model in our_models(self.env.registry).items() if not model._abstract}
        self.assertEqual(tables, set(RECORDS))
        self.assertEqual({name for name, found in self.samples.items() if found}, tables, "there is one to try on")

    def may_operate(self, role, name, operation):
        ids = self.samples[name].ids[:1]
        match operation:
            case "read":
                return self.may(role, name, "read", ids, ["display_name"])
            case "write":
                return self.may(role, name, "write", ids, {})
            case "create":
                return self.may(role, name, "create", [{}])
        return self.may(role, name, "unlink", ids)

    def test_records(self):
        for name, (user, manager) in RECORDS.items():
            expected = {
                "portal": set(), "internal": set(), "user": user, "manager": manager,
                "stranger": SHARED.get(name, set()) | (manager & {"create"})}
            for role, allowed in expected.items():
                for operation in sorted(ALL):
                    with self.subTest(model=name, role=role, operation=operation), mute_logger("odoo.sql_db"):
                        self.assertEqual(self.may_operate(role, name, operation), operation in allowed)

    def test_every_way_to_read(self):
        """Odoo has many; whoever may not read a model gets nothing out of any of them."""
        self.manager.group_ids |= self.env.ref("base.group_allow_export")
        for name, samples in self.samples.items():
            ids, specification = samples.ids[:1], {"display_name": {}}
            ways = {
                "web_read": (ids, specification),
                "export_data": (ids, ["id"]),
                "copy_data": (ids,),
                "search": ([],),
                "search_count": ([],),
                "search_read": ([], ["display_name"]),
                "web_search_read": ([], specification),
                "name_search": ("",),
                "formatted_read_group": ([], [], ["__count"]),
            }
            outsiders = {"portal", "internal"} | ({"user"} if not RECORDS[name][0] & READ else set())
            if name in OWN:
                outsiders -= {"user"}
            for role in outsiders:
                for way, arguments in ways.items():
                    with self.subTest(model=name, role=role, way=way):
                        self.assertFalse(self.gets(role, name, way, *arguments))
            if RECORDS[name][1] & READ:
                shut = {"copy_data", "export_data"} if name == "marketplace.credential" else set()
                self.assertEqual({way for way in ways if not self.gets("manager", name, way, *ways[way])}, shut, name)


class TestMethodsOfAll(NetworkCase):

    def setUp(self):
        super().setUp()
        own = self.product("SEC-OWN", company_id=self.company.id)
        self.samples |= {"product.product": own, "product.template": own.product_tmpl_id}

    def test_nothing_is_forgotten(self):
        found = {}
        for name in self.env.registry:
            public = {method for method in our_methods(self.env[name]) if is_public(self.env[name], method)} - ORM
            if public:
                found[name] = public
        self.assertEqual(found, {name: set(methods) for name, methods in METHODS.items()})

    def test_private_methods_stay_inside(self):
        tried = 0
        for name in self.env.registry:
            for method in our_methods(self.env[name]):
                if method.startswith("_") and not method.startswith("__"):
                    tried += 1
                    with self.assertRaisesRegex(AccessError, "Private methods"):
                        self.call("manager", name, method, [])
        self.assertGreater(tried, 200)

    def test_methods(self):
        for name, methods in METHODS.items():
            for method, allowed in methods.items():
                for role in self.roles:
                    with self.subTest(method=f"{name}.{method}", role=role):
                        self.assertEqual(self.may(role, name, method, self.samples[name].ids[:1]), role in allowed)

    def test_contexts_open_no_door(self):
        """The ids of other companies and records, guessed and sent along, give a stranger nothing."""
        for name, methods in METHODS.items():
            ids = self.samples[name].ids[:1]
            for context in (
                {"allowed_company_ids": [self.company.id]},
                {"allowed_company_ids": [self.stranger.company_id.id, self.company.id]},
                {"active_id": ids[0], "active_ids": ids, "active_model": name, "default_config_id": self.account.id},
                {"default_company_id": self.company.id, "active_test": False, "force_company": self.company.id},
            ):
                for method in set(methods) - {"action_encrypt_again"}:
                    with self.subTest(method=f"{name}.{method}", context=context):
                        self.assertFalse(self.may("stranger", name, method, ids, context=context))

    def test_encrypting_reaches_the_own_secrets_only(self):
        before = self.stored()
        with self.assertRaisesRegex(Exception, "key"):
            self.call("stranger", "marketplace.credential", "action_encrypt_again", self.account.credential_ids.ids)
        self.assertEqual(self.stored(), before)

    def stored(self):
        self.env.cr.execute("SELECT id, value FROM marketplace_credential ORDER BY id")
        return self.env.cr.fetchall()


class TestButtonsAndActions(NetworkCase):

    def views(self):
        known = self.env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "ir.ui.view")])
        return self.env["ir.ui.view"].browse(known.mapped("res_id")).filtered("model")

    def pressed_on(self, view, button):
        """The model of a button: the view's, or that of the lines it stands in."""
        model = view.model
        for field in reversed(list(button.iterancestors("field"))):
            if not field.get("position"):
                model = self.env[model]._fields[field.get("name")].comodel_name
        return model

    def test_buttons_are_methods_of_the_table(self):
        pressed = 0
        for view in self.views():
            for button in etree.fromstring(view.arch_db.encode()).iter("button"):
                if button.get("type") == "object":
                    pressed += 1
                    self.assertIn(button.get("name"), METHODS[self.pressed_on(view, button)], view.xml_id)
        self.assertGreater(pressed, 30)

    def test_buttons_are_shown_to_whom_may_press_them(self):
        """A button only managers may press is not there for users."""
        views = self.views().filtered(
            lambda view: view.model in METHODS and view.model not in OWN and not view.inherit_id)
        for view in views:
            readers = ["user", "manager"] if "read" in RECORDS[view.model][0] else ["manager"]
            for role in readers:
                shown = self.env[view.model].with_user(self.roles[role]).get_view(view.id, view.type)["arch"]
                for button in etree.fromstring(shown).iter("button"):
                    if button.get("type") == "object":
                        self.assertIn(role, METHODS[view.model][button.get("name")], (view.xml_id, button.get("name")))

    def test_actions(self):
        for kind, names in ACTIONS.items():
            known = self.env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", kind)])
            self.assertEqual(set(known.mapped("name")), names, kind)
        kinds = self.env["ir.model.data"].search([("module", "=", ADDON), ("model", "=like", "ir.actions.%")])
        self.assertEqual(set(kinds.mapped("model")) | {"ir.cron"}, set(ACTIONS))

    def test_scheduled_actions_are_nobodys_to_run(self):
        """They run as the system; whoever may start one by hand does it with his own rights."""
        crons = self.account.sudo().cron_id | self.env.ref("marketplace_sync.ir_cron_reconcile") | self.env.ref(
            "marketplace_sync.ir_cron_bulk")
        for cron in crons:
            for role in self.roles:
                with self.subTest(cron=cron.name, role=role):
                    self.assertFalse(self.may(role, "ir.cron", "method_direct_trigger", cron.ids))
                    self.assertFalse(self.may(role, "ir.cron", "write", cron.ids, {"code": "env.user.name = 'x'"}))
        for role in set(self.roles) - {"manager"}:
            with self.subTest(role=role):
                self.assertFalse(self.may(
                    role, "ir.actions.server", "run", self.account.sudo().cron_id.ir_actions_server_id.ids))
