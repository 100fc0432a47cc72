# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import UTC, datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL, formatLang

HOURS = 24  # drawn on a card, the one that has just begun among them


class MarketplaceConfig(models.Model):
    """What the card of an account on the dashboard shows: a few queries for all cards, however much is sold."""

    _inherit = "marketplace.config"

    oldest_mark = fields.Datetime(
        "Oldest Waiting", compute="_compute_oldest_mark", help="When the listing that waits for longest was marked.")
    pushed_day = fields.Integer("Pushed", compute="_compute_pushes", help="Numbers the shop took in 24 hours.")
    failed_day = fields.Integer("Refused", compute="_compute_pushes", help="Listings that were refused in 24 hours.")
    error_rate = fields.Float(
        compute="_compute_pushes", help="The share of the listings pushed in 24 hours that were refused; 1 for all.")
    calls_today = fields.Integer(compute="_compute_pushes", help="Requests sent to the shop since midnight.")
    push_chart = fields.Json(
        "Pushes of 24 Hours", compute="_compute_pushes",
        help="Of each hour, the oldest first: its beginning in milliseconds since 1970, how many numbers the shop "
             "took, and how many listings were refused.")
    allowance_share = fields.Float(
        "Allowance Used", compute="_compute_allowance",
        help="Of the calls the marketplace grants in a day; 1 for all of them. Of several allowances, the one that "
             "comes to its end first.")
    allowance_tally = fields.Char("Calls Granted", compute="_compute_allowance")

    # === COMPUTED === #

    def _compute_oldest_mark(self):
        """Like `_count_waiting_listings`, this looks past what is archived."""
        oldest = dict(self.env.execute_query(SQL(
            """
            SELECT account.id, (
                   SELECT dirty.marked_at FROM stock_availability_dirty dirty
                    WHERE dirty.config_id = account.id
                      AND (SELECT TRUE FROM marketplace_listing listing
                            WHERE listing.id = dirty.listing_id AND listing.active IS NOT TRUE) IS NULL
                    ORDER BY dirty.id LIMIT 1)
              FROM unnest(%s::integer[]) AS account (id)
            """, self._origin.ids)))
        for account in self:
            account.oldest_mark = oldest.get(account._origin.id)

    @api.depends_context("tz")
    def _compute_pushes(self):
        self._origin.check_access("read")  # its log is read past the rights on it
        since, midnight = self._first_hour(), self._midnight()
        begin = [since + timedelta(hours=number) for number in range(HOURS)]
        hours = self.env["marketplace.sync.log"]._by_hour(self._origin, since, midnight)
        for account in self:
            own = hours.get(account._origin.id, ())
            found = {hour.begins: hour for hour in own}
            bars = [found.get(begins) for begins in begin]
            shown = list(filter(None, bars))
            taken = sum(hour.taken for hour in shown)
            account.pushed_day = sum(hour.acknowledged for hour in shown)
            account.failed_day = sum(hour.failed for hour in shown)
            account.error_rate = account.failed_day / taken if taken else 0
            account.calls_today = sum(hour.calls for hour in own)
            account.push_chart = [
                [begins.replace(tzinfo=UTC).timestamp() * 1000, hour.acknowledged if hour else 0,
                 hour.failed if hour else 0]
                for begins, hour in zip(begin, bars, strict=True)]

    @api.depends("allowance_ids.used", "allowance_ids.granted", "allowance_ids.resets_at")
    @api.depends_context("lang")
    def _compute_allowance(self):
        now = fields.Datetime.now()
        for account in self:
            # Of a window that is over nothing is used in the next one yet.
            shares = [(allowance.used / allowance.granted if allowance.resets_at > now else 0, allowance.granted)
                      for allowance in account.allowance_ids if allowance.granted and allowance.resets_at]
            account.allowance_share, granted = max(shares, default=(0, 0))
            used = round(account.allowance_share * granted)
            account.allowance_tally = self.env._(
                "%(used)s of %(granted)s", used=formatLang(self.env, used, digits=0),
                granted=formatLang(self.env, granted, digits=0)) if granted else False

    @api.model
    def _first_hour(self):
        """When the first hour began that the cards show, naive UTC."""
        return fields.Datetime.now().replace(minute=0, second=0) - timedelta(hours=HOURS - 1)

    @api.model
    def _midnight(self):
        """When the user's day began, naive UTC."""
        today = fields.Datetime.context_timestamp(self, fields.Datetime.now()).date()
        # The zone's offset then need not be the one of now: the clocks may have changed today.
        return self.env.tz.localize(datetime.combine(today, time())).astimezone(UTC).replace(tzinfo=None)

    # === THE LISTS BEHIND THE NUMBERS === #

    def action_open_waiting_listings(self):
        """Show the listings that wait; what changed of them, as often as it did, is shown by `action_open_waiting`."""
        return self._open_where("marketplace_sync.marketplace_listing_action", ("is_waiting", "=", True))

    def action_open_linked(self):
        """Show the listings that are linked to the shop."""
        return self._open_where("marketplace_sync.marketplace_listing_action", ("state", "=", "linked"))

    def action_open_pushes(self):
        """Show the log's lines about the pushes of 24 hours."""
        return self._open_where(
            "marketplace_sync.marketplace_sync_log_action",
            ("kind", "=", "drain"), ("create_date", ">=", self._first_hour()))

    def action_open_refused(self):
        """Show the log's lines about the listings that were refused in 24 hours."""
        return self._open_where(
            "marketplace_sync.marketplace_sync_log_action",
            ("kind", "=", "listing"), ("create_date", ">=", self._first_hour()))

    def action_open_calls(self):
        """Show the log's lines about what made calls today."""
        return self._open_where(
            "marketplace_sync.marketplace_sync_log_action",
            ("kind", "in", ("drain", "reconcile")), ("create_date", ">=", self._midnight()))

    def action_open_allowances(self):
        """Show what the marketplace grants the account."""
        return self._open_where("marketplace_sync.marketplace_allowance_action")

    def _open_where(self, action, *conditions):
        opened = self._open(action)
        return {**opened, "domain": [*opened["domain"], *conditions]}
