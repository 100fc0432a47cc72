# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining and sorting work on a cursor of their own
import logging
from collections.abc import Iterable

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from .. import hooks
from .advisory_lock import SORT, session_lock

_logger = logging.getLogger(__name__)

MARKS = "marketplace_sync.marks"
SORT_CHUNK = 10_000  # marks
# A context entry with a value that no caller from outside can send: what was deleted is counted, and never shown.
COUNTING, COUNTED, GROUPED = "marketplace_sync_counting", object(), object()
# The table has no foreign keys: rows of what was deleted stay until they are collected, and can't be shown.
SHOWABLE = SQL("""
    (SELECT 1 FROM product_template WHERE id = dirty.product_tmpl_id) IS NOT NULL
    AND (dirty.product_id IS NULL OR (SELECT 1 FROM product_product WHERE id = dirty.product_id) IS NOT NULL)
    AND (dirty.listing_id IS NULL OR (SELECT 1 FROM marketplace_listing WHERE id = dirty.listing_id) IS NOT NULL)""")


class StockAvailabilityDirty(models.Model):
    """What changed and has not reached the marketplaces yet.

    A row starts as a mark, "this product's stock changed", written in the transaction that changed it. Sorting
    replaces it by one row per listing concerned; the account's drain deletes those once the marketplace knows.
    """

    _name = "stock.availability.dirty"
    _description = "Stock change waiting for the marketplaces"
    _auto = False  # hooks.create_dirty_table says why
    _log_access = False
    _order = "id"
    _rec_name = "product_tmpl_id"

    product_id = fields.Many2one("product.product", "Product Variant", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", "Product", readonly=True)
    listing_id = fields.Many2one(
        "marketplace.listing", readonly=True,
        help="Empty until it is known which listings the change concerns.",
    )
    config_id = fields.Many2one("marketplace.config", "Account", readonly=True)
    company_id = fields.Many2one(
        "res.company", readonly=True, help="The account's; the product's where the change is not sorted yet.")
    marked_at = fields.Datetime("Waiting Since", readonly=True)
    reason = fields.Char(readonly=True)
    account_name = fields.Char("Shop", compute="_compute_account_name")

    @api.depends("product_id", "product_tmpl_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = (row.product_id or row.product_tmpl_id).display_name

    @api.depends("config_id")
    @api.depends_context("lang")
    def _compute_account_name(self):
        for row in self:
            row.account_name = row.config_id.display_name or self.env._("Not Sorted Yet")

    @property
    def _table_query(self):
        way = self.env.context.get(COUNTING)
        if way is GROUPED:  # all of it is read: a join with the few accounts is less than looking each up
            return SQL(
                """
                SELECT dirty.*, CASE WHEN dirty.config_id IS NULL
                           THEN (SELECT company_id FROM product_template WHERE id = dirty.product_tmpl_id)
                           ELSE account.company_id END AS company_id
                  FROM stock_availability_dirty dirty
                  LEFT JOIN marketplace_config account ON account.id = dirty.config_id
                 WHERE dirty.config_id IS NULL OR account.id IS NOT NULL
                """)
        # With scalar sub-selects, looked up for the rows that are shown; EXISTS would be planned for all of them, and
        # read all products. Ordered, lest few rows be looked for in all that is left of those that are gone.
        return SQL(
            """
            SELECT dirty.*, CASE WHEN dirty.config_id IS NULL
                       THEN (SELECT company_id FROM product_template WHERE id = dirty.product_tmpl_id)
                       ELSE (SELECT company_id FROM marketplace_config WHERE id = dirty.config_id) END AS company_id
              FROM stock_availability_dirty dirty
             WHERE %s
             ORDER BY dirty.id
            """, SQL("TRUE") if way is COUNTED else SHOWABLE)

    @api.model
    def search_count(self, domain, limit=None):
        """How many rows there are, with those of what was deleted since.

        Each of them is looked up to be shown; to be counted they need not be, thousands of them in as many places of
        tables of millions.
        """
        return super(StockAvailabilityDirty, self.with_context(**{COUNTING: COUNTED})).search_count(domain, limit=limit)

    def init(self):
        hooks.create_dirty_table(self.env.cr)
        self.pool.post_init(hooks.create_views, self.env.cr)

    # === MARK === #

    @api.model
    def _dirty(self, product_ids: Iterable[int], reason: str):
        """Remember that the stock of these products changed.

        Costs one dictionary entry per product now and one statement per transaction just before its commit; the
        marks are committed, or lost, together with the change they speak of (I1), and can't collide with those
        of other transactions (I2).

        :param product_ids: ids of product.product
        :param reason: why, in a word or two, for people who look at what is waiting
        """
        precommit = self.env.cr.precommit
        if MARKS not in precommit.data:
            precommit.data[MARKS] = {}
            precommit.add(self._append_marks)
        precommit.data[MARKS].update(dict.fromkeys(product_ids, reason))

    def _append_marks(self):
        # Taken out of the data, not read: whatever is marked from here on registers itself anew.
        marks = self.env.cr.precommit.data.pop(MARKS, None)
        if not marks:
            return
        self.env.cr.execute(SQL(
            """
            INSERT INTO stock_availability_dirty (product_id, product_tmpl_id, reason)
            SELECT product.id, product.product_tmpl_id, mark.reason
              FROM unnest(%s::integer[], %s::varchar[]) AS mark (product_id, reason)
              JOIN product_product product ON product.id = mark.product_id
            """,
            list(marks), list(marks.values()),
        ))
        self._wake_after_commit()

    @api.model
    def _dirty_listings(self, condition: SQL, reason: str):
        """Mark listings that must be looked at again although no stock moved, in one statement.

        :param condition: on the listing, under the alias `listing`
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            INSERT INTO stock_availability_dirty
                        (product_id, product_tmpl_id, listing_id, config_id, reason)
            SELECT listing.product_id, listing.product_tmpl_id, listing.id, listing.config_id, %s
              FROM marketplace_listing listing
             WHERE listing.active AND (%s)
             ORDER BY listing.id
            """,
            reason, condition,
        ))
        self._wake_after_commit()

    # === WAKE === #

    def _wake_after_commit(self):
        postcommit = self.env.cr.postcommit
        if not postcommit.data.setdefault(MARKS, False):
            postcommit.data[MARKS] = True
            postcommit.add(self._wake)

    def _wake(self):
        """Wake the scheduled actions of the accounts that want changes at once.

        The stock change is committed already: nothing that goes wrong here may reach whoever made it, and the
        accounts' own interval makes up for it.
        """
        try:
            with self.pool.cursor() as cr:
                # Losing a wake-up costs at most the interval: not worth waiting for the disk.
                cr.execute("SET LOCAL synchronous_commit = off")
                api.Environment(cr, SUPERUSER_ID, {})["marketplace.config"]._wake()
        except Exception:
            _logger.warning("marketplace_sync: not_woken", exc_info=True)

    # === SORT === #

    @api.model
    def _sort(self, limit: int = SORT_CHUNK) -> int:
        """Replace product marks by marks of the listings they concern, for all accounts.

        Runs in a short transaction of its own under its own lock; call it with a cursor that may be committed.
        Deletes only marks of the snapshot it also reads listings in: a listing that is committed later brings a
        mark of its own. Marks of products nobody sells are dropped.

        :param limit: how many marks to take, the oldest first
        :return: how many were taken
        """
        with session_lock(self.env.cr, SORT, wait=True) as held:
            if not held:
                return 0
            self.env.cr.execute(self._sort_query(limit))
            taken, kept = self.env.cr.fetchone()
            self.env.cr.commit()
        if taken:
            _logger.debug("marketplace_sync: sorted marks=%s listing_marks=%s", taken, kept)
        return taken

    def _sort_query(self, limit):
        # ARRAY(...), not IN (...): a queue's statistics are always out of date, and a planner who believes it to be
        # empty joins the two in quadratic time; keys given as an array can only be looked up one by one.
        return SQL(
            """
            WITH RECURSIVE taken AS (
                DELETE FROM stock_availability_dirty
                 WHERE id = ANY(ARRAY(SELECT id FROM stock_availability_dirty
                                       WHERE listing_id IS NULL ORDER BY id LIMIT %(limit)s
                                         FOR UPDATE SKIP LOCKED))
                RETURNING product_id, marked_at, reason
            ), changed AS (
                SELECT product_id, min(marked_at) AS marked_at, min(reason) AS reason
                  FROM taken GROUP BY product_id
            ), affected AS (
                SELECT product_id, marked_at, reason FROM changed
                %(kits)s
            ), concerned AS (
                SELECT %(listed)s, affected.marked_at, affected.reason
                  FROM affected
                  JOIN marketplace_listing listing ON listing.product_id = affected.product_id
                 WHERE %(wanted)s
                 UNION ALL
                SELECT %(listed)s, affected.marked_at, affected.reason
                  FROM affected
                  JOIN product_product variant ON variant.id = affected.product_id
                  JOIN marketplace_listing listing
                    ON listing.product_tmpl_id = variant.product_tmpl_id AND listing.product_id IS NULL
                 WHERE %(wanted)s
            ), sorted AS (
                INSERT INTO stock_availability_dirty
                            (product_id, product_tmpl_id, listing_id, config_id, marked_at, reason)
                SELECT product_id, product_tmpl_id, id, config_id, min(marked_at), min(reason)
                  FROM concerned
                 GROUP BY id, product_id, product_tmpl_id, config_id
                 ORDER BY min(marked_at), id
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM sorted)
            """,
            limit=limit, kits=self._kits_query(),
            listed=SQL("listing.id, listing.product_id, listing.product_tmpl_id, listing.config_id"),
            # Until a conflict is answered nothing is sent, and every answer marks it: marks would only pile up.
            wanted=SQL("listing.active AND listing.state <> 'conflict'"),
        )

    def _kits_query(self):
        """The recursive step from a component to the kits it is in, nothing where `mrp` is not installed.

        Reaches a little more than it must: kits of any company, and variants that go without that line. UNION drops
        what was found before, so that kits containing each other end the recursion.
        """
        if "mrp.bom" not in self.env:
            return SQL()
        return SQL("""
            UNION
            SELECT kit.id, affected.marked_at, affected.reason
              FROM affected
              JOIN mrp_bom_line line ON line.product_id = affected.product_id
              JOIN mrp_bom bom ON bom.id = line.bom_id AND bom.type = 'phantom' AND bom.active
              -- A bill for one variant is that variant's, whatever template it names: Odoo goes by the variant too.
             CROSS JOIN LATERAL (
                SELECT bom.product_id WHERE bom.product_id IS NOT NULL
                 UNION ALL
                SELECT variant.id FROM product_product variant
                 WHERE bom.product_id IS NULL AND variant.product_tmpl_id = bom.product_tmpl_id
             ) AS kit (id)
        """)
