# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL, sql


class MarketplaceSyncLog(models.Model):
    """What can be counted and drawn of the log, and where its lines lead to."""

    _inherit = "marketplace.sync.log"

    platform = fields.Selection(related="config_id.platform", store=True)
    answer_median_ms = fields.Float(
        "Answer Time, Median (ms)", digits=(12, 1), aggregator="avg", readonly=True,
        help="Half of the requests were answered faster.")
    answer_p95_ms = fields.Float(
        "Answer Time, 95th Percentile (ms)", digits=(12, 1), aggregator="max", readonly=True,
        help="95 in 100 requests were answered faster.")
    error_kind = fields.Selection([
        ("unavailable", "Shop Unavailable"), ("limited", "Calls Limited"), ("busy", "Busy with One Request"),
        ("crashed", "Failed at One Request"), ("unauthorized", "Sign-in Refused"), ("refused", "Account Refused"),
        ("listing", "Listing Failed")], readonly=True)
    remaining = fields.Integer(aggregator="max")
    run_ref = fields.Char(
        "Run", readonly=True, index="btree_not_null", default=lambda self: self.env.context.get("marketplace_run"),
        help="The same for all lines, and requests, of one push or comparison.")
    exchange_count = fields.Integer("Requests", compute="_compute_exchange_count")

    _time_index = models.Index("(create_date)")

    def _auto_init(self):
        self._add_platform()
        return super()._auto_init()

    def _add_platform(self):
        """Add the column and fill it for the lines that were there before in one statement, instead of line by line."""
        cr = self.env.cr
        if sql.table_exists(cr, self._table) and not sql.column_exists(cr, self._table, "platform"):
            sql.create_column(cr, self._table, "platform", "varchar")
            cr.execute(SQL(
                """UPDATE marketplace_sync_log line SET platform = account.platform
                     FROM marketplace_config account WHERE account.id = line.config_id"""))

    def _compute_exchange_count(self):
        for line in self:
            domain = line._exchange_domain()
            line.exchange_count = self.env["marketplace.exchange"].search_count(domain) if domain else 0

    def _exchange_domain(self):
        """What finds the kept requests of this line; None for one that belongs to no run."""
        if not self.run_ref:
            return None
        domain = [("run_ref", "=", self.run_ref), ("config_id", "=", self.config_id.id)]
        return domain + [("listing_ids", "in", self.listing_id.ids)] if self.listing_id else domain

    def action_open_exchanges(self):
        """Show the kept requests of what this line tells."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.actions"]._for_xml_id("marketplace_sync.marketplace_exchange_action"),
            "domain": self._exchange_domain() or [("id", "=", False)], "context": {},
        }

    def action_open_listings(self):
        """Show the listing of this line; of a push those that failed in it; of any other line all of its account."""
        self.ensure_one()
        self.check_access("read")
        failed = self.listing_id or (self.run_ref and self.search([
            ("run_ref", "=", self.run_ref), ("config_id", "=", self.config_id.id),
            ("listing_id", "!=", False)]).listing_id)
        return {
            **self.env["ir.actions.actions"]._for_xml_id("marketplace_sync.marketplace_listing_action"),
            "domain": [("id", "in", failed.ids)] if failed else [("config_id", "=", self.config_id.id)],
            "context": {"active_test": False} if failed else {},
        }
