# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL, formatLang

from .marketplace_drain_queue import COUNTED_MARKS

COUNTED = 10_000  # listings; what the web client counts of a long list, too


class MarketplaceConfig(models.Model):
    """How many listings an account has, and in which state.

    Counted only up to a limit, so that opening an account takes the same with a million listings: whoever has more
    reads "10,000+", as above Odoo's own lists.
    """

    _inherit = "marketplace.config"

    listing_count = fields.Integer(compute="_compute_counts", help="At most 10,001.")
    linked_count = fields.Integer("Linked", compute="_compute_counts", help="At most 10,001.")
    error_count = fields.Integer("Failed", compute="_compute_counts", help="At most 10,001.")
    conflict_count = fields.Integer("Asking", compute="_compute_counts", help="At most 10,001.")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts", help="At most 10,001.")
    listing_tally = fields.Char("Number of Listings", compute="_compute_tallies")
    linked_tally = fields.Char("Number Linked", compute="_compute_tallies")
    error_tally = fields.Char("Number Failed", compute="_compute_tallies")
    conflict_tally = fields.Char("Number Asking", compute="_compute_tallies")
    waiting_tally = fields.Char("Number Waiting", compute="_compute_tallies")

    def _compute_counts(self):
        for account in self:
            saved = account._origin  # nobody's, with nothing listed, while a new account is being entered
            account.listing_count = saved._count_listings()
            account.linked_count = saved._count_listings(("state", "=", "linked"))
            account.error_count = saved._count_listings(("state", "=", "error"))
            account.conflict_count = saved._count_listings(("state", "=", "conflict"))
            account.waiting_count = saved._count_waiting_listings()

    @api.depends("listing_count", "linked_count", "error_count", "conflict_count", "waiting_count")
    @api.depends_context("lang")
    def _compute_tallies(self):
        for account in self:
            for name in ("listing", "linked", "error", "conflict", "waiting"):
                account[f"{name}_tally"] = account._tally(account[f"{name}_count"])

    def _count_listings(self, *condition):
        return self.env["marketplace.listing"].search_count(
            [("config_id", "in", self.ids), *condition], limit=COUNTED + 1)

    def _count_waiting_listings(self):
        """How many listings have marks, counted in the oldest `COUNTED_MARKS` of them.

        Without archived ones, of which there are few and an index. Whether each of the others is still there is not
        looked up, in as many places of a table of millions: one that was deleted counts until its marks are collected.
        """
        [[count]] = self.env.execute_query(SQL(
            """
            SELECT count(DISTINCT listing_id)
              FROM (SELECT listing_id FROM stock_availability_dirty dirty
                     WHERE config_id = %s
                       AND (SELECT TRUE FROM marketplace_listing listing
                             WHERE listing.id = dirty.listing_id AND listing.active IS NOT TRUE) IS NULL
                     ORDER BY id LIMIT %s) AS waiting
            """, self.id or None, COUNTED_MARKS))
        return min(count, COUNTED + 1)

    @api.model
    def _tally(self, count):
        """A count as people read it.

        :param int count: listings, `COUNTED` + 1 for all that are more
        """
        text = formatLang(self.env, min(count, COUNTED), digits=0)
        return f"{text}+" if count > COUNTED else text
