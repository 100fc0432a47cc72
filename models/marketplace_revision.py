# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL


class MarketplaceRevision(models.Model):
    """How often a listing was changed in a day, for marketplaces that limit it."""

    _name = "marketplace.revision"
    _description = "Changes of a listing in a day"
    _log_access = False
    _rec_name = "listing_id"

    listing_id = fields.Many2one("marketplace.listing", required=True, index=True, ondelete="cascade", readonly=True)
    day = fields.Date(required=True, readonly=True, help="Of the marketplace's own time zone.")
    number = fields.Integer(readonly=True)

    _unique_day = models.Constraint("UNIQUE(listing_id, day)", "A listing's changes of a day are counted together.")

    @api.model
    def _today(self, listing_ids, zone):
        """How often these listings were changed today: dict listing id -> number, without those that were not.

        :param str zone: the time zone whose day it is
        """
        return dict(self.env.execute_query(SQL(
            """SELECT listing_id, number FROM marketplace_revision
                WHERE listing_id = ANY(%s) AND day = (now() AT TIME ZONE %s)::date""", list(listing_ids), zone)))

    @api.model
    def _count(self, listing_ids, zone):
        """Add one to today's number of each of these listings.

        :param str zone: the time zone whose day it is
        """
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_revision AS known (listing_id, day, number)
            SELECT listing.id, (now() AT TIME ZONE %s)::date, 1
              FROM marketplace_listing listing
             WHERE listing.id = ANY(%s)
                ON CONFLICT (listing_id, day) DO UPDATE SET number = known.number + 1
            """, zone, list(listing_ids)))
        self.invalidate_model()

    @api.autovacuum
    def _gc_past_days(self):
        # A day of another time zone than UTC may last a day longer.
        self.env.cr.execute("DELETE FROM marketplace_revision WHERE day < (now() AT TIME ZONE 'UTC')::date - 2")
