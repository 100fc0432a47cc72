# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

GC_CHUNK = 10_000  # rows


class MarketplaceSyncLog(models.Model):
    """What was done, and what failed: the same lines as in the server log, kept for a setting of days."""

    _name = "marketplace.sync.log"
    _description = "Marketplace sync log"
    _order = "id desc"
    _rec_name = "message"

    config_id = fields.Many2one("marketplace.config", "Account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="config_id.company_id", store=True)
    listing_id = fields.Many2one("marketplace.listing", index="btree_not_null", ondelete="set null")
    kind = fields.Selection(
        [("drain", "Push"), ("listing", "Listing"), ("account", "Account"), ("garbage", "Cleaning"),
         ("reconcile", "Comparison")], required=True)
    level = fields.Selection(
        [("info", "Information"), ("warning", "Warning"), ("error", "Error")], default="info", required=True)
    message = fields.Char(required=True)
    sku = fields.Char("SKU")
    request_id = fields.Char("Shop's Request Id")
    taken = fields.Integer(help="Listings taken from the queue.")
    acknowledged = fields.Integer(help="Listings whose new number the shop has taken.")
    unchanged = fields.Integer(help="Listings the shop had right already: nothing was sent.")
    failed = fields.Integer(help="Listings the shop refused.")
    remaining = fields.Integer(help="Listings still waiting afterwards.")
    calls = fields.Integer(help="Requests sent to the shop.")
    seconds = fields.Float(digits=(12, 3))

    @api.autovacuum
    def _gc_old(self):
        """Delete what is older than the days set on its account.

        :return: how many rows were deleted, and whether there may be more
        """
        garbage = self.env["marketplace.garbage"]
        return garbage._collect_chunk("log", self._table, garbage._is_old("create_date"), GC_CHUNK)
