# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # comparing works on a cursor of its own
import logging
import time
from datetime import timedelta
from functools import partial

from odoo import api, fields, models

from ..adapters.base import AdapterError, Unavailable
from ..adapters.words import _lt
from .advisory_lock import session_lock, shard_key
from .comparison_run import ComparisonRun
from .drain_run import COLLISIONS
from .marketplace_drain import BLOCKED_SECONDS, MAX_SECONDS
from .trouble import UNFORESEEN

_logger = logging.getLogger(__name__)

FAILED_SECONDS = 3600
KEPT = 0.5  # of the calls a marketplace grants in a day: comparing leaves them to pushing


class MarketplaceComparison(models.AbstractModel):
    """Asks shops what they show, and has what is wrong pushed again: it never writes to a shop itself.

    A chunk of a shard at a time: take the shard's lock, read what should be published (snapshot), ask the shop, then
    compare and store in a second transaction. Whoever pushes the shard holds the same lock, so that no number is on
    its way to the shop meanwhile, and a push is never taken for somebody else's change. While the shop answers no
    transaction is open.
    """

    _name = "marketplace.comparison"
    _inherit = "marketplace.drain"
    _description = "Compares what a shop shows with what it should"

    @api.model
    def _compare_due(self):
        """Begin the comparisons that are due and go on with all that can, on a cursor of its own."""
        self.env.flush_all()
        with self._own_cursor() as comparison:
            records = comparison.env["marketplace.reconcile"]
            comparison._commit_or_leave(records._begin_due)
            for record in records._ready():
                own = record.with_context(lang=record.exists().config_id._lang())
                comparison.with_env(own.env)._go_on_regardless(own)
            comparison.env["ir.cron"]._commit_progress(remaining=len(records._ready()))
        self.env.invalidate_all()

    def _go_on_regardless(self, record):
        """Go on; what nobody foresaw concerns this account alone, and is tried again later."""
        try:
            self._go_on(record)
        except Exception:
            self.env.cr.rollback()
            account = record.exists().config_id
            _logger.exception(
                "marketplace_sync: comparing_failed account=%r account_id=%s reconcile=%s",
                account.name or "", account.id or 0, record.id)
            if record.exists():
                self._wait(record, FAILED_SECONDS, UNFORESEEN)

    def _go_on(self, record):
        """Compare until all is done, time is up, or something has to be waited for."""
        account = record.config_id
        end_time = self.env.context.get("cron_end_time", time.monotonic() + MAX_SECONDS)
        try:
            witness = account._witness()
            with account._adapter(witness) as adapter:
                run = ComparisonRun(
                    record=record, account=account, adapter=adapter, base_url=account.base_url, deadline=end_time,
                    witness=witness)
                try:
                    self._compare_patiently(run)
                finally:
                    self.env.cr.rollback()
                    self._commit_or_leave(partial(account._keep_token, adapter, run.base_url))
                    self._commit_or_leave(partial(self._count_spent, run))
                    self._keep_exchanges(account, witness)
        except AdapterError as error:
            self.env.cr.rollback()
            self._stop_account(account, error)

    def _compare_patiently(self, run):
        if not run.adapter.can_read:
            self._commit_or_leave(partial(
                run.record._finish, self.env._("This shop can't be asked for its numbers any more.")))
            return
        # However little time there is: a part each time it is called, and so does everybody else's.
        more = True
        while more:
            try:
                more = self._compare_next(run) and not run.is_over()
            except Unavailable as error:
                self.env.cr.rollback()
                self._commit_or_leave(partial(self._leave_alone, run, error))
                return
            except COLLISIONS:
                # Somebody changed, or holds, the same rows. Nothing was stored of this part: it is compared again.
                self.env.cr.rollback()
                if run.collides_too_often():
                    self._wait(run.record, BLOCKED_SECONDS, _lt(
                        "Other transactions hold on to this account's listings."))
                    return

    def _compare_next(self, run):
        """Compare the next part.

        :return: whether there is more that can be compared now
        """
        account, record = run.account, run.record
        if not record.exists() or record.state != "running" or account.state != "connected":
            return False
        if record.shards != account.shards:
            record._begin_anew()
        size = self._affordable(run)
        if not size:
            return False
        # All but what is marked from here on: what waits unsorted would look as if it had never been pushed.
        while self.env["stock.availability.dirty"]._sort() and not run.is_over():
            pass
        shard = record.shard
        with session_lock(self.env.cr, shard_key(account.id, shard), wait=True) as held:
            if held:
                self._compare_chunk(run, shard, size)
        if not held:
            self._wait(record, BLOCKED_SECONDS, _lt("Its numbers are being pushed."))
            return False
        self._let_pushes_go_on(run, shard)
        self._commit_or_leave(partial(self._count_spent, run))
        if account.failures:
            self._commit_or_leave(partial(
                account.write, {"last_error": False, "failures": 0, "retry_at": False}))  # it answers again
        return record.state == "running"

    # === GIVING WAY === #

    def _affordable(self, run):
        """How many listings may be compared now; commits.

        What a marketplace grants in a day is there to push numbers first: half of it is never spent on comparing,
        and what is left to compare waits for the next day.
        """
        size = run.chunk_size()
        allowances = self._allowances(run)
        if not allowances:
            return size
        tightest = min(allowances.values(), key=lambda allowance: allowance.left - KEPT * allowance.granted)
        # A listing takes a call for each place at worst.
        spare = int(tightest.left - KEPT * tightest.granted) // max(1, len(run.account.location_ids))
        if spare <= 0:
            self._commit_or_leave(partial(run.record._postpone, tightest.resets_at, _lt(
                "%(used)s of today's %(granted)s calls (%(name)s) are used. The rest is kept for pushing.",
                used=tightest.used, granted=tightest.granted, name=tightest.name)))
            return 0
        return min(size, spare)

    def _leave_alone(self, run, error):
        """The shop is away: come back when its account does."""
        account = run.account
        account._back_off(error, account._backoff_delay(error), leave=True)
        run.record._postpone(account.retry_at, error.reason)

    def _wait(self, record, seconds, note):
        until = fields.Datetime.now() + timedelta(seconds=seconds)
        self._commit_or_leave(partial(record._postpone, until, note))

    def _let_pushes_go_on(self, run, shard):
        """Whoever wanted to push this shard found its lock taken and went away: call it back."""
        account = run.account
        if account.push_mode == "immediate" and account.cron_id and self._has_waiting(run, shard):
            self._commit_or_leave(account.cron_id._trigger)
