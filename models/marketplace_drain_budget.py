# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining and sorting work on a cursor of their own
import logging
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.tools import SQL

from ..adapters.base import AdapterError
from ..adapters.words import _lt
from .log_words import moment
from .marketplace_allowance import RESERVE
from .words import said

_logger = logging.getLogger(__name__)

ASSUMED_CALLS = 5_000  # a day, where the marketplace does not say
CALLS_TO_FIND = 2  # at most, for one listing: is there such a SKU, and what is it sold as


class MarketplaceDrain(models.AbstractModel):
    """What a marketplace allows in a day, and who goes first when little of it is left.

    What can't go today is deferred: it keeps its marks and is left alone until the next window, unless it is marked
    anew, which may be the sale that empties it.
    """

    _inherit = "marketplace.drain"

    def _within_budget(self, run, chunk, levels):
        """The levels that may go now; the listings of the others are deferred.

        Commits: the marketplace may have to be asked what it grants.
        """
        if not run.has_budget:
            return levels
        allowances = self._allowances(run)
        waiting_by_id = {waiting.listing_id: waiting for waiting in chunk}
        deferred = {}
        # What is sold out in one place does not wait for what is plentiful in another.
        urgent = {level.key[0] for level in levels if level.quantity <= run.account.urgent_quantity}
        self._spare_revisions(run, levels, deferred, urgent)
        self._spare_calls(run, allowances, levels, deferred, urgent)
        self._defer(run, [(waiting_by_id[listing_id], *why) for listing_id, why in deferred.items()])
        return sorted((level for level in levels if level.key[0] not in deferred),
                      key=lambda level: level.key[0] not in urgent)

    def _link_within_budget(self, run, chunk):
        """The listings that may be looked up now: as many as surely leave the reserve alone."""
        if not run.has_budget:
            return chunk
        allowances = self._allowances(run)
        if not allowances:
            return chunk
        tightest = min(allowances.values(), key=lambda allowance: allowance.left - allowance.reserve)
        number = max(0, tightest.left - tightest.reserve) // CALLS_TO_FIND
        self._defer(run, [(waiting, self._why_calls(tightest), tightest.resets_at) for waiting in chunk[number:]])
        return chunk[:number]

    # === ONE LISTING A DAY === #

    def _spare_revisions(self, run, levels, deferred, urgent):
        limit = run.adapter.revisions_a_day
        if not limit:
            return
        used = self.env["marketplace.revision"]._today({level.key[0] for level in levels}, run.adapter.day_zone)
        midnight = self._next_midnight(run.adapter.day_zone)
        for level in levels:
            number = used.get(level.key[0], 0)
            if number >= (limit if level.key[0] in urgent else limit * (1 - RESERVE)):
                deferred[level.key[0]] = (_lt(
                    "It was changed %(number)s times today; the marketplace allows %(limit)s. The rest is kept for "
                    "when it sells out.", number=number, limit=limit), midnight)

    # === THE ACCOUNT'S CALLS === #

    def _spare_calls(self, run, allowances, levels, deferred, urgent):
        """Urgent listings may use up an allowance, the others only what is above the reserve."""
        planned = Counter()
        for level in sorted(levels, key=lambda level: level.key[0] not in urgent):
            name, per_call = run.adapter.allowance_of(level)
            allowance = allowances.get(name)
            if not allowance or level.key[0] in deferred:
                continue
            left = allowance.left - (0 if level.key[0] in urgent else allowance.reserve)
            if planned[name] + 1 > left * per_call:
                deferred[level.key[0]] = self._why_calls(allowance), allowance.resets_at
            else:
                planned[name] += 1

    def _why_calls(self, allowance):
        return _lt(
            "%(used)s of today's %(granted)s calls (%(name)s) are used. The rest is kept for listings that sell out.",
            used=allowance.used, granted=allowance.granted, name=allowance.name)

    def _allowances(self, run):
        """What is granted and used: dict name -> marketplace.allowance, empty where nothing is counted.

        Asks the marketplace, and commits, when that is not known or was read long ago.
        """
        names = run.adapter.allowance_names
        if not names:
            return {}
        known = {allowance.name: allowance for allowance in run.account.allowance_ids}
        if all(name in known and known[name]._is_fresh() for name in names):
            return known
        self.env.cr.commit()  # no snapshot is kept open while the marketplace takes its time
        try:
            told = {allowance.name: allowance for allowance in run.adapter.allowances()}
        except AdapterError:
            told = {}
        self.env["marketplace.allowance"]._store(run.account, [
            self._granted(run, name, told.get(name), known.get(name)) for name in names])
        self.env.cr.commit()
        return {allowance.name: allowance for allowance in run.account.allowance_ids}

    def _granted(self, run, name, told, known):
        """What to write down of an allowance, whether or not the marketplace told."""
        if told:
            used = told.limit - told.remaining
            if known and known.resets_at == told.resets_at:
                used = max(used, known.used)  # what it tells may lag behind
            return {"name": name, "granted": told.limit, "used": used, "is_assumed": False,
                    "resets_at": told.resets_at}
        is_same_day = known and known.resets_at > fields.Datetime.now()
        return {"name": name, "granted": known.granted if known else ASSUMED_CALLS,
                "used": known.used if is_same_day else 0, "is_assumed": not known or known.is_assumed,
                "resets_at": known.resets_at if is_same_day else self._next_midnight(run.adapter.day_zone)}

    def _next_midnight(self, zone):
        """When the next day begins there, naive UTC."""
        tomorrow = datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)

    def _count_spent(self, run):
        """Write down the calls made since the last time.

        In a transaction of its own: another shard of the account counts in the same row, and losing against it must
        not undo what was stored. What could not be written is counted the next time.
        """
        spent = Counter(run.adapter.spent) - run.spent
        if run.adapter.allowance_names and spent:
            self.env["marketplace.allowance"]._spend(run.account, spent)
            run.spent += spent

    def _count_revisions(self, run, outcomes):
        """Write down that the listings of these outcomes were changed."""
        if run.adapter.revisions_a_day and outcomes:
            self.env["marketplace.revision"]._count(
                {listing_id for listing_id, _place_id in outcomes}, run.adapter.day_zone)

    # === DEFERRING === #

    def _defer(self, run, deferrals):
        """Leave listings alone until the marketplace allows more, unless they are marked again.

        :param deferrals: list of tuples (Waiting, reason in plain words, naive UTC datetime)
        """
        if not deferrals:
            return
        # At least a minute: the clocks of hosts differ, and what is over already would be taken again at once.
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_listing listing
               SET deferred_until = greatest(deferred.until, now() AT TIME ZONE 'UTC' + interval '1 minute'),
                   deferred_reason = deferred.reason, deferred_mark = deferred.mark
              FROM unnest(%s::integer[], %s::timestamp[], %s::varchar[], %s::bigint[])
                   AS deferred (id, until, reason, mark)
             WHERE listing.id = deferred.id
            """,
            [waiting.listing_id for waiting, _reason, _until in deferrals],
            [until for _waiting, _reason, until in deferrals],
            [said(self.env, reason) for _waiting, reason, _until in deferrals],
            [max(waiting.marks, default=0) for waiting, _reason, _until in deferrals],
        ))
        self.env["marketplace.listing"].invalidate_model()
        run.deferred += len(deferrals)
        self._tell_deferred(run.account, deferrals)
        for until in {until for _waiting, _reason, until in deferrals} - run.called_back:
            run.called_back.add(until)
            run.account.cron_id and run.account.cron_id._trigger(at=until)

    def _tell_deferred(self, account, deferrals):
        for until in sorted({until for _waiting, _reason, until in deferrals}):
            reasons = [reason for _waiting, reason, its_until in deferrals if its_until == until]
            _logger.info(
                "marketplace_sync: deferred account=%r account_id=%s listings=%s until=%s reason=%r",
                account.name, account.id, len(reasons), moment(until), reasons[0])

    def _no_longer_deferred(self, run, settled):
        if run.has_budget and settled:
            self.env.cr.execute(SQL(
                """UPDATE marketplace_listing
                      SET deferred_until = NULL, deferred_reason = NULL, deferred_mark = NULL
                    WHERE id = ANY(%s) AND deferred_until IS NOT NULL""",
                [waiting.listing_id for waiting in settled]))
