# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL


class MarketplaceLevel(models.Model):
    """The number one location of a listing was last acknowledged at."""

    _name = "marketplace.level"
    _description = "Published quantity"
    _order = "listing_id, location_id"
    _log_access = False

    listing_id = fields.Many2one("marketplace.listing", required=True, index=True, ondelete="cascade", readonly=True)
    location_id = fields.Many2one(
        "marketplace.location", "Shop Location", required=True, index=True, ondelete="cascade", readonly=True)
    quantity = fields.Integer(readonly=True, help="Pieces the shop had at that time.")
    acked_at = fields.Datetime("Acknowledged", readonly=True)
    request_id = fields.Char("Shop's Request Id", readonly=True)
    stock = fields.Float(
        "Odoo's Stock", digits="Product Unit", readonly=True, help="Pieces Odoo had when the number was worked out.")
    differs = fields.Boolean("Changed in the Shop", readonly=True)
    shown = fields.Integer("Shown Instead", readonly=True, help="What the shop was found to show while nobody decides.")

    _unique_level = models.Constraint("UNIQUE(listing_id, location_id)", "A listing has one level per location.")

    @api.model
    def _store(self, levels):
        """Remember what the shop has now, and keep what it acknowledged as history, in one statement.

        Levels of listings or locations that were deleted meanwhile are passed over.

        :param levels: list of tuples (listing id, marketplace.location id, number in the shop's units, request id,
            Odoo's own quantity in pieces); the last is None for a number the shop was found with and did not take
            from us, which is no part of the history
        """
        if not levels:
            return
        listing_ids, location_ids, quantities, request_ids, odoo_quantities = map(list, zip(*levels, strict=True))
        self.env.cr.execute(SQL(
            """
            WITH new AS MATERIALIZED (
                SELECT new.*, now() AT TIME ZONE 'UTC' AS acked_at
                  FROM unnest(%s::integer[], %s::integer[], %s::integer[], %s::varchar[], %s::numeric[])
                       AS new (listing_id, location_id, quantity, request_id, odoo_quantity)
                  JOIN marketplace_listing listing ON listing.id = new.listing_id
                  JOIN marketplace_location location ON location.id = new.location_id
            ), kept AS (
                INSERT INTO marketplace_history (listing_id, location_id, at, quantity, odoo_quantity)
                SELECT listing_id, location_id, acked_at, quantity, odoo_quantity
                  FROM new
                 WHERE odoo_quantity IS NOT NULL
            )
            INSERT INTO marketplace_level AS level (listing_id, location_id, quantity, request_id, acked_at, stock)
            SELECT listing_id, location_id, quantity, request_id, acked_at, odoo_quantity
              FROM new
                ON CONFLICT (listing_id, location_id)
                DO UPDATE SET quantity = excluded.quantity, acked_at = excluded.acked_at,
                              request_id = excluded.request_id, stock = excluded.stock, differs = FALSE
            """,
            listing_ids, location_ids, quantities, request_ids, odoo_quantities,
        ))
        self.invalidate_model()
        self.env["marketplace.history"].invalidate_model()

    @api.model
    def _note_stock(self, stocks):
        """Remember Odoo's stock behind numbers that stay as they are, in one statement.

        :param stocks: list of tuples (listing id, marketplace.location id, Odoo's own quantity in pieces)
        """
        if stocks:
            self.env.cr.execute(SQL(
                """
                UPDATE marketplace_level level SET stock = new.stock
                  FROM unnest(%s::integer[], %s::integer[], %s::numeric[]) AS new (listing_id, location_id, stock)
                 WHERE level.listing_id = new.listing_id AND level.location_id = new.location_id
                """,
                *map(list, zip(*stocks, strict=True))))
            self.invalidate_model(["stock"])
