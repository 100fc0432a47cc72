# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta
from functools import partial

from odoo import api, fields, models

from .marketplace_exchange import KEPT
from .witness import FAILED, OTHERS, Witness

CAPTURE_TIME = timedelta(hours=1)


class MarketplaceConfig(models.Model):
    """Which requests of an account are kept: those that fail, and for an hour, if somebody wants to see them, all."""

    _inherit = "marketplace.config"

    capture_until = fields.Datetime(
        readonly=True, copy=False, tracking=True, help="Until then all requests and answers are kept, to look at.")
    is_capturing = fields.Boolean(compute="_compute_is_capturing")

    @api.depends("capture_until")
    def _compute_is_capturing(self):
        now = fields.Datetime.now()
        for account in self:
            account.is_capturing = bool(account.capture_until and account.capture_until > now)

    def action_capture(self):
        """Keep all requests and answers for an hour; it ends by itself."""
        self.ensure_one()
        self.check_access("write")
        self.sudo().capture_until = fields.Datetime.now() + CAPTURE_TIME
        return self._notify("success", self.env._(
            "For an hour all requests of this account are kept: at most the last %(good)s good and %(failed)s failed "
            "ones of each part of a push, and %(all)s in all. You find them under its Requests.",
            good=OTHERS, failed=FAILED, all=KEPT))

    def action_stop_capture(self):
        """Keep only requests that fail, as usual."""
        self.check_access("write")
        self.sudo().capture_until = False
        return True

    def action_open_exchanges(self):
        return self._open("marketplace_sync.marketplace_exchange_action")

    def _keep_asked(self, witness):
        """Keep what a button has asked for, on a cursor of its own: what failed would be undone with the button."""
        exchanges = witness.take()
        if exchanges and self._origin:
            with self.env["marketplace.drain"]._own_cursor(self._origin) as drain:
                account = self._origin.with_env(drain.env)
                if account.exists():
                    drain._commit_or_leave(partial(drain.env["marketplace.exchange"]._keep, account, exchanges))

    def _witness(self):
        """What takes down the requests of this account from now on."""
        return Witness(everything=self.is_capturing)
