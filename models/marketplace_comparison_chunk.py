# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # comparing works on a cursor of its own
import logging
from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..adapters.base import AdapterError, Level, Unavailable
from ..adapters.words import _lt
from .comparison_run import Chunk
from .marketplace_drift import CHANGED, MISSING, UNPUSHED
from .words import said

_logger = logging.getLogger(__name__)

AGREED, FOUND = "agreed", "found"


def verdict(level, quantity):
    """What to make of a number a shop shows.

    :param level: what should be shown, with what was acknowledged last
    :param quantity: what is shown, None when the shop has no such number
    :return: `MISSING`; `CHANGED`, somebody sold or edited there; `UNPUSHED`, it was not sent what it should show;
        `FOUND`, it shows what it should, though nothing was ever acknowledged; or `AGREED`
    """
    if quantity is None:
        return MISSING
    if level.previous is None:
        return FOUND if quantity == level.quantity else UNPUSHED
    if quantity != level.previous:
        return CHANGED
    return AGREED if quantity == level.quantity else UNPUSHED


class MarketplaceComparison(models.AbstractModel):
    """A chunk of listings: read, ask, compare, store."""

    _inherit = "marketplace.comparison"

    def _compare_chunk(self, run, shard, size):
        """Compare the next listings of a shard whose lock is held, and commit.

        :raise AdapterError: when the shop could not be worked with, after storing what it had said by then
        """
        if run.record.state != "running" or run.record.shard != shard:
            return  # somebody else was here while the lock was waited for
        chunk = self._read_chunk(run, size)
        self.env.cr.commit()  # no snapshot is kept open while the shop takes its time
        trouble = self._read_shop(run.adapter, chunk)
        chunk.keep_answered()
        # What was changed before the snapshot above has a mark that is sorted after this, see _waiting.
        self.env["stock.availability.dirty"]._sort()
        if run.account.base_url == run.base_url:
            found = self._compare(run, chunk)
            self._advance(run, chunk, **found)
            self.env["ir.cron"]._commit_progress(len(chunk.listings))
            if run.record.state == "done":
                self._tell(run.record)
        if trouble:
            raise trouble

    def _read_chunk(self, run, size):
        """The next linked listings of the shard, what should be shown of them, and what was acknowledged."""
        account, record = run.account, run.record
        head = SQL(
            """SELECT id AS listing_id FROM marketplace_listing
                WHERE config_id = %s AND active AND state = 'linked' AND id > %s AND id %% %s = %s
                ORDER BY id LIMIT %s""",
            account.id, record.last_listing_id, record.shards, record.shard, size)
        # Their marks do not matter yet.
        found = self._read_listings(
            account.platform, SQL("SELECT listing_id, ARRAY[]::bigint[] AS ids, 0 AS last FROM head"), head)
        listings = [waiting for waiting, _last in found]
        ready = {waiting.listing_id: waiting for waiting in listings if waiting.is_linked and waiting.is_tracked}
        numbers = self.env["marketplace.quantity"]._of_listings(account, self._variants(list(ready.values())))
        places = {place.id: place.external_id for place in account.location_ids}
        known = {(listing_id, place_id): (quantity, acked_at)
                 for listing_id, place_id, quantity, acked_at in self._acknowledged(list(ready))}
        [[last_mark]] = self.env.execute_query(SQL("SELECT coalesce(max(id), 0) FROM stock_availability_dirty"))
        levels = [
            Level(key, ready[key[0]].external_id, places[key[1]], quantity, previous=known.get(key, (None,))[0],
                  sku=ready[key[0]].sku or "")
            for key, quantity in sorted(numbers.items())]
        return Chunk(listings, levels, {key: acked_at for key, (_quantity, acked_at) in known.items()}, last_mark,
                     is_last=len(listings) < size)

    def _acknowledged(self, listing_ids):
        return self.env.execute_query(SQL(
            "SELECT listing_id, location_id, quantity, acked_at FROM marketplace_level WHERE listing_id = ANY(%s)",
            listing_ids))

    def _read_shop(self, adapter, chunk):
        """Fill in what the shop shows.

        :return: the trouble that kept it from saying everything, or None
        """
        try:
            for shown in adapter.read(chunk.levels):
                chunk.shown[shown.key] = shown
        except AdapterError as error:
            return error
        left_out = sum(level.key not in chunk.shown for level in chunk.levels)
        return Unavailable(_lt("The shop left %s numbers out of its answer.", left_out)) if left_out else None

    # === COMPARE === #

    def _compare(self, run, chunk):
        """Have everything that is not as it should be set right, in the transaction that is open now.

        :return: dict of what to count, in numbers
        """
        by_verdict = defaultdict(list)
        for level in self._still(chunk, [
                level for level in chunk.levels if verdict(level, chunk.shown[level.key].quantity) != AGREED]):
            by_verdict[verdict(level, chunk.shown[level.key].quantity)].append(level)
        waiting = self._waiting(chunk, by_verdict[UNPUSHED])
        unpushed = [level for level in by_verdict[UNPUSHED] if level.key[0] not in waiting]
        drifted = [(reason, level) for reason, levels in (
            (CHANGED, [level for level in by_verdict[CHANGED] if chunk.shown[level.key].quantity != level.quantity]),
            (UNPUSHED, unpushed), (MISSING, by_verdict[MISSING])) for level in levels]
        self._note(run, chunk, drifted)
        self._adopt(chunk, by_verdict[FOUND])
        self._meet(run.account, chunk, by_verdict[CHANGED])
        self._forget_acknowledged(by_verdict[MISSING])
        self._mark_again(unpushed + by_verdict[MISSING])
        return {"drifted": len(drifted), "waiting": len(by_verdict[UNPUSHED]) - len(unpushed)}

    def _still(self, chunk, levels):
        """The levels nobody changed since the chunk was read: who did has marked their listings."""
        if not levels:
            return []
        listing_ids = list({level.key[0] for level in levels})
        links = dict(self.env.execute_query(SQL(
            "SELECT id, external_id FROM marketplace_listing WHERE id = ANY(%s) AND active AND state = 'linked'",
            listing_ids)))
        known = {(listing_id, place_id): quantity
                 for listing_id, place_id, quantity, _acked_at in self._acknowledged(listing_ids)}
        return [level for level in levels
                if links.get(level.key[0]) == level.external_id and known.get(level.key) == level.previous]

    def _waiting(self, chunk, levels):
        """The listings of these levels that wait to be pushed: that the shop has an older number is no drift then.

        A change that was committed before the chunk was read has left a mark of the product, or of the listing when
        it was sorted already. Nobody can have taken it away: the shard's lock is held. So it is found now, as long
        as all marks of that time are sorted.

        :return: set of listing ids
        """
        if not levels:
            return set()
        listing_ids = {level.key[0] for level in levels}
        [[unsorted]] = self.env.execute_query(SQL(
            "SELECT EXISTS (SELECT 1 FROM stock_availability_dirty WHERE listing_id IS NULL AND id <= %s)",
            chunk.last_mark))
        if unsorted:
            return listing_ids  # whose these are is not known: the next comparison will see
        return {listing_id for [listing_id] in self.env.execute_query(SQL(
            "SELECT DISTINCT listing_id FROM stock_availability_dirty WHERE listing_id = ANY(%s)", list(listing_ids)))}

    # === STORE === #

    def _note(self, run, chunk, drifted):
        self.env["marketplace.drift"]._store(run.record, [
            (*level.key, reason, shown.quantity, level.previous, level.quantity, chunk.since.get(level.key),
             said(self.env, shown.reason), shown.request_id)
            for reason, level in drifted for shown in [chunk.shown[level.key]]])

    def _adopt(self, chunk, levels):
        """The shop shows the right number already: nothing has to be sent."""
        self.env["marketplace.level"]._store([
            (*level.key, level.quantity, chunk.shown[level.key].request_id, None) for level in levels])

    def _meet(self, account, chunk, levels):
        """Somebody sold or edited in the shop: the account's policy says what that means."""
        differences = [
            (*level.key, level.previous, shown.quantity, shown.request_id)
            for level in levels for shown in [chunk.shown[level.key]]]
        if differences:
            self.env["marketplace.conflict"]._meet(account, differences)

    def _forget_acknowledged(self, levels):
        """What the shop no longer has is pushed even if its number is the same: its refusal shows on the listing."""
        if levels:
            listing_ids, place_ids = map(list, zip(*(level.key for level in levels), strict=True))
            self.env.cr.execute(SQL(
                """
                DELETE FROM marketplace_level level
                 USING unnest(%s::integer[], %s::integer[]) AS gone (listing_id, location_id)
                 WHERE level.listing_id = gone.listing_id AND level.location_id = gone.location_id
                """,
                listing_ids, place_ids))
            self.env["marketplace.level"].invalidate_model()

    def _mark_again(self, levels):
        if levels:
            self.env["stock.availability.dirty"]._dirty_listings(
                SQL("listing.id = ANY(%s)", list({level.key[0] for level in levels})), "drift")

    # === PROGRESS === #

    def _advance(self, run, chunk, drifted, waiting):
        """Move the cursor, together with everything that was found."""
        record = run.record
        calls, seconds = run.take_stock()
        record.write({
            "checked": record.checked + len(chunk.listings), "drifted": record.drifted + drifted,
            "waiting": record.waiting + waiting, "calls": record.calls + calls, "seconds": record.seconds + seconds,
            "last_listing_id": chunk.last_listing_id or record.last_listing_id, "retry_at": False, "note": False,
        })
        if chunk.is_last and record.shard + 1 < record.shards:
            record.write({"shard": record.shard + 1, "last_listing_id": 0})
        elif chunk.is_last:
            record._finish()
            self._log_finish(record)

    def _log_finish(self, record):
        if record.checked:
            record.config_id._log(
                "warning" if record.drifted else "info", "reconcile",
                self.env._("%(checked)s listings compared, %(drifted)s numbers were not what they should be",
                           checked=record.checked, drifted=record.drifted),
                calls=record.calls, seconds=record.seconds)

    def _tell(self, record):
        _logger.info(
            "marketplace_sync: reconcile account=%r account_id=%s checked=%s drifted=%s waiting=%s calls=%s "
            "seconds=%.3f", record.config_id.name, record.config_id.id, record.checked, record.drifted, record.waiting,
            record.calls, record.seconds)
