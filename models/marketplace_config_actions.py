# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models
from odoo.exceptions import UserError

from ..adapters.base import AdapterError
from .notification import notification
from .words import Refusal, said


class MarketplaceConfig(models.Model):
    """The buttons of an account."""

    _inherit = "marketplace.config"

    def action_test_connection(self):
        """Ask the shop for its name and this account's permissions; a good answer connects the account.

        :raise UserError: with what the shop said, in plain words, when it can't be worked with
        """
        self.ensure_one()
        self.check_access("write")
        shop = self._ask(lambda adapter: adapter.test())
        if shop.missing_scopes:
            own = self._in_its_language().sudo()
            own.last_error = own.env._("The shop does not grant: %s", ", ".join(shop.missing_scopes))
            return self._notify("warning", self.env._(
                "%(shop)s answers, but does not grant this app: %(scopes)s. Add these scopes to the app in the shop, "
                "install it again, then test again.", shop=shop.name, scopes=", ".join(shop.missing_scopes)))
        self.sudo().write({
            "shop_name": shop.name, "last_error": False, "failures": 0, "retry_at": False,
            "state": "paused" if self.state == "paused" else "connected",
        })
        self.activity_unlink(["marketplace_sync.mail_activity_account_stopped"])
        if not self.location_ids:
            self._fetch_locations()
        self.env["stock.availability.dirty"]._wake_after_commit()
        return self._notify("success", self.env._("Connected to %s.", shop.name))

    def action_fetch_locations(self):
        """Bring the list of the shop's locations up to date; the mapping of known ones is kept."""
        self.ensure_one()
        self.check_access("write")
        self._fetch_locations()
        return self._notify("success", self.env._(
            "Locations found: %s. Choose for each which Odoo locations feed it.", len(self.location_ids)))

    def action_link_listings(self):
        """Look up in the shop, by SKU, every listing that is not linked yet or whose link failed."""
        self.ensure_one()
        self.check_access("write")
        try:
            linked, failed = self.env["marketplace.drain"]._link_account(self)
        except AdapterError as error:
            raise Refusal(self.env, error.reason) from None
        self.env.invalidate_all()
        return self._notify("warning" if failed else "success", self._and_what_waits(self.env._(
            "%(linked)s listings linked, %(failed)s could not be.", linked=linked, failed=failed)))

    def action_sync_now(self):
        """Push what is waiting, now, and say what happened."""
        self.ensure_one()
        self.check_access("read")
        account = self.sudo()
        if account._standing() != "connected":
            raise UserError(self.env._("%s is not connected: test the connection first, or resume it.", self.name))
        return self._tell_pushed(account._drain())

    def _tell_pushed(self, done):
        """Say what a push has done.

        :param dict done: see `_drain`
        """
        if done["state"] == "error":
            return self._notify("danger", done["trouble"])
        if done["remaining"] and (done["busy"] or done["trouble"]):
            return self._notify("warning", done["trouble"] or self.env._("Its scheduled action is pushing already."))
        if not (done["done"] or done["failed"] or done["remaining"] or self.sudo().deferral):
            return self._notify("success", self.env._("Nothing was waiting: the shop is up to date."))
        return self._notify("warning" if done["failed"] else "success", self._and_what_waits(self.env._(
            "%(done)s listings up to date, %(failed)s failed, %(remaining)s still waiting.", **done)))

    def action_retry_failed(self):
        """Try every failed listing of the account again."""
        self.check_access("read")
        self.env["marketplace.listing"].search(
            [("config_id", "in", self.ids), ("state", "=", "error")]).action_retry()
        return True

    def action_pause(self):
        """Stop pushing; changes go on being remembered."""
        self.check_access("write")
        self.filtered(lambda account: account.state in ("connected", "error")).sudo().state = "paused"
        return True

    def action_resume(self):
        """Go on pushing, with everything that changed meanwhile."""
        self.check_access("write")
        self.filtered(lambda account: account.state == "paused").sudo().write({"state": "connected", "retry_at": False})
        self.env["stock.availability.dirty"]._wake_after_commit()
        return True

    def action_collect_garbage(self):
        """Remove what nobody needs any more now instead of at night, and say how much it was."""
        self.ensure_one()
        self.check_access("write")
        return self._notify("success", self.env["marketplace.garbage"]._collect(self))

    def action_open_listings(self):
        return self._open("marketplace_sync.marketplace_listing_action")

    def action_open_failed(self):
        return self._open(
            "marketplace_sync.marketplace_listing_action", search_default_failed=1, search_default_group_reason=1)

    def action_open_conflicts(self):
        return self._open("marketplace_sync.marketplace_listing_action", search_default_asking=1)

    def action_open_waiting(self):
        return self._open("marketplace_sync.stock_availability_dirty_action")

    def action_open_log(self):
        return self._open("marketplace_sync.marketplace_sync_log_action")

    def action_open_cron(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "res_model": "ir.cron", "res_id": self.sudo().cron_id.id,
            "view_mode": "form", "name": self.env._("Scheduled Action"),
        }

    # === HELPERS === #

    def _and_what_waits(self, message):
        """The message, and what the marketplace's limits hold back."""
        return " ".join(filter(None, [message, self.sudo().deferral]))

    def _ask(self, question):
        """The adapter's answer to `question(adapter)`.

        :raise UserError: with the marketplace's reason
        """
        try:
            return self._answer(question)
        except AdapterError as error:
            raise Refusal(self.env, error.reason) from None

    def _answer(self, question):
        """The adapter's answer to `question(adapter)`.

        :raise AdapterError: what the marketplace said
        """
        witness = self.sudo()._witness()
        try:
            with self.sudo()._adapter(witness) as adapter:
                answer = question(adapter)
                self.sudo()._keep_token(adapter)
                return answer
        finally:
            self._keep_asked(witness)

    def _fetch_locations(self):
        remote = {location.external_id: location for location in self._ask(lambda adapter: adapter.locations())}
        known = self.with_context(active_test=False).location_ids
        for location in known:
            found = remote.pop(location.external_id, None)
            if found:
                location.write({"name": said(self.env, found.name), "active": found.active})
            else:
                location.active = False
        new = self.env["marketplace.location"].create([
            {"config_id": self.id, "external_id": found.external_id, "name": said(self.env, found.name),
             "active": found.active}
            for found in remote.values()
        ])
        open_places = (known | new).filtered("active")
        warehouses = self.env["stock.warehouse"].search([("company_id", "=", self.company_id.id)])
        if len(open_places) == 1 and len(warehouses) == 1 and not open_places.location_ids:
            open_places.location_ids = warehouses.lot_stock_id

    def _open(self, action, **context):
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.actions"]._for_xml_id(action),
            "domain": [("config_id", "=", self.id)],
            "context": {"default_config_id": self.id, **context},
        }

    def _notify(self, kind, message):
        return notification(kind, self.name, message)
