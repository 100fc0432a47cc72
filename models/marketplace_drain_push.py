# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining and sorting work on a cursor of their own
import logging
from functools import partial

from odoo import models
from odoo.tools import SQL

from ..adapters.base import Acknowledged, AdapterError, Conflict, Deferred, Level, Rejected
from .log_words import word
from .marketplace_listing import NO_FAILURE
from .marketplace_quantity import Number
from .words import said

_logger = logging.getLogger(__name__)

# Minutes until a failed listing is tried again by itself; doubles with each failure in a row.
FIRST_RETRY, LONGEST_RETRY = 15, 24 * 60
# At a place that no Odoo location feeds any more.
NOTHING = Number(0.0, 0.0, 0)


def shown(outcome, previous):
    """What the shop shows after an outcome; `previous` where that says nothing about it."""
    match outcome:
        case Acknowledged():
            return outcome.quantity
        case Conflict():
            return outcome.actual
    return previous


class MarketplaceDrain(models.AbstractModel):
    """From a chunk of listings to numbers in the shop and back."""

    _inherit = "marketplace.drain"

    def _push(self, run, chunk):
        """Publish the numbers of linked listings and store what became of them.

        :raise AdapterError: after storing what is known, when the shop could not be worked with
        """
        attempts = self.env["marketplace.attempt"]
        doubted = attempts._doubted(run.account, [waiting.listing_id for waiting in chunk])
        numbers = self._numbers(run, chunk, doubted)
        chunk = self._fail_without_number(run, chunk, numbers)
        levels = self._levels(run, chunk, numbers, doubted)
        snapshot = self._snapshot()
        affordable = self._within_budget(run, chunk, levels)
        doubtful = self._doubtful(run, affordable)
        attempt = attempts._begin(run.account, affordable, numbers)
        # The snapshot has been read; none is kept open while the shop takes its time.
        self.env.cr.commit()
        outcomes, trouble = self._look(run.adapter, doubtful)
        sending = [] if trouble else [level for level in affordable if level.key not in outcomes]
        if sending:
            self._tell_sending(run.account, snapshot, sending)
            sent, trouble = self._send(run.adapter, sending)
            outcomes |= sent
        if run.account.base_url == run.base_url:
            self._meet_changes(run, levels, outcomes, numbers, attempt)
            counts = self._store(run, chunk, levels, outcomes, numbers)
            attempts._end(attempt, [level for level in sending if level.key not in outcomes], numbers)
            self._count_revisions(run, outcomes)
            self.env["ir.cron"]._commit_progress(counts["taken"])
            run.count(**counts)  # not before: what could not be committed did not happen
            self._commit_or_leave(partial(self._count_spent, run))
        if trouble:
            if attempt:
                self._commit_or_leave(partial(attempts._drop_repeated, run.account, attempt))
            raise trouble

    def _numbers(self, run, chunk, doubted):
        """What is to be published: dict (listing id, place id) -> marketplace_quantity.Number.

        Places that nothing feeds any more show none.

        :param doubted: see marketplace.attempt's `_doubted`
        """
        quantity = self.env["marketplace.quantity"]
        numbers = quantity._let_go(run.account, quantity._numbers(run.account, self._variants(chunk), settle=True))
        fed = run.account.location_ids.filtered(lambda place: place._sources())
        left = (run.account.location_ids - fed).ids
        for listing_id, place_id, pieces in self.env.execute_query(SQL(
                """SELECT listing_id, location_id, quantity FROM marketplace_level
                    WHERE listing_id = ANY(%s) AND location_id = ANY(%s)""",
                [waiting.listing_id for waiting in chunk], left)) if left else ():
            if pieces or (listing_id, place_id) in doubted:
                numbers[listing_id, place_id] = NOTHING
        return numbers

    def _fail_without_number(self, run, chunk, numbers):
        """Fail the listings nobody can work out a number for, and give the others."""
        reasons = {listing_id: number.reason for (listing_id, _place_id), number in numbers.items() if number.reason}
        if not reasons:
            return chunk
        self._fail(run, [(waiting, reasons[waiting.listing_id], "")
                         for waiting in chunk if waiting.listing_id in reasons])
        run.count(failed=len(reasons), taken=len(reasons))
        for key in [key for key in numbers if key[0] in reasons]:
            del numbers[key]
        return [waiting for waiting in chunk if waiting.listing_id not in reasons]

    def _levels(self, run, chunk, numbers, doubted):
        """The numbers to send: all that differ from what was last acknowledged.

        And those that stay as they are although Odoo's stock fell, under a maximum, say: if that was an order of this
        shop's, it has counted down by itself and shows less than it should. And those an earlier number, whose answer
        was lost, may have overtaken.
        """
        places = {place.id: place.external_id for place in run.account.location_ids}
        waiting_by_id = {waiting.listing_id: waiting for waiting in chunk}
        known = {(listing_id, place_id): (quantity, stock) for listing_id, place_id, quantity, stock
                 in self.env.execute_query(SQL(
                     "SELECT listing_id, location_id, quantity, stock::float FROM marketplace_level"
                     " WHERE listing_id = ANY(%s)", list(waiting_by_id)))}
        levels, moved = [], []
        for key, number in numbers.items():
            waiting = waiting_by_id[key[0]]
            acked, stock = known.get(key, (None, None))
            if (acked != number.published or waiting.state == "error" or number.stock < (stock or 0.0)
                    or key in doubted):
                levels.append(Level(
                    key, waiting.external_id, places[key[1]], number.published, previous=acked,
                    revision=max(waiting.marks), suspect=waiting.state == "error", sku=waiting.sku or ""))
            elif stock != number.stock:
                moved.append((*key, number.stock))
        self.env["marketplace.level"]._note_stock(moved)
        return levels

    def _send(self, adapter, levels):
        """Push, and never lose what was acknowledged before trouble began.

        :return: dict key -> outcome, and the trouble or None
        """
        outcomes = {}
        try:
            for outcome in adapter.push(levels):
                outcomes[outcome.key] = outcome
        except AdapterError as error:
            return outcomes, error
        return outcomes, None

    # === STORE === #

    def _store(self, run, chunk, levels, outcomes, numbers):
        """Keep what the shop said and take the listings it settled out of the queue (I6).

        A listing with a level that has no outcome, or a conflict, keeps its marks and is taken again.

        :return: dict of what to count, in listings
        """
        known = {level.key for level in levels if level.previous is not None}
        self.env["marketplace.level"]._store([
            (*outcome.key, outcome.quantity, outcome.request_id, numbers[outcome.key].stock)
            for outcome in outcomes.values() if isinstance(outcome, Acknowledged)
        ] + [
            # Where the account's policy had its say, it has stored the shop's number itself.
            (*outcome.key, outcome.actual, outcome.request_id, None) for outcome in outcomes.values()
            if isinstance(outcome, Conflict)
            and (run.account.conflict_policy == "overwrite" or outcome.key not in known)
        ])
        self.env["marketplace.quantity"]._tell_sharing(run.account, [
            level.key for level in levels if level.previous is not None
            and (outcome := outcomes.get(level.key)) and shown(outcome, level.previous) < level.previous])
        sent = {level.key[0] for level in levels}
        rejected = {}
        open_ids = {level.key[0] for level in levels if level.key not in outcomes}
        for (listing_id, _place_id), outcome in outcomes.items():
            if isinstance(outcome, Rejected):
                rejected.setdefault(listing_id, outcome)
            elif isinstance(outcome, Conflict | Deferred):
                open_ids.add(listing_id)
        run.conflicts.update(
            {key[0] for key, outcome in outcomes.items() if isinstance(outcome, Conflict)} - rejected.keys())

        settled = [waiting for waiting in chunk
                   if waiting.listing_id in rejected or waiting.listing_id not in open_ids]
        self._fail(run, [(waiting, rejected[waiting.listing_id].reason, rejected[waiting.listing_id].request_id)
                         for waiting in settled if waiting.listing_id in rejected])
        accepted = [waiting for waiting in settled if waiting.listing_id not in rejected]
        self._clear_errors([waiting.listing_id for waiting in accepted if waiting.state == "error"])
        self._no_longer_deferred(run, settled)
        deferred = {key[0]: outcome for key, outcome in outcomes.items() if isinstance(outcome, Deferred)}
        self._defer(run, [
            (waiting, deferred[waiting.listing_id].reason, deferred[waiting.listing_id].until)
            for waiting in chunk if waiting.listing_id in deferred])
        self._forget_marks(accepted)
        acknowledged = sum(waiting.listing_id in sent for waiting in accepted)
        return {
            "taken": len(settled), "acknowledged": acknowledged, "unchanged": len(accepted) - acknowledged,
            "failed": len(settled) - len(accepted)}

    def _clear_errors(self, listing_ids):
        if listing_ids:
            self.env["marketplace.listing"].browse(listing_ids).write({"state": "linked", **NO_FAILURE})

    def _fail(self, run, failures):
        """Make listings visibly failed, with their reason, and take them out of the queue.

        :param failures: list of tuples (Waiting, reason in plain words, the shop's request id)
        """
        if not failures:
            return
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_listing listing
               SET state = 'error', error = failed.reason, request_id = failed.request_id, sku = failed.sku,
                   error_at = now() AT TIME ZONE 'UTC', attempts = COALESCE(attempts, 0) + 1,
                   failed_since = COALESCE(failed_since, now() AT TIME ZONE 'UTC'),
                   next_attempt = now() AT TIME ZONE 'UTC' + least(
                       %s, %s * power(2, least(COALESCE(attempts, 0), 20))) * interval '1 minute',
                   deferred_until = NULL, deferred_reason = NULL, deferred_mark = NULL
              FROM unnest(%s::integer[], %s::varchar[], %s::varchar[], %s::varchar[])
                   AS failed (id, reason, request_id, sku)
             WHERE listing.id = failed.id
            """,
            LONGEST_RETRY, FIRST_RETRY, [waiting.listing_id for waiting, _reason, _request in failures],
            [said(self.env, reason) for _waiting, reason, _request in failures],
            [request_id for _waiting, _reason, request_id in failures],
            [waiting.sku for waiting, _reason, _request in failures],
        ))
        self.env["marketplace.listing"].invalidate_model()
        self._forget_marks([waiting for waiting, _reason, _request in failures])
        self._log_failures(run, failures)

    def _log_failures(self, run, failures):
        for waiting, reason, request_id in failures:
            _logger.warning(
                "marketplace_sync: failed account=%r account_id=%s sku=%r reason=%r request_id=%s listing=%s",
                run.account.name, run.account.id, waiting.sku or "", reason, word(request_id), waiting.listing_id)
        # A listing deleted meanwhile has nothing to be logged at.
        existing = set(self.env["marketplace.listing"].browse(
            [waiting.listing_id for waiting, _reason, _request in failures]).exists().ids)
        self.env["marketplace.sync.log"].create([
            {"config_id": run.account.id, "listing_id": waiting.listing_id, "kind": "listing", "level": "warning",
             "message": said(self.env, reason), "sku": waiting.sku, "request_id": request_id, "error_kind": "listing"}
            for waiting, reason, request_id in failures if waiting.listing_id in existing
        ])

    def _forget_marks(self, settled):
        marks = [mark for waiting in settled for mark in waiting.marks]
        if marks:
            self.env.cr.execute(SQL("DELETE FROM stock_availability_dirty WHERE id = ANY(%s)", marks))
