# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..adapters.base import AdapterError, Level
from .words import Refusal, said


class MarketplaceListing(models.Model):
    """What would be sent for a listing now, without sending it."""

    _inherit = "marketplace.listing"

    preview = fields.Html(compute="_compute_preview", sanitize=False)

    def action_preview(self):
        """Show what a push would send for this listing now. Nothing is sent."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "name": self.env._("Preview of %s", self.display_name),
            "res_model": self._name, "res_id": self.id, "target": "new",
            "views": [(self.env.ref("marketplace_sync.marketplace_listing_view_preview").id, "form")],
        }

    def action_preview_request(self):
        """Show the exact request that would publish this listing now, its secrets masked. Nothing is sent.

        :raise UserError: why there is no such request
        """
        self.ensure_one()
        self.check_access("read")
        if self.platform != "rest":
            raise UserError(self.env._("Requests can be previewed for accounts of the platform Other (REST) only."))
        account = self.sudo().config_id
        levels = self._levels_to_preview()
        try:
            with account._adapter() as adapter:
                shown = adapter.preview(levels)
        except AdapterError as error:
            raise Refusal(self.env, error.reason) from None
        preview = self.env["marketplace.request.preview"].create({
            "method": shown.method, "url": shown.url, "body": shown.body,
            "headers": "\n".join(f"{name}: {value}" for name, value in shown.headers.items()),
        })
        return {
            "type": "ir.actions.act_window", "name": self.env._("Request for %s", self.display_name),
            "res_model": preview._name, "res_id": preview.id, "view_mode": "form", "target": "new",
        }

    def _compute_preview(self):
        for listing in self:
            listing.preview = listing._origin and listing._origin._render_preview()

    def _render_preview(self):
        places = self._preview()
        why_not = self.sudo()._why_not_now(places[0])
        return self._render_panel(
            "marketplace_sync.listing_preview", places=places, why_not=why_not,
            is_forgotten=not why_not and not places[0]["waiting_since"] and any(
                place["would_send"] for place in places))

    def _preview(self):
        """What a push would send now, and where nothing.

        :return: see `_explain`; with `would_send` besides: whether the number differs from what the shop has, or was
            refused and is tried again
        """
        return [{
            **place, "would_send": not place["reason"] and (
                place["state"] == "error" or not place["published"]
                or place["published"]["quantity"] != place["number"]),
        } for place in self._explain()]

    def _levels_to_preview(self):
        """What would be pushed for this listing now, at each location: adapters.base.Level.

        :raise UserError: why it has no number, or no item in the shop
        """
        listing, waiting = self.sudo(), self.sudo()._as_waiting()
        places = self._explain()
        reason = next(filter(None, (place["reason"] for place in places)), "") or (
            not listing.external_id and listing._why_not_looked_up(waiting))
        if reason:
            raise UserError(reason)
        sku = waiting.sku or ""
        external_ids = {place.id: place.external_id for place in listing.config_id.location_ids}
        return [
            Level((self.id, place["place"]), listing.external_id or sku, external_ids[place["place"]], place["number"],
                  sku=sku)
            for place in places
        ]

    # === WHY NOT === #

    def _why_not_now(self, explained):
        """What keeps this listing from being pushed now, in plain words; empty when nothing does.

        :param dict explained: one of `_explain`
        """
        account = self.config_id
        if not self.active:
            return self.env._("It is not listed any more: the shop is left as it is.")
        if account._standing() != "connected":
            return self._with_trouble(account._say_switched_off(account._standing()))
        if account._is_backing_off():
            return self._with_trouble(self.env._(
                "The shop could not be reached and is tried again at %s.", self._shown_time(account.retry_at)))
        if self.state == "conflict":
            return self.env._("The number was changed in the shop: it waits until somebody says which one is right.")
        if explained["is_deferred"]:
            return self.env._("%(reason)s It waits until %(time)s, or for the next change.",
                              reason=self.deferred_reason or "", time=self._shown_time(self.deferred_until))
        if self.state == "error" and not explained["waiting_since"]:
            return self.env._(
                "It failed: %(reason)s It is tried again at %(time)s.", reason=self.error or "",
                time=self._shown_time(self.next_attempt)
            ) if self.next_attempt else self.env._(
                "It failed: %s It is tried again with the next change.", self.error or "")
        waiting = self._as_waiting()
        if not waiting.is_linked or not waiting.is_tracked:
            return self._why_not_looked_up(waiting) or self.env._(
                "It is looked up in the shop first, by its SKU %s.", waiting.sku or "")
        return ""

    def _with_trouble(self, sentence):
        return " ".join(filter(None, [sentence, self.config_id.last_error]))

    def _why_not_looked_up(self, waiting):
        reasons = self.env["marketplace.drain"]._reasons_not_to_look(self.config_id, [waiting])
        return said(self.env, reasons.get(self.id, ""))

    def _as_waiting(self):
        """This listing as a push sees it: drain_run.Waiting, without marks."""
        self.env.flush_all()
        [[waiting, _last]] = self.env["marketplace.drain"]._read_listings(self.platform, SQL(
            "SELECT %s AS listing_id, ARRAY[]::bigint[] AS ids, 0 AS last", self.id))
        return waiting
