# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # repeating works on a cursor of its own
from contextlib import ExitStack, contextmanager
from functools import partial

from odoo import models
from odoo.exceptions import UserError

from ..adapters.base import AdapterError
from .advisory_lock import session_lock, shard_key
from .witness import Witness
from .words import Refusal


class MarketplaceDrain(models.AbstractModel):
    """Sending a kept request again, between two pushes."""

    _inherit = "marketplace.drain"

    def _repeat(self, exchange):
        """Send a request again, once, and have the listings it may write to pushed afterwards.

        :param exchange: marketplace.exchange, on this cursor
        :return: the new one, committed
        :raise UserError: why there is none
        """
        account = exchange.config_id
        listings = exchange.listing_ids if exchange.writes else exchange.listing_ids.browse()
        try:
            with self._shards_held(account, listings) as held:
                # Marked before it is sent: its numbers do not stay, whatever becomes of it and of this server.
                if not held or listings and not self._commit_in_turn(account, listings.action_push):
                    raise UserError(exchange.env._("Its numbers are being pushed."))
                return self._send_once(exchange)
        finally:
            if listings and account.push_mode == "immediate":
                # Whoever wanted to push meanwhile found the lock taken and went away: call it back.
                self._commit_or_leave(account._trigger_crons)

    @contextmanager
    def _shards_held(self, account, listings):
        """Keep pushes of these listings waiting, and yield whether all of them do."""
        with ExitStack() as locks:
            yield all(
                locks.enter_context(session_lock(self.env.cr, shard_key(account.id, shard), wait=True))
                for shard in sorted({listing_id % account.shards for listing_id in listings.ids}))

    def _send_once(self, exchange):
        account, kept, witness, reason = exchange.config_id, exchange._as_exchange(), Witness(everything=True), ""
        try:
            # Whoever pressed the button decides about another try.
            with account._adapter(witness, attempts=1) as adapter:
                self.env.cr.commit()  # no snapshot is kept open while the shop takes its time
                adapter.repeat(kept)
                if adapter.token:
                    self._commit_in_turn(account, partial(account._keep_token, adapter))
        except AdapterError as error:
            reason = error.reason
        sent = [told for told in witness.take() if told.method == kept.method]
        if not sent:
            raise Refusal(exchange.env, reason)
        again = self._commit_in_turn(account, partial(exchange.with_context(lang=self.env.lang)._keep_again, sent[-1]))
        if not again:
            raise UserError(exchange.env._("Other transactions hold on to this account's listings."))
        return again
