# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from odoo import api, models
from odoo.tools import SQL


@dataclass(frozen=True, slots=True)
class Hour:
    """What an account's pushes and comparisons came to in an hour: numbers of listings, and of requests."""

    begins: datetime  # naive UTC
    taken: int
    acknowledged: int
    failed: int
    calls: int  # of the day that is asked for


class MarketplaceSyncLog(models.Model):
    """Its lines added up."""

    _inherit = "marketplace.sync.log"

    # A busy account writes a line a second: what is added up stands in the index itself.
    _hours_index = models.Index(
        "(config_id, create_date) INCLUDE (taken, acknowledged, failed, calls) WHERE kind IN ('drain', 'reconcile')")

    @api.model
    def _by_hour(self, accounts, since, midnight):
        """What was pushed hour by hour; without the hours in which nothing was.

        :param accounts: marketplace.config
        :param datetime since: naive UTC, less than a few days ago
        :param datetime midnight: naive UTC; calls before it do not count. Where it is before `since`, it is from it on
            that there are hours.
        :return: dict marketplace.config id -> list of `Hour`, the oldest first
        """
        hours = defaultdict(list)
        # Midnight need not be the beginning of one of the hours: in India it is not.
        for account_id, *hour in self.env.execute_query(SQL(
                """
                SELECT config_id, date_trunc('hour', create_date) AS begins, coalesce(sum(taken), 0),
                       coalesce(sum(acknowledged), 0), coalesce(sum(failed), 0),
                       coalesce(sum(calls) FILTER (WHERE create_date >= %(midnight)s), 0)
                  FROM marketplace_sync_log
                 WHERE kind IN ('drain', 'reconcile') AND config_id = ANY(%(accounts)s) AND create_date >= %(since)s
                 GROUP BY config_id, begins
                 ORDER BY config_id, begins
                """, accounts=accounts.ids, since=min(since, midnight), midnight=midnight)):
            hours[account_id].append(Hour(*hour))
        return hours
