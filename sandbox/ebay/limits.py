# SPDX-License-Identifier: LGPL-3.0-or-later
"""What eBay lets a seller do in a day: revisions of a listing, and calls by API context."""

from collections import Counter
from datetime import UTC, datetime

DAY = 86400
# eBay's Trading API counts its days from midnight Pacific Standard Time; that the others do so, too, is our reading.
CALLS_DAY_STARTS = 8 * 3600
# API contexts as the Analytics API filters by them, with the API and the resource their calls count for. The name of
# each resource is as third parties show it; eBay's answer has many more.
CONTEXTS = {
    "sell": ("inventory", "sell.inventory"),
    "tradingapi": ("TradingAPI", "TradingAPI"),
    "developer": ("analytics", "developer.analytics"),
}


class Revisions:
    """How often each listing was revised today: at most 250 times in one calendar day, over all APIs.

    Whose calendar is unknown: a day is one of UTC here.
    """

    def __init__(self, clock):
        self.clock, self.day, self.counts = clock, None, Counter()

    def spent(self, listing_id, limit):
        """Whether the listing cannot be revised once more today."""
        day = self.clock() // DAY
        if day != self.day:
            self.day = day
            self.counts.clear()
        return self.counts[listing_id] >= limit

    def add(self, listing_id):
        self.counts[listing_id] += 1


class Calls:
    """The calls let in today, by API context."""

    def __init__(self, clock):
        self.clock, self.day, self.counts = clock, None, Counter()

    def today(self):
        day = (self.clock() - CALLS_DAY_STARTS) // DAY
        if day != self.day:
            self.day = day
            self.counts.clear()
        return self.counts

    def spend(self, context, limit):
        """Count a call; False when none is left today."""
        counts = self.today()
        if counts[context] >= limit:
            return False
        counts[context] += 1
        return True

    def rate(self, context, limit):
        """A Rate of the Analytics API: calls, calls left, when they begin anew (ISO 8601), seconds of the window."""
        used = self.today()[context]
        reset = datetime.fromtimestamp((self.day + 1) * DAY + CALLS_DAY_STARTS, UTC)
        return {
            "count": used,
            "limit": limit,
            "remaining": max(limit - used, 0),
            "reset": reset.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "timeWindow": DAY,
        }


def rate_limits(calls, limit, api_context="", api_name=""):
    """The answer of `user_rate_limit` and `rate_limit`, filtered by context and by API when they are named."""
    return [
        {
            "apiContext": context,
            "apiName": name,
            "apiVersion": "v1",
            "resources": [{"name": resource, "rates": [calls.rate(context, limit)]}],
        }
        for context, (name, resource) in CONTEXTS.items()
        if api_context.lower() in ("", context) and api_name.lower() in ("", name.lower())
    ]
