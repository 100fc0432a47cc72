# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL

CHANGED, UNPUSHED, MISSING = "changed", "unpushed", "missing"
REASONS = [(CHANGED, "Changed in the shop"), (UNPUSHED, "Not pushed yet"), (MISSING, "Not in the shop")]
GC_CHUNK = 10_000  # rows


class MarketplaceDrift(models.Model):
    """A number a comparison found to be another than it should be.

    Nothing is written to the shop by whoever finds it: the listing is marked, and the next push sets it right.
    """

    _name = "marketplace.drift"
    _description = "Number that drifted"
    _order = "id desc"
    _rec_name = "listing_id"
    _log_access = False

    reconcile_id = fields.Many2one(
        "marketplace.reconcile", "Comparison", required=True, index=True, ondelete="cascade", readonly=True)
    config_id = fields.Many2one(
        "marketplace.config", "Account", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="config_id.company_id")
    listing_id = fields.Many2one("marketplace.listing", required=True, index=True, ondelete="cascade", readonly=True)
    sku = fields.Char(related="listing_id.sku")
    location_id = fields.Many2one(
        "marketplace.location", "Shop Location", required=True, index=True, ondelete="cascade", readonly=True)
    reason = fields.Selection(
        REASONS, required=True, readonly=True,
        help="Changed in the shop: it is not the number that was acknowledged last; somebody sold or edited there. "
             "The account's policy says what becomes of it.\n"
             "Not pushed yet: the shop has what it was sent last, and Odoo has had another number since.\n"
             "Not in the shop: the item is gone there, or has no stock at that place.")
    shown = fields.Integer(readonly=True, help="What the shop had.")
    acked = fields.Integer("Acknowledged", readonly=True, help="What the shop was known to have.")
    expected = fields.Integer(readonly=True, help="What should be published.")
    since = fields.Datetime(readonly=True, help="When the shop last acknowledged a number; empty when it never did.")
    detail = fields.Char("The Shop Says", readonly=True)
    request_id = fields.Char("Shop's Request Id", readonly=True)
    noticed_at = fields.Datetime("Noticed", readonly=True)

    def action_open_listing(self):
        """Show the listing whose number it is."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "res_model": "marketplace.listing", "res_id": self.listing_id.id,
            "view_mode": "form", "views": [(False, "form")], "name": self.listing_id.display_name,
        }

    @api.model
    def _store(self, run, rows):
        """Keep what a comparison found, in one statement; what was deleted meanwhile is passed over.

        :param run: marketplace.reconcile
        :param rows: list of tuples (listing id, marketplace.location id, reason, shown or None, acknowledged or None,
            expected, acknowledged at or None, what the shop says, its request id)
        """
        if not rows:
            return
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_drift (reconcile_id, config_id, listing_id, location_id, reason, shown, acked,
                                           expected, since, detail, request_id, noticed_at)
            SELECT %s, %s, new.*, now() AT TIME ZONE 'UTC'
              FROM unnest(%s::integer[], %s::integer[], %s::varchar[], %s::integer[], %s::integer[], %s::integer[],
                          %s::timestamp[], %s::varchar[], %s::varchar[])
                   AS new (listing_id, location_id, reason, shown, acked, expected, since, detail, request_id)
              JOIN marketplace_listing listing ON listing.id = new.listing_id
              JOIN marketplace_location location ON location.id = new.location_id
             ORDER BY new.listing_id, new.location_id
            """,
            run.id, run.config_id.id, *map(list, zip(*rows, strict=True))))
        self.invalidate_model()

    @api.autovacuum
    def _gc_old(self):
        """Delete what is older than the days set on its account, but keep what the last comparison found.

        :return: how many rows were deleted, and whether there may be more
        """
        garbage = self.env["marketplace.garbage"]
        return garbage._collect_chunk("drift", self._table, SQL(
            """
            %s
            AND (SELECT 1 FROM marketplace_reconcile newer
                  WHERE newer.config_id = candidate.config_id AND newer.id > candidate.reconcile_id LIMIT 1) IS NOT NULL
            """, garbage._is_old("noticed_at")), GC_CHUNK)
