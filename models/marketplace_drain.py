# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining and sorting work on a cursor of their own
import logging
import time
from contextlib import contextmanager
from functools import partial

from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

from ..adapters.base import AdapterError, Unavailable
from .advisory_lock import session_lock, shard_key
from .drain_run import COLLISIONS, Run, Waiting

_logger = logging.getLogger(__name__)

MAX_SECONDS = 60.0  # of a drain outside the scheduler, which brings its own limit
MAX_PAUSE = 10.0  # seconds a drain waits by itself for a shop that is away
COUNTED_MARKS = 100_000
LOCK_SECONDS = 5


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
    def _drain_account(self, account, limit=None):
        """See marketplace.config._drain."""
        with self._own_cursor() as drain:
            account = account.with_env(drain.env)
            if not account.exists() or not account.active or account.state != "connected":
                return {"done": 0, "failed": 0, "remaining": drain._count_waiting(account), "busy": False}
            return drain._run(account, limit)

    @contextmanager
    def _own_cursor(self):
        """This model on a cursor of its own, which it may commit, as superuser.

        Whoever waits for this drain may hold the very rows it wants to write: it must not wait for them in turn.
        """
        with self.pool.cursor() as cr:
            cr.execute(SQL("SET lock_timeout = %s", f"{LOCK_SECONDS}s"))
            cr.commit()
            try:
                yield self.with_env(self.env(cr=cr, user=SUPERUSER_ID, su=True))
            finally:
                if not cr.connection.closed:
                    cr.rollback()
                    cr.execute("RESET lock_timeout")
                    cr.commit()

    def _run(self, account, limit):
        end_time = self.env.context.get("cron_end_time", time.monotonic() + MAX_SECONDS)
        with account._adapter() as adapter:
            run = Run(account, adapter, deadline=end_time, limit=limit)
            try:
                self._drain_patiently(run)
            except AdapterError as error:
                self.env.cr.rollback()
                self._commit_or_leave(partial(account._stop, error))
            self._commit_or_leave(partial(account._keep_token, adapter))
            return self._finish(run)

    def _drain_patiently(self, run):
        """Drain all shards; sit out a short absence of the shop, leave a longer one to the scheduler."""
        while True:
            try:
                for shard in range(run.account.shards):
                    self._drain_shard(run, shard)
                return
            except Unavailable as error:
                self.env.cr.rollback()
                delay = run.account._back_off(error)
                is_short = delay <= min(MAX_PAUSE, run.seconds_left)
                if not is_short:
                    run.account.cron_id._trigger(at=run.account.retry_at)
                self.env.cr.commit()
                if not is_short:
                    run.gave_up = True
                    return
                time.sleep(delay)

    def _finish(self, run):
        remaining = self._count_waiting(run.account)
        account = run.account
        _logger.info(
            "marketplace_sync: drain account=%r taken=%s acknowledged=%s unchanged=%s failed=%s remaining=%s "
            "calls=%s seconds=%.3f", account.name, run.taken, run.acknowledged, run.unchanged, run.failed, remaining,
            run.adapter.calls, run.seconds)
        if run.taken:
            self._commit_or_leave(partial(self._note_success, run, remaining))
        if "ir_cron_progress_id" in self.env.context:
            goes_on = account.state == "connected" and not run.gave_up and not run.busy
            self.env["ir.cron"]._commit_progress(remaining=remaining if goes_on else 0)
        self.env.cr.commit()
        return {
            "done": run.acknowledged + run.unchanged, "failed": run.failed, "remaining": remaining, "busy": run.busy}

    def _note_success(self, run, remaining):
        account = run.account
        account._log(
            "warning" if run.failed else "info", "drain",
            self.env._("%(done)s up to date, %(failed)s failed", done=run.acknowledged + run.unchanged,
                       failed=run.failed),
            taken=run.taken, acknowledged=run.acknowledged, unchanged=run.unchanged, failed=run.failed,
            remaining=remaining, calls=run.adapter.calls, seconds=run.seconds)
        if run.acknowledged or run.unchanged:
            values = {"last_success": self.env.cr.now()}
            if account.state == "connected" and not run.gave_up:
                values |= {"last_error": False, "failures": 0, "retry_at": False}
            account.with_context(tracking_disable=True).write(values)

    def _commit_or_leave(self, action):
        """Do and commit something that may lose against a user who edits the account right now; nothing depends
        on it."""
        try:
            action()
            self.env.cr.commit()
        except COLLISIONS:
            self.env.cr.rollback()
            _logger.info("marketplace_sync: the account was being edited, its status was not updated")

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
        while not run.is_over() and self._may_go_on(run):
            sorted_marks = self.env["stock.availability.dirty"]._sort()
            chunk, last = self._claim(run, shard, after)
            if chunk:
                self._drain_chunk(run, chunk)
                after = last
            elif after:
                after = 0  # transactions that took long commit marks with low ids
            elif not sorted_marks:
                return True
        return False

    def _may_go_on(self, run):
        account = run.account
        if account.state != "connected":
            return False
        if account.location_ids.location_ids:
            return True
        run.gave_up = True
        reason = self.env._("No Odoo location feeds this shop: map its locations.")
        if account.last_error != reason:
            _logger.warning("marketplace_sync: unmapped account=%r reason=%r", account.name, reason)
            self._commit_or_leave(partial(account.write, {"last_error": reason}))
        return False

    def _drain_chunk(self, run, chunk):
        to_link = [waiting for waiting in chunk if not waiting.is_linked or not waiting.is_tracked]
        if to_link:
            self._link(run, to_link)  # those that could be linked keep their marks and are taken again
        ready = [waiting for waiting in chunk if waiting.is_linked and waiting.is_tracked]
        if ready:
            self._push(run, ready)

    # === QUEUE === #

    def _claim(self, run, shard, after):
        """The next listings with marks, oldest mark first.

        :param int after: only look at marks with a greater id
        :return: list of `Waiting` and the greatest mark id looked at
        """
        rows = self._read_listings(SQL(
            """
            SELECT listing_id, array_agg(id) AS ids, (SELECT max(id) FROM head) AS last
              FROM stock_availability_dirty
             WHERE listing_id = ANY(ARRAY(SELECT listing_id FROM head))
             GROUP BY listing_id
            """), head=self._head_query(run, shard, after, run.chunk_size()))
        return [waiting for waiting, _last in rows], rows[0][1] if rows else after

    def _read_listings(self, marks, head=None):
        """Everything about some listings that a push or a link needs, in one query.

        :param SQL marks: a query of (listing_id, ids of its marks, last); may refer to `head`
        :return: list of pairs (`Waiting`, last)
        """
        rows = self.env.execute_query(SQL(
            """
            WITH head AS (%(head)s), marks AS (%(marks)s)
            SELECT listing.id, listing.product_id, listing.product_tmpl_id,
                   CASE WHEN listing.product_id IS NULL THEN template.default_code ELSE product.default_code END,
                   listing.sku, listing.external_id, listing.state,
                   template.active AND (listing.product_id IS NULL OR product.active),
                   COALESCE(template.is_storable, FALSE),
                   marks.ids, marks.last
              FROM marks
              JOIN marketplace_listing listing ON listing.id = marks.listing_id
              JOIN product_template template ON template.id = listing.product_tmpl_id
              LEFT JOIN product_product product ON product.id = listing.product_id
             ORDER BY listing.id
            """, head=head or SQL("SELECT"), marks=marks))
        found = [(Waiting(*row[:-1]), row[-1]) for row in rows]
        self._find_kits([waiting for waiting, _last in found])
        return found

    def _head_query(self, run, shard, after, limit):
        return SQL(
            """
            SELECT dirty.id, dirty.listing_id
              FROM stock_availability_dirty dirty
              JOIN marketplace_listing listing ON listing.id = dirty.listing_id AND listing.active
             WHERE dirty.config_id = %s AND dirty.listing_id IS NOT NULL AND dirty.id > %s
               AND dirty.listing_id %% %s = %s AND dirty.listing_id <> ALL(%s)
             ORDER BY dirty.id
             LIMIT %s
            """,
            run.account.id, after, run.account.shards, shard, run.set_aside(), limit,
        )

    def _has_waiting(self, run, shard):
        [[found]] = self.env.execute_query(SQL(
            """SELECT EXISTS (SELECT 1 FROM stock_availability_dirty WHERE listing_id IS NULL)
                   OR EXISTS (%s)""",
            self._head_query(run, shard, 0, 1)))
        self.env.cr.commit()
        return found

    def _count_waiting(self, account):
        """How many listings wait, counted in the oldest `COUNTED_MARKS` marks."""
        [[count]] = self.env.execute_query(SQL(
            """
            SELECT count(DISTINCT listing_id)
              FROM (SELECT dirty.listing_id
                      FROM stock_availability_dirty dirty
                      JOIN marketplace_listing listing ON listing.id = dirty.listing_id AND listing.active
                     WHERE dirty.config_id = %s AND dirty.listing_id IS NOT NULL
                     LIMIT %s) AS waiting
            """,
            account.id, COUNTED_MARKS))
        return count

    def _find_kits(self, chunk):
        """A kit has no stock of its own, but its components do: Odoo tracks what can be sold of it."""
        untracked = [waiting for waiting in chunk if not waiting.is_tracked]
        if untracked:
            variants = self._variants(untracked)
            kits = self.env["marketplace.quantity"]._kit_ids([pid for ids in variants.values() for pid in ids])
            for waiting in untracked:
                waiting.is_tracked = not kits.isdisjoint(variants[waiting.listing_id])

    def _variants(self, chunk):
        """Which products' stock each listing sells: its variant, or the active variants of its template.

        :return: dict listing id -> list of product ids, empty for a product that is archived
        """
        templates = {waiting.product_tmpl_id for waiting in chunk if not waiting.product_id}
        variants_of = dict(self.env.execute_query(SQL(
            """SELECT product_tmpl_id, array_agg(id) FROM product_product
                WHERE active AND product_tmpl_id = ANY(%s) GROUP BY product_tmpl_id""", list(templates)))
        ) if templates else {}
        return {
            waiting.listing_id: [] if not waiting.is_sold
            else [waiting.product_id] if waiting.product_id
            else variants_of.get(waiting.product_tmpl_id, [])
            for waiting in chunk
        }
