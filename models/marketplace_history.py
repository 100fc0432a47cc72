# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, sql

GC_CHUNK = 10_000  # rows
MAX_POINTS = 500  # in one chart


class MarketplaceHistory(models.Model):
    """The numbers one location of a listing was acknowledged at over time, each beside Odoo's own quantity then.

    `marketplace.level._store` writes it, in the statement that stores the number itself.
    """

    _name = "marketplace.history"
    _description = "Published quantity over time"
    _order = "id desc"
    _rec_name = "listing_id"
    _log_access = False

    listing_id = fields.Many2one("marketplace.listing", required=True, ondelete="cascade", readonly=True)
    config_id = fields.Many2one(related="listing_id.config_id")
    location_id = fields.Many2one(
        "marketplace.location", "Shop Location", required=True, ondelete="cascade", readonly=True)
    at = fields.Datetime("Acknowledged", required=True, readonly=True)
    quantity = fields.Integer("Published", aggregator="avg", readonly=True, help="What the shop took, in its own units.")
    odoo_quantity = fields.Float(
        "In Odoo", aggregator="avg", digits="Product Unit", readonly=True,
        help="Pieces Odoo had for it at that time, before any rule.")

    # Ids grow with time: the newest of a listing first, for its chart, without sorting.
    _listing_index = models.Index("(listing_id, id)")

    def init(self):
        """Give the ids 64 bits: rows are written with every push, and years of them are deleted again."""
        column = sql.table_columns(self.env.cr, self._table)["id"]
        if column["udt_name"] != "int8":
            self.env.cr.execute(SQL(
                "ALTER TABLE %(table)s ALTER COLUMN id TYPE bigint; ALTER SEQUENCE %(sequence)s AS bigint",
                table=SQL.identifier(self._table), sequence=SQL.identifier(f"{self._table}_id_seq")))

    @api.model
    def _newest(self, listing):
        """The last two numbers each location was acknowledged at.

        :param listing: a marketplace.listing
        :return: dict marketplace.location id -> list of dicts of `quantity`, in the shop's units, and `at`, naive UTC;
            the newest first
        """
        newest = defaultdict(list)
        for place_id, quantity, at in self.env.execute_query(SQL(
                """
                SELECT location.id, newest.quantity, newest.at
                  FROM marketplace_location location
                 CROSS JOIN LATERAL (
                       SELECT id, quantity, at FROM marketplace_history
                        WHERE listing_id = %s AND location_id = location.id
                        ORDER BY id DESC LIMIT 2) AS newest
                 WHERE location.config_id = %s
                 ORDER BY newest.id DESC
                """, listing.id, listing.config_id.id)):
            newest[place_id].append({"quantity": quantity, "at": at})
        return newest

    @api.model
    def _chart(self, listing):
        """What the chart on a listing's form is drawn from, its newest `MAX_POINTS` points.

        :param listing: a marketplace.listing
        :return: list of dicts, one a location of the shop: `name`, and `points` as lists of milliseconds since 1970,
            published and Odoo's quantity, oldest first
        """
        rows = self.env.execute_query(SQL(
            """
            SELECT location.name, array_agg(ARRAY[
                       extract(epoch FROM newest.at) * 1000, newest.quantity, newest.odoo_quantity]::float[]
                       ORDER BY newest.id)
              FROM (SELECT * FROM marketplace_history WHERE listing_id = %s ORDER BY id DESC LIMIT %s) AS newest
              JOIN marketplace_location location ON location.id = newest.location_id
             GROUP BY location.id
             ORDER BY location.name, location.id
            """, listing.id, MAX_POINTS))
        return [{"name": name, "points": points} for name, points in rows]

    @api.autovacuum
    def _gc_old(self):
        """Delete what is older than the days set on its account.

        :return: how many rows were deleted, and whether there may be more
        """
        # The first condition is worked out once and passes over what is young wherever it comes from.
        return self.env["marketplace.garbage"]._collect_chunk("history", self._table, SQL("""
            candidate.at < (now() AT TIME ZONE 'UTC') - interval '1 day' * (
                SELECT min(account.history_days) FROM marketplace_config account)
            AND candidate.at < (now() AT TIME ZONE 'UTC') - interval '1 day' * (
                SELECT account.history_days
                  FROM marketplace_listing listing
                  JOIN marketplace_config account ON account.id = listing.config_id
                 WHERE listing.id = candidate.listing_id)
        """), GC_CHUNK)
