# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import defaultdict
from datetime import UTC

from odoo import api, fields, models
from odoo.tools import SQL, sql

GC_CHUNK = 10_000  # rows
MAX_POINTS = 500  # of a location in a chart


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
    quantity = fields.Integer(
        "Published", aggregator="avg", readonly=True, help="What the shop took, in the units it sells.")
    odoo_quantity = fields.Float(
        "In Odoo", aggregator="avg", digits="Product Unit", readonly=True,
        help="Pieces Odoo had for it at that time, before any rule.")

    # Ids grow with time: the newest of each line of a chart are found without sorting.
    _line_index = models.Index("(listing_id, location_id, id)")

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
        :return: dict marketplace.location id -> list of dicts of `quantity`, in the shop's units, and `at`, naive UTC,
            the newest first; without locations that never were
        """
        return {place_id: [{"quantity": quantity, "at": at} for at, quantity, _odoo_quantity in rows]
                for place_id, rows in self._lines(listing, 2).items()}

    @api.model
    def _chart(self, listing):
        """What the chart on a listing's form is drawn from, the newest `MAX_POINTS` points of each location.

        :param listing: a marketplace.listing
        :return: list of dicts, one a location of the shop: `name`, and `points`, the oldest first: lists of
            milliseconds since 1970, the number published and Odoo's quantity
        """
        lines = self._lines(listing, MAX_POINTS)
        places = listing.sudo().config_id.with_context(active_test=False).location_ids
        return [{
            "name": place.name,
            "points": [[at.replace(tzinfo=UTC).timestamp() * 1000, *numbers] for at, *numbers in lines[place.id][::-1]],
        } for place in places if place.id in lines]

    def _lines(self, listing, limit):
        """The newest rows of each location, so many of each, the newest first.

        :return: dict marketplace.location id -> list of tuples (naive UTC, number published, Odoo's quantity), without
            locations that have none
        """
        lines = defaultdict(list)
        for place_id, *row in self.env.execute_query(SQL(
                """
                SELECT location.id, newest.at, newest.quantity, newest.odoo_quantity::float
                  FROM marketplace_location location
                 CROSS JOIN LATERAL (
                       SELECT * FROM marketplace_history
                        WHERE listing_id = %s AND location_id = location.id
                        ORDER BY id DESC LIMIT %s) AS newest
                 WHERE location.config_id = %s
                 ORDER BY newest.id DESC
                """, listing.id, limit, listing.sudo().config_id.id)):
            lines[place_id].append(row)
        return lines

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
