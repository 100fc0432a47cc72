# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining works on a cursor of its own
from odoo import models
from odoo.tools import SQL

from .advisory_lock import session_lock, shard_key


class MarketplaceDrain(models.AbstractModel):
    """Pushing the listings that somebody chose, ahead of all that waits before them."""

    _inherit = "marketplace.drain"

    def _drain_shard(self, run, shard):
        if run.listing_ids is None:
            super()._drain_shard(run, shard)
            return
        chosen = [listing_id for listing_id in run.listing_ids if listing_id % run.account.shards == shard]
        if not chosen:
            return
        with session_lock(self.env.cr, shard_key(run.account.id, shard)) as held:
            # Where somebody else holds it, too: whoever does looks again after letting go of it.
            self._mark_chosen(chosen)
            if held:
                self._drain_chosen(run, shard)
            else:
                run.busy = True

    def _mark_chosen(self, listing_ids):
        """Mark those that have no mark; those held back by a limit anew, which has them looked at in spite of it."""
        self.env["stock.availability.dirty"]._dirty_listings(SQL(
            """listing.id = ANY(%s) AND listing.state <> 'conflict'
               AND (listing.deferred_until IS NOT NULL
                    OR (SELECT id FROM stock_availability_dirty WHERE listing_id = listing.id LIMIT 1) IS NULL)""",
            listing_ids), "sync now")
        self.env.cr.commit()

    def _drain_chosen(self, run, shard):
        """Push them, in a shard whose lock is held. What is not sorted yet is left to the scheduled action."""
        after, more = 0, True
        while more and not run.is_over() and self._may_go_on(run):
            chunk, last = self._claim(run, shard, after)
            if chunk:
                self._drain_chunk(run, chunk)
            # Those that were only linked kept their marks: once more from the beginning.
            more = bool(chunk or after)
            after = last if chunk else 0
