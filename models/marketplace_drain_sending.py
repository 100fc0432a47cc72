# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining works on a cursor of its own
import logging
from functools import partial

from odoo import models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class MarketplaceDrain(models.AbstractModel):
    """What is on its way: known after a crash, and told to whoever asks for it in the log.

    With this module's logger at DEBUG (`--log-handler=odoo.addons.marketplace_sync:DEBUG`) each chunk's numbers are
    written to the log before they are sent, beside the snapshot they were read in:

        marketplace_sync: sending account_id=3 snapshot=1042:1045:1043 levels=12@4=7 13@4=0

    A level is a listing's id, a marketplace.location's id and the number; a snapshot is what PostgreSQL's
    pg_current_snapshot() says. Otherwise it costs nothing.
    """

    _inherit = "marketplace.drain"

    def _run(self, account, limit, listing_ids):
        self._commit_or_leave(partial(self.env["marketplace.attempt"]._look_again, account))
        return super()._run(account, limit, listing_ids)

    def _snapshot(self):
        """What the open transaction sees, where the log wants to know; else empty."""
        if not _logger.isEnabledFor(logging.DEBUG):
            return ""
        [[snapshot]] = self.env.execute_query(SQL("SELECT pg_current_snapshot()::text"))
        return snapshot

    def _tell_sending(self, account, snapshot, levels):
        """Say what is sent next, and what it was worked out from.

        :param str snapshot: of the transaction the numbers were read in, see `_snapshot`
        :param levels: list of adapters.base.Level
        """
        if snapshot and levels:
            _logger.debug(
                "marketplace_sync: sending account_id=%s snapshot=%s levels=%s", account.id, snapshot,
                " ".join(f"{listing_id}@{place_id}={level.quantity}" for level in levels
                         for listing_id, place_id in [level.key]))
