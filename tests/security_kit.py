# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the tests of security share: one record at least of every model, and calls as they come over the network."""

from psycopg2 import IntegrityError

from odoo import api, fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw, get_public_method
from odoo.tools import mute_logger

from .test_security import SecurityCase

ADDON = "marketplace_sync"
OURS = f"odoo.addons.{ADDON}."
# What Odoo's own access control decides about, tried by itself; see `test_security_access`.
ORM = {"create", "write", "unlink", "copy_data", "search_count"}


def our_models(registry):
    """The models this addon brings, by name."""
    return {name: model for name, model in registry.items() if model._original_module == ADDON}


def our_methods(model):
    """The names of what our classes define in a model."""
    return {
        name for cls in type(model).__mro__ if cls.__module__.startswith(OURS)
        for name, found in vars(cls).items() if callable(getattr(found, "__func__", found))}


def is_public(model, name):
    """Whether Odoo lets the method be called over the network."""
    try:
        get_public_method(model, name)
    except AccessError:
        return False
    return True


class NetworkCase(SecurityCase):
    """`call` calls as `/web/dataset/call_kw` does; `samples` has records of the company `Seller` of every model."""

    def setUp(self):
        super().setUp()
        now = fields.Datetime.now()
        listing, place = self.listing(self.item), self.account.location_ids
        self.env["marketplace.rule"].create({"config_id": self.account.id, "kind": "buffer", "value": 1.0})
        self.env["marketplace.hold"].create({
            "company_id": self.company.id, "product_id": self.item.id, "product_tmpl_id": self.item.product_tmpl_id.id,
            "stock_key": "sample", "expires_at": now})
        compared = self.env["marketplace.reconcile"].create({"config_id": self.account.id, "state": "done"})
        self.env["marketplace.drift"].create({
            "reconcile_id": compared.id, "config_id": self.account.id, "listing_id": listing.id,
            "location_id": place.id, "reason": "changed"})
        self.env["marketplace.exchange"].create({
            "config_id": self.account.id, "sent_at": now, "method": "GET", "url": f"{self.account.base_url}/sample"})
        self.account.rest_profile_id = self.env.ref("marketplace_sync.marketplace_rest_profile_odd")
        preview = self.env["marketplace.request.preview"].create({"url": "https://shop.example"})
        self.env["marketplace.publish"].create({"mode": "publish", "variants": self.item.ids, "shopify": True})
        self.env["marketplace.bulk"].create({"kind": "publish", "platforms": "shopify", "user_id": self.env.uid})
        self.env.cr.flush()
        self.samples = {
            name: self.env[name].sudo().with_context(active_test=False).search(
                [("company_id", "=", self.company.id)] if "company_id" in self.env[name]._fields else [])
            for name, model in our_models(self.env.registry).items() if not model._abstract}
        self.samples["marketplace.rest.profile"] = self.account.rest_profile_id
        self.samples["marketplace.request.preview"] = preview
        self.samples["marketplace.credential"] = self.account.credential_ids
        self.samples["marketplace.config"], self.samples["marketplace.listing"] = self.account, listing
        self.roles = {
            "portal": self.portal, "internal": self.nobody, "user": self.user, "manager": self.manager,
            "stranger": self.stranger}

    def call(self, role, model, method, *args, context=None, **options):
        """What the method gives, in a savepoint that is undone."""
        user = self.roles[role]
        context = {"allowed_company_ids": user.company_ids.ids, **(context or {})}
        env = api.Environment(self.env.cr, user.id, {})
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(), self.silence(), mute_logger("odoo.addons.base.models.ir_rule"):
                answer = call_kw(env[model], method, list(args), {**options, "context": context})
                raise Undone
        except Undone:
            return answer
        finally:
            self.env.invalidate_all()

    def gets(self, *call, **options):
        """Whether somebody who calls it gets an answer."""
        try:
            self.call(*call, **options)
        except UserError:
            return False
        return True

    def may(self, role, model, method, *args, **options):
        """Whether somebody may call it: what comes of it then, also a refusal for another reason, is no matter."""
        try:
            self.call(role, model, method, *args, **options)
        except AccessError:
            return False
        except (UserError, IntegrityError):
            return True
        return True


class Undone(Exception):
    """The call has ended well."""
