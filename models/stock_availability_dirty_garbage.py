# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # the backlog is shortened on a cursor of its own
from contextlib import ExitStack

from odoo import api, models
from odoo.tools import SQL

from .advisory_lock import session_lock, shard_key
from .drain_run import COLLISIONS
from .stock_availability_dirty import SORT_CHUNK

GC_CHUNK = 20_000  # rows looked at


class StockAvailabilityDirty(models.Model):
    """What is taken out of the dirty table although no marketplace was told."""

    _inherit = "stock.availability.dirty"

    # === ORPHANS === #

    @api.autovacuum
    def _gc_invalid_records(self) -> tuple[int, bool]:
        """Delete a chunk of orphans: rows whose product or listing is gone or archived.

        The mark of an archived product that is still listed, or is part of a kit, is no orphan: the shop has to hear
        that nothing is left to sell. Call it again, after a commit, while there may be more.

        :return: how many rows were deleted, and whether there may be more
        """
        return self._gc_orphans("dirty", SQL("TRUE"))

    @api.model
    def _gc_invalid_shopify_records(self) -> int:
        """Delete a chunk of the orphans that concern Shopify only; see `_gc_invalid_records`.

        :return: how many rows were deleted; 0 once there are no more
        """
        return self._gc_platform("shopify")

    @api.model
    def _gc_invalid_ebay_records(self) -> int:
        """As `_gc_invalid_shopify_records`, of eBay."""
        return self._gc_platform("ebay")

    @api.model
    def _gc_invalid_cartona_records(self) -> int:
        """As `_gc_invalid_shopify_records`, of Cartona."""
        return self._gc_platform("cartona")

    @api.model
    def _gc_invalid_rest_records(self) -> int:
        """As `_gc_invalid_shopify_records`, of all other marketplaces."""
        return self._gc_platform("rest")

    def _gc_platform(self, platform):
        removed, more = 0, True
        while more and not removed:
            removed, more = self._gc_orphans(f"dirty.{platform}", SQL(
                "candidate.config_id IS NULL OR "
                "(SELECT account.platform FROM marketplace_config account WHERE account.id = candidate.config_id) = %s",
                platform))
        return removed

    def _gc_orphans(self, kind, condition):
        return self.env["marketplace.garbage"]._collect_chunk(kind, self._table, SQL(
            """
            (%s) AND CASE WHEN candidate.listing_id IS NULL
                THEN (SELECT 1 FROM product_product p WHERE p.id = candidate.product_id AND p.active) IS NULL
                 AND (SELECT 1
                        FROM product_product p
                        JOIN marketplace_listing l ON l.active AND l.product_tmpl_id = p.product_tmpl_id
                       WHERE p.id = candidate.product_id
                       LIMIT 1) IS NULL
                 AND %s
                -- Two look-ups, each in an index alone: one would have to visit every listing that anything waits for.
                ELSE (SELECT 1 FROM marketplace_listing l WHERE l.id = candidate.listing_id) IS NULL
                  OR (SELECT 1 FROM marketplace_listing l
                       WHERE l.id = candidate.listing_id AND l.active IS NOT TRUE) IS NOT NULL
                END
            """,
            condition, self._is_in_no_kit()), GC_CHUNK)

    def _is_in_no_kit(self):
        if "mrp.bom" not in self.env:
            return SQL("TRUE")
        return SQL("(SELECT 1 FROM mrp_bom_line b WHERE b.product_id = candidate.product_id LIMIT 1) IS NULL")

    # === BACKLOG === #

    @api.autovacuum
    def _gc_backlog(self) -> None:
        """Keep what no account takes from growing for ever: sort it, and keep only the newest mark of each listing.

        Accounts that push are left alone: they shorten their queue themselves.
        """
        with self.env["marketplace.drain"]._own_cursor() as drain:
            dirty = drain.env[self._name]
            while dirty._sort() >= SORT_CHUNK:
                pass
            accounts = drain.env["marketplace.config"].with_context(active_test=False).search([])
            for account in accounts.filtered(lambda account: not (account.active and account.state == "connected")):
                try:
                    dirty._shorten(account)
                except COLLISIONS:
                    drain.env.cr.rollback()  # another night

    def _shorten(self, account):
        """Keep only the newest mark of each listing of an account nobody pushes.

        Holds the locks of all its shards: a push that is just ending when the account is paused may have read the
        newest mark, but not an older one that was committed later; it would delete the one it has read, and the other
        has to stay then.
        """
        with ExitStack() as locks:
            for shard in range(account.shards):
                if not locks.enter_context(session_lock(self.env.cr, shard_key(account.id, shard))):
                    return  # somebody pushes it; it is shortened another night
            self._delete_all_but_newest(account)
        # Resumed meanwhile, its scheduled action may have found the locks taken and gone.
        account.invalidate_recordset()
        if account.exists() and account.state == "connected" and account.cron_id:
            account.cron_id._trigger()
        self.env.cr.commit()

    def _delete_all_but_newest(self, account):
        """From the newest mark to the oldest, a chunk a transaction."""
        seen, rows, before = set(), True, None
        while rows:
            rows = self.env.execute_query(SQL(
                """
                SELECT dirty.id, dirty.listing_id
                  FROM stock_availability_dirty dirty
                  JOIN marketplace_config account ON account.id = dirty.config_id
                 WHERE dirty.config_id = %s AND dirty.listing_id IS NOT NULL AND (%s OR dirty.id < %s)
                   AND NOT (account.active AND account.state = 'connected') AND account.shards = %s
                 ORDER BY dirty.id DESC
                 LIMIT %s
                """, account.id, before is None, before, account.shards, GC_CHUNK))
            superseded = []
            for mark_id, listing_id in rows:
                before = mark_id
                if listing_id in seen:
                    superseded.append(mark_id)
                seen.add(listing_id)
            if superseded:
                self.env.cr.execute(SQL("DELETE FROM stock_availability_dirty WHERE id = ANY(%s)", superseded))
            self.env.cr.commit()
