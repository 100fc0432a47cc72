# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining and sorting work on a cursor of their own
from odoo import models
from odoo.tools import SQL

from .drain_run import Waiting
from .platforms import BLANKS, PLATFORMS

COUNTED_MARKS = 100_000
# Whether the listing of the mark `dirty` is to be pushed now. One its marketplace takes no more of today is left alone,
# unless it was marked again meanwhile; so is one that waits for somebody's answer. Looked up mark by mark: a join would
# be planned for the longest queue, and read all listings because of a few.
MAY_GO = SQL("""(
    SELECT listing.active AND listing.state <> 'conflict'
           AND (listing.deferred_until IS NULL OR listing.deferred_until <= now() AT TIME ZONE 'UTC'
                OR dirty.id > listing.deferred_mark)
      FROM marketplace_listing listing WHERE listing.id = dirty.listing_id)""")
# Whether marks wait to be sorted. Not EXISTS: where most rows are such marks it is planned as a walk through the table,
# which is a long one once they are gone.
ANY_UNSORTED = SQL(
    "(SELECT id FROM stock_availability_dirty WHERE listing_id IS NULL ORDER BY id LIMIT 1) IS NOT NULL")


class MarketplaceDrain(models.AbstractModel):
    """What waits for an account, as one snapshot sees it."""

    _inherit = "marketplace.drain"

    def _claim(self, run, shard, after):
        """The next listings with marks, oldest mark first.

        :param int after: only look at marks with a greater id
        :return: list of `Waiting` and the greatest mark id looked at
        """
        rows = self._read_listings(run.account.platform, SQL(
            """
            SELECT listing_id, (SELECT max(id) FROM head) AS last,
                   ARRAY(SELECT id FROM stock_availability_dirty WHERE listing_id = waiting.listing_id) AS ids
              FROM (SELECT DISTINCT listing_id FROM head) AS waiting
            """), head=self._head_query(run, shard, after, run.chunk_size()))
        return [waiting for waiting, _last in rows], rows[0][1] if rows else after

    def _sku(self):
        """What a listing is found by in the shop, as an SQL expression about `listing`, its `product` and `template`.

        product.template's `_common_sku` says the same of the listing of a whole product.
        """
        return SQL("""CASE WHEN listing.product_id IS NULL
                      THEN COALESCE(NULLIF(template.marketplace_sku, ''), template.default_code)
                      ELSE product.default_code END""")

    def _item_id(self, platform):
        """The id of its own marketplace that was entered on a product, as an SQL expression like `_sku`.

        Of a whole product: the one that all its variants have.
        """
        field = PLATFORMS[platform].item_id_field
        if not field:
            return SQL("NULL")
        own, each = (SQL("NULLIF(btrim(%s, %s), '')", SQL.identifier(alias, field), BLANKS)
                     for alias in ("product", "variant"))
        return SQL(
            """CASE WHEN listing.product_id IS NOT NULL THEN %s
               ELSE (SELECT CASE WHEN count(DISTINCT coalesce(%s, '')) = 1 THEN min(%s) END
                       FROM product_product variant
                      WHERE variant.product_tmpl_id = template.id AND (variant.active OR NOT template.active)) END""",
            own, each, each)

    def _read_listings(self, platform, marks, head=None):
        """Everything about some listings that a push or a link needs, in one query.

        :param str platform: the account's
        :param SQL marks: a query of (listing_id, ids of its marks, last); may refer to `head`
        :return: list of pairs (`Waiting`, last)
        """
        rows = self.env.execute_query(SQL(
            """
            WITH head AS (%(head)s), marks AS (%(marks)s)
            SELECT listing.id, listing.product_id, listing.product_tmpl_id,
                   %(sku)s,
                   listing.sku, listing.external_id, listing.state,
                   template.active AND (listing.product_id IS NULL OR product.active),
                   COALESCE(template.is_storable, FALSE),
                   marks.ids, %(item_id)s, marks.last
              FROM marks
              JOIN marketplace_listing listing ON listing.id = marks.listing_id
              JOIN product_template template ON template.id = listing.product_tmpl_id
              LEFT JOIN product_product product ON product.id = listing.product_id
             ORDER BY listing.id
            """, head=head or SQL("SELECT"), marks=marks, sku=self._sku(), item_id=self._item_id(platform)))
        found = [(Waiting(*row[:-1]), row[-1]) for row in rows]
        self._find_kits([waiting for waiting, _last in found])
        return found

    def _head_query(self, run, shard, after, limit):
        return SQL(
            """
            SELECT dirty.id, dirty.listing_id
              FROM stock_availability_dirty dirty
             WHERE dirty.config_id = %s AND dirty.listing_id IS NOT NULL AND dirty.id > %s
               AND dirty.listing_id %% %s = %s AND dirty.listing_id <> ALL(%s) AND %s AND %s
             ORDER BY dirty.id
             LIMIT %s
            """,
            run.account.id, after, run.account.shards, shard, run.set_aside(), self._chosen(run), MAY_GO, limit,
        )

    def _chosen(self, run):
        """The condition on `dirty` that a run for some listings sees no others."""
        if run.listing_ids is None:
            return SQL("TRUE")
        # By their ids, as an array: looked up one by one, however long the queue is.
        return SQL("dirty.id = ANY(ARRAY(SELECT id FROM stock_availability_dirty WHERE listing_id = ANY(%s)))",
                   run.listing_ids)

    def _has_waiting(self, run, shard):
        [[found]] = self.env.execute_query(SQL(
            "SELECT %s OR (SELECT id FROM (%s) AS head) IS NOT NULL",
            ANY_UNSORTED, self._head_query(run, shard, 0, 1)))
        self.env.cr.commit()
        return found

    def _may_have_waiting(self, account):
        """Whether anything waits for an account, or is marked and not sorted yet; with the caller's cursor."""
        [[found]] = self.env.execute_query(SQL(
            """SELECT %s OR (SELECT dirty.id FROM stock_availability_dirty dirty
                              WHERE dirty.config_id = %s AND dirty.listing_id IS NOT NULL AND %s
                              ORDER BY dirty.id LIMIT 1) IS NOT NULL""",
            ANY_UNSORTED, account.id, MAY_GO))
        return found

    def _count_waiting(self, account):
        """How many listings wait and may go, counted in `COUNTED_MARKS` marks; at least 1 while marks are unsorted."""
        [[count]] = self.env.execute_query(SQL(
            """
            SELECT greatest(count(DISTINCT listing_id), (%s)::integer)
              FROM (SELECT dirty.listing_id
                      FROM stock_availability_dirty dirty
                     WHERE dirty.config_id = %s AND dirty.listing_id IS NOT NULL AND %s
                     ORDER BY dirty.id
                     LIMIT %s) AS waiting
            """,
            ANY_UNSORTED, account.id, MAY_GO, COUNTED_MARKS))
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
