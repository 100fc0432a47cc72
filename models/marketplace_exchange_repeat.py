# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..adapters.exchange import MASK
from .marketplace_exchange import MANAGERS


class MarketplaceExchange(models.Model):
    """Sending a kept request again, to see what the shop says now."""

    _inherit = "marketplace.exchange"

    why_not_repeat = fields.Char(compute="_compute_why_not_repeat", compute_sudo=True, groups=MANAGERS)

    @api.depends("url", "body", "body_cut", "writes", "listing_ids", "config_id.base_url", "config_id.state")
    def _compute_why_not_repeat(self):
        for exchange in self:
            exchange.why_not_repeat = exchange._why_not_repeat()

    def _why_not_repeat(self):
        """What keeps this request from being sent again, in plain words; False when nothing does."""
        account = self.config_id
        if account.state not in ("connected", "error"):
            return self.env._("Its account is switched off.")
        if not (self.url or "").startswith(f"{account.base_url}/"):
            return self.env._("It was sent to another address than the account has now.")
        if self.body_cut:
            return self.env._("Not all of it was kept.")
        if MASK in (self.body or "") or MASK in self.url.partition("?")[0]:
            return self.env._("It holds a secret, which is not kept.")
        if self.writes and not self.listing_ids:
            return self.env._("It may write, and which listings it was about is not known: push them again instead.")
        return False

    def action_repeat(self):
        """Send this request again with the account's present secrets, once, and show what the shop answers.

        It may write numbers that are out of date by now: its listings are pushed again afterwards, so that the shop
        does not keep them.

        :raise UserError: why it can't be sent again, or why there is no answer
        """
        self.ensure_one()
        self.config_id.check_access("write")
        if self.sudo().why_not_repeat:
            raise UserError(self.sudo().why_not_repeat)
        again = self.sudo()._send_again()
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": again.id, "view_mode": "form",
            "views": [(False, "form")], "name": self.env._("What the Shop Answers Now"),
        }

    def _send_again(self):
        """:return: the new exchange, committed; should Odoo begin the user's transaction anew, nothing is sent twice"""
        self.env.flush_all()
        with self.env["marketplace.drain"]._own_cursor(self.config_id) as drain:
            again_id = drain._repeat(self.with_env(self.env(cr=drain.env.cr))).id
        self.env.invalidate_all()
        return self.browse(again_id)

    def _keep_again(self, sent):
        """:param sent: adapters.exchange.Exchange, of this request sent again"""
        again = self._keep(self.config_id, [sent])
        again.listing_ids = self.listing_ids
        return again
