# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # every chunk is committed by itself
import logging
import time
from collections import Counter
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from odoo import api, models
from odoo.tools import SQL

from .drain_run import COLLISIONS

_logger = logging.getLogger(__name__)

CHUNK = 1_000  # rows looked at, of the rarer kinds
MAX_SECONDS = 60.0  # of somebody who pressed the button and waits


@dataclass
class Pass:
    """A walk through a table by id: how far it has come, and what it has removed."""

    after: int = 0
    removed: int = 0


# The passes under way on each cursor, by kind. Odoo commits between the chunks, which empties its own caches.
_passes = WeakKeyDictionary()


class MarketplaceGarbage(models.AbstractModel):
    """Removes what nobody needs any more, a chunk a transaction.

    A pass walks its table by id, so that it costs the same however much that is not garbage stands before what is.
    A chunk locks nothing but the rows it removes, and passes over those somebody works on: no stock move, no push and
    no user ever waits for it, nor it for them.
    """

    _name = "marketplace.garbage"
    _description = "Removes what nobody needs any more"

    @api.model
    def _collect_chunk(self, kind, table, garbage, limit, remove=None):
        """Go on with the pass of this kind until something is found and removed, or the table ends.

        Call it again, after a commit, while there may be more.

        :param str kind: what the log calls it
        :param str table: with a column `id` that grows
        :param SQL garbage: what a row of the alias `candidate` has to fulfil; written with scalar sub-selects, which
            are looked up row by row, where EXISTS would be planned for all of the table and paid for in each chunk
        :param int limit: rows looked at in one statement, and the most that are removed
        :param remove: called with the ids to remove; a plain DELETE when left out
        :return: how many rows were removed, and whether there may be more
        """
        current = _passes.setdefault(self.env.cr, {}).setdefault(kind, Pass())
        self.env.flush_all()
        ids, more = [], True
        try:
            while more and not ids:
                with self.env.cr.savepoint(flush=False):
                    last, more, ids = self._look(table, garbage, current.after, limit)
                    if ids:
                        (remove or self._delete_from(table))(ids)
                current.after = last
        except COLLISIONS:
            return 0, True  # somebody was quicker with one of them: look again in a new snapshot
        current.removed += len(ids)
        if not more:
            del _passes[self.env.cr][kind]
            if current.removed:
                _logger.info("marketplace_sync: garbage kind=%s removed=%s", kind, current.removed)
        return len(ids), more

    def _look(self, table, garbage, after, limit):
        """The next rows of a table.

        :return: the last id looked at, whether there may be more, and the ids of garbage, locked
        """
        # ARRAY(...), not IN (...): a queue's statistics are always out of date, and keys given as an array can only
        # be looked up one by one.
        self.env.cr.execute(SQL(
            """
            WITH walked AS MATERIALIZED (
                SELECT candidate.id, (%(garbage)s) AS is_garbage
                  FROM %(table)s candidate
                 WHERE candidate.id > %(after)s
                 ORDER BY candidate.id
                 LIMIT %(limit)s
            )
            SELECT max(id), count(*), ARRAY(
                       SELECT id FROM %(table)s
                        WHERE id = ANY(ARRAY(SELECT id FROM walked WHERE is_garbage))
                          FOR UPDATE SKIP LOCKED)
              FROM walked
            """,
            garbage=garbage, table=SQL.identifier(table), after=after, limit=limit,
        ), log_exceptions=False)
        last, count, ids = self.env.cr.fetchone()
        return last, count >= limit, ids

    def _delete_from(self, table):
        return lambda ids: self.env.cr.execute(
            SQL("DELETE FROM %s WHERE id = ANY(%s)", SQL.identifier(table), ids), log_exceptions=False)

    @api.model
    def _is_old(self, column):
        """The condition on `candidate` that it is older than the days set on its account.

        :param str column: the time that counts, naive UTC
        """
        return SQL(
            """
            %s < (now() AT TIME ZONE 'UTC') - interval '1 day' * (
                SELECT account.log_days FROM marketplace_config account WHERE account.id = candidate.config_id)
            """, SQL.identifier("candidate", column))

    # === KINDS === #

    @api.autovacuum
    def _gc_listings(self):
        """Delete listings that can't sell anything any more and know nothing about the shop.

        - Listings whose product is gone, however that came about: deleting a product takes its listings along, a
          restored or repaired database may have kept them.
        - Listings nobody ticks any more (archived), of an archived product, that were never linked: should the
          product come back and be ticked, it gets a new one. An archived listing that was linked is kept: it
          remembers which item of the shop is whose. So is one of an archived product that is still ticked: the shop
          has to hear that nothing is left to sell.

        :return: how many were deleted, and whether there may be more
        """
        listings = self.env["marketplace.listing"].sudo()
        return self._collect_chunk("listing", listings._table, SQL("""
            (SELECT 1 FROM product_template t WHERE t.id = candidate.product_tmpl_id) IS NULL
            OR candidate.product_id IS NOT NULL
               AND (SELECT 1 FROM product_product p WHERE p.id = candidate.product_id) IS NULL
            OR candidate.active IS NOT TRUE AND candidate.state = 'pending' AND candidate.external_id IS NULL
               AND (SELECT 1 FROM marketplace_level l WHERE l.listing_id = candidate.id LIMIT 1) IS NULL
               AND ((SELECT t.active FROM product_template t WHERE t.id = candidate.product_tmpl_id) IS NOT TRUE
                    OR candidate.product_id IS NOT NULL
                       AND (SELECT p.active FROM product_product p WHERE p.id = candidate.product_id) IS NOT TRUE)
        """), CHUNK, lambda ids: listings.browse(ids).unlink())

    @api.autovacuum
    def _gc_levels(self):
        """Delete what was acknowledged at locations the shop has closed since.

        It is no part of what is published now; and should the shop open the location again, nobody knows what it
        has there then: everything is pushed anew.

        :return: how many were deleted, and whether there may be more
        """
        return self._collect_chunk("level", "marketplace_level", SQL("""
            (SELECT place.active FROM marketplace_location place WHERE place.id = candidate.location_id) IS NOT TRUE
        """), CHUNK)

    # === BY BUTTON === #

    @api.model
    def _collect(self, account):
        """Remove all garbage now, on a cursor of its own, and leave a line in the account's log.

        :param account: the marketplace.config whose button was pressed; what is removed is not its own alone
        :return: what was removed, in plain words
        """
        self.env.flush_all()
        with self.env["marketplace.drain"]._own_cursor(account) as drain:
            garbage = drain.env[self._name]
            found = garbage._collect_kinds()
            account.with_env(drain.env)._log("info", "garbage", garbage._summary(*found))
            drain.env.cr.commit()
        self.env.invalidate_all()
        return self._summary(*found)

    def _collect_kinds(self):
        deadline = time.monotonic() + MAX_SECONDS
        removed, more = Counter(), False
        for kind, collect in (
            # Listings first: what waited for them is orphaned then.
            ("listing", self._gc_listings),
            ("level", self._gc_levels),
            ("dirty", self.env["stock.availability.dirty"]._gc_invalid_records),
            ("log", self.env["marketplace.sync.log"]._gc_old),
            ("log", self.env["marketplace.exchange"]._gc_old),
            ("history", self.env["marketplace.history"]._gc_old),
        ):
            more = True
            while more and time.monotonic() < deadline:
                count, more = collect()
                self.env.cr.commit()
                removed[kind] += count
        return removed, more

    def _summary(self, removed, more):
        summary = self.env._(
            "Removed: %(dirty)s orphaned changes, %(listing)s listings without a product, %(level)s quantities at "
            "closed locations, %(log)s old log lines, %(history)s old numbers.",
            dirty=removed["dirty"], listing=removed["listing"], level=removed["level"], log=removed["log"],
            history=removed["history"])
        if more:
            summary = self.env._("%s There is more: press again, or wait for a night.", summary)
        return summary
