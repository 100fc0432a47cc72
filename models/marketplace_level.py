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

    _unique_level = models.Constraint("UNIQUE(listing_id, location_id)", "A listing has one level per location.")

    @api.model
    def _store(self, levels):
        """Remember what the shop has now, in one statement.

        Levels of listings or locations that were deleted meanwhile are passed over.

        :param levels: list of tuples (listing id, marketplace.location id, pieces, request id)
        """
        if not levels:
            return
        listing_ids, location_ids, quantities, request_ids = map(list, zip(*levels, strict=True))
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_level AS level (listing_id, location_id, quantity, request_id, acked_at)
            SELECT new.listing_id, new.location_id, new.quantity, new.request_id, now() AT TIME ZONE 'UTC'
              FROM unnest(%s::integer[], %s::integer[], %s::integer[], %s::varchar[])
                   AS new (listing_id, location_id, quantity, request_id)
              JOIN marketplace_listing listing ON listing.id = new.listing_id
              JOIN marketplace_location location ON location.id = new.location_id
                ON CONFLICT (listing_id, location_id)
                DO UPDATE SET quantity = excluded.quantity, acked_at = excluded.acked_at,
                              request_id = excluded.request_id
            """,
            listing_ids, location_ids, quantities, request_ids,
        ))
        self.invalidate_model()
