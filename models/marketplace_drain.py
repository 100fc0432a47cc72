# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining and sorting work on a cursor of their own
import logging
import time
import uuid
from contextlib import contextmanager
from functools import partial

from psycopg2.extensions import TransactionRollbackError

from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

from ..adapters.base import AdapterError, Unavailable
from ..adapters.words import _lt
from .advisory_lock import session_lock, shard_key
from .drain_run import COLLISIONS, Run
from .log_words import step
from .words import said

_logger = logging.getLogger(__name__)

MAX_SECONDS = 60.0  # of a drain outside the scheduler, which brings its own limit
MAX_PAUSE = 10.0  # seconds a drain waits by itself for a shop that is away
LOCK_SECONDS = 5
BLOCKED_SECONDS = 60
TURNS = 5  # of which one part of an account needs as many as others come before it
CRON_CONTEXT = {"cron_id", "cron_end_time", "ir_cron_progress_id", "lastcall"}


class MarketplaceDrain(models.AbstractModel):
    """Takes what waits for an account to its shop.

    For each shard: take the shard's lock, then read (snapshot), then push, then store. A drain that begins
    later has read later, so an older number never follows a newer one (I3). Between reading and storing no
    transaction is open; marks that appear meanwhile were not read, are not deleted, and are taken next (I1).
    """

    _name = "marketplace.drain"
    _description = "Pushes waiting stock to an account's shop"

    # === ACCOUNT === #

    @api.model
    def _drain_account(self, account, limit=None, listing_ids=None):
        """See marketplace.config._drain."""
        with self._own_cursor(account) as drain:
            account = account.with_env(drain.env)
            if account.exists()._standing() == "connected":
                try:
                    return drain._run(account, limit, listing_ids)
                except AdapterError as error:  # no adapter could be made: the account's secrets can't be opened
                    drain.env.cr.rollback()
                    drain._stop_account(account, error)
            return {"done": 0, "failed": 0, "remaining": drain._count_waiting(account), "busy": False,
                    "state": account.exists()._standing(), "trouble": account.exists().last_error}

    @api.model
    def _look_after(self, account):
        """What time alone changes: report listings that have failed for too long, mark those that are due to be tried
        again, let go of sales that never reached Odoo, and mark what has expired."""
        with self._own_cursor(account) as drain:
            account = account.with_env(drain.env)
            drain._commit_or_leave(drain.env["marketplace.hold"]._expire)
            drain._commit_or_leave(account._mark_expired)
            drain._commit_or_leave(account._report_failures)
            drain._commit_or_leave(account._retry_due)
            drain._commit_or_leave(account._align_crons)

    @contextmanager
    def _own_cursor(self, account=None):
        """This model on a cursor of its own, which it may commit, as superuser.

        Whoever waits for this drain may hold the very rows it wants to write: it must not wait for them in turn.
        What it writes down is read by many: it is in the account's language, not in that of whoever pressed the button.

        :param account: marketplace.config that things are written down about; without one, they are in English
        """
        context = {key: value for key, value in self.env.context.items() if key in CRON_CONTEXT}
        context["lang"] = account._lang() if account else None
        context["marketplace_run"] = uuid.uuid4().hex[:16]  # what its lines in the log have in common
        with self.pool.cursor() as cr:
            cr.execute(SQL("SET lock_timeout = %s", f"{LOCK_SECONDS}s"))
            cr.commit()
            try:
                yield self.with_env(self.env(cr=cr, user=SUPERUSER_ID, context=context, su=True))
            finally:
                if not cr.connection.closed:
                    cr.rollback()
                    cr.execute("RESET lock_timeout")
                    cr.commit()

    def _run(self, account, limit, listing_ids):
        end_time = self.env.context.get("cron_end_time", time.monotonic() + MAX_SECONDS)
        witness = account._witness()
        with account._adapter(witness) as adapter:
            run = Run(account, adapter, account.base_url, deadline=end_time, limit=limit, part=account._part(),
                      witness=witness, listing_ids=listing_ids)
            try:
                self._drain_patiently(run)
            except AdapterError as error:
                self.env.cr.rollback()
                self._stop_account(account, error)
            # Most often there is nothing to write, and then nobody to wait for.
            if adapter.token:
                self._commit_in_turn(account, partial(account._keep_token, adapter, run.base_url))
            if adapter.allowance_names:
                self._commit_in_turn(account, partial(self._count_spent, run))
            return self._finish(run)

    def _drain_patiently(self, run):
        """Drain all shards; sit out a short absence of the shop, leave a longer one to the scheduler."""
        while True:
            run.known_failures = run.account.failures
            try:
                for shard in run.shards():
                    self._drain_shard(run, shard)
                return
            except Unavailable as error:
                self.env.cr.rollback()
                delay = run.account._backoff_delay(error, run.known_failures)
                run.gave_up = delay > min(MAX_PAUSE, run.seconds_left)
                self._commit_in_turn(run.account, partial(
                    run.account._back_off, error, delay, run.gave_up, run.known_failures))
                if run.gave_up:
                    return
                time.sleep(delay)
            except COLLISIONS:
                # Somebody changed, or holds, the same rows. Marks are still there; pushing is repeatable (I4).
                self.env.cr.rollback()
                if run.collides_too_often():
                    run.gave_up = True
                    busy = Unavailable(_lt("Other transactions hold on to this account's listings."))
                    self._commit_or_leave(partial(run.account._back_off, busy, BLOCKED_SECONDS, leave=True))
                    return

    def _finish(self, run):
        account = run.account
        remaining = self._count_waiting(account)
        _logger.info(
            "marketplace_sync: drain account=%r account_id=%s taken=%s acknowledged=%s unchanged=%s failed=%s "
            "deferred=%s remaining=%s calls=%s seconds=%.3f", account.name, account.id, run.taken, run.acknowledged,
            run.unchanged, run.failed, run.deferred, remaining, run.adapter.calls, run.seconds)
        if run.taken:
            self._commit_in_turn(account, partial(self._note_success, run, remaining))
        if (not run.busy or run.taken) and not run.gave_up and account.state == "connected":
            self._hand_over(run, remaining)
        result = {
            "done": run.acknowledged + run.unchanged, "failed": run.failed, "remaining": remaining, "busy": run.busy,
            "state": account.state, "trouble": account.last_error}
        self.env.cr.commit()
        return result

    def _hand_over(self, run, remaining):
        """Have what is left taken by the scheduled action: it may have been here, found the lock taken and gone."""
        if "ir_cron_progress_id" in self.env.context:
            self.env["ir.cron"]._commit_progress(remaining=remaining)
            if remaining and run.taken and run.seconds_left <= 0:
                # Odoo will run it again, but calls no worker for that: they would come by in a minute.
                run.account._own_cron()._trigger()
        elif remaining:
            run.account._trigger_crons()

    def _note_success(self, run, remaining):
        account = run.account
        account._log(
            "warning" if run.failed else "info", "drain",
            self.env._("%(done)s up to date, %(failed)s failed", done=run.acknowledged + run.unchanged,
                       failed=run.failed),
            taken=run.taken, acknowledged=run.acknowledged, unchanged=run.unchanged, failed=run.failed,
            remaining=remaining, calls=run.adapter.calls, seconds=run.seconds, **run.witness.answer_times())
        if run.acknowledged or run.unchanged:
            values = {"last_success": self.env.cr.now()}
            # What another part ran into since is younger than this success.
            if account.state == "connected" and not run.gave_up and account.failures <= run.known_failures:
                values |= {"last_error": False, "failures": 0, "retry_at": False}
            account.with_context(tracking_disable=True).write(values)

    def _stop_account(self, account, error):
        """Stop pushing to a shop that only a person can set right.

        :param error: an `AdapterError`
        :return: whether it was stopped by this, and committed; the next push finds out anew otherwise
        """
        return self._commit_or_leave(partial(account._stop, error))

    def _commit_or_leave(self, action):
        """Do and commit something that may lose against a user who edits the account right now; nothing depends
        on it.

        :return: whether it was committed
        """
        try:
            action()
            self.env.cr.commit()
        except COLLISIONS:
            self.env.cr.rollback()
            _logger.info("marketplace_sync: status_not_updated step=%s", step(action))
            return False
        return True

    def _commit_in_turn(self, account, action):
        """`_commit_or_leave` of what all parts of an account write in the same rows: they wait for each other.

        Under REPEATABLE READ who waited for a row that was changed meanwhile has to begin anew; the account's row is
        asked for first, so that nothing is undone, or logged, by that.

        :return: what `action` returned; None when it was left
        """
        for _turn in range(TURNS):
            self.env.cr.commit()
            try:
                account._claim_row()
                result = action()
                self.env.cr.commit()
                return result
            except TransactionRollbackError:
                self.env.cr.rollback()
            except COLLISIONS:
                self.env.cr.rollback()
                break
        _logger.info("marketplace_sync: status_not_updated step=%s", step(action))
        return None

    # === SHARD === #

    def _drain_shard(self, run, shard):
        while not run.is_over():
            with session_lock(self.env.cr, shard_key(run.account.id, shard)) as held:
                if not held:
                    run.busy = True
                    return
                if not self._drain_held(run, shard):
                    return
            # Whoever found the lock taken went away, trusting its holder: look again after letting go of it.
            if not self._has_waiting(run, shard):
                return

    def _drain_held(self, run, shard):
        """Push what waits for a shard whose lock is held, the oldest first.

        :return: whether it ended because nothing was found
        """
        after = 0
        # Once ahead of all: what is ready and marked anew is then pushed, counted and, if refused, reported once.
        self.env["stock.availability.dirty"]._sort()
        while not run.is_over() and self._may_go_on(run):
            chunk, last = self._claim(run, shard, after)
            if chunk:
                self._drain_chunk(run, chunk)
                after = last
                continue
            # Only now: sorting a long queue ahead of what can be pushed would keep the shop waiting.
            if not self.env["stock.availability.dirty"]._sort() and not after:
                return True
            after = 0  # transactions that took long commit marks with low ids
        return False

    def _may_go_on(self, run):
        account = run.account
        if account.state != "connected":
            return False
        if any(place._sources() for place in account.location_ids) or self._has_left(account):
            return True
        run.gave_up = True
        reason = _lt("No Odoo location feeds this shop: map its locations.")
        if account.last_error != said(self.env, reason):
            _logger.warning(
                "marketplace_sync: unmapped account=%r account_id=%s reason=%r", account.name, account.id, reason)
            self._commit_or_leave(partial(account.write, {"last_error": said(self.env, reason)}))
        return False

    def _has_left(self, account):
        """Whether the shop still shows stock at a place that no Odoo location feeds any more."""
        return bool(self.env["marketplace.level"].search_count(
            [("location_id", "in", account.location_ids.ids), ("quantity", "!=", 0)], limit=1))

    def _drain_chunk(self, run, chunk):
        to_link = [waiting for waiting in chunk if not waiting.is_linked or not waiting.is_tracked]
        if to_link:
            self._link(run, to_link)  # those that could be linked keep their marks and are taken again
        ready = [waiting for waiting in chunk if waiting.is_linked and waiting.is_tracked]
        if ready:
            self._push(run, ready)
