# SPDX-License-Identifier: LGPL-3.0-or-later
"""What eBay still lets an account do today: calls, by its Analytics API, and when a day is over."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..base import Allowance
from ..wire.trouble import utc

PATH = "/developer/analytics/v1_beta/user_rate_limit/"
INVENTORY, TRADING = "inventory", "trading"

# eBay's calls are counted anew at midnight there; that its revisions are, too, is likely but nowhere said.
HOME = "America/Los_Angeles"
_ZONE = ZoneInfo(HOME)
_DAY = 86400  # seconds
# A window that ends later than this, in seconds, is no window: nothing may wait for it.
_LONGEST_WINDOW = 31 * _DAY
_NAMES = {"inventory": INVENTORY, "tradingapi": TRADING}
# Trading's limits may be given by operation; only those used here matter.
_OPERATIONS = frozenset({"reviseinventorystatus", "revisefixedpriceitem", "getitem"})


def next_day(now: float) -> datetime:
    """When eBay's next day begins, naive UTC.

    :param now: seconds since the epoch
    """
    today = datetime.fromtimestamp(now, _ZONE).date()
    return datetime.combine(today + timedelta(days=1), time(), _ZONE).astimezone(UTC).replace(tzinfo=None)


def allowances_of(body: object, now: float) -> list[Allowance]:
    """The daily allowances an answer of `user_rate_limit` holds for the APIs used here, the tightest of each.

    eBay's own sandbox answers with invented limits for a window of 15 seconds, so only whole days count.

    :param now: seconds since the epoch
    """
    tightest: dict[str, Allowance] = {}
    for allowance in _all(body, utc(now)):
        known = tightest.get(allowance.name)
        if known is None or allowance.remaining < known.remaining:
            tightest[allowance.name] = allowance
    return list(tightest.values())


def _all(body: object, now: datetime) -> Iterator[Allowance]:
    for api in _rows(body, "rateLimits"):
        name = _NAMES.get(str(api.get("apiName", "")).lower())
        if not name:
            continue
        resources = list(_rows(api, "resources"))
        used = [row for row in resources if str(row.get("name", "")).rpartition(".")[2].lower() in _OPERATIONS]
        for resource in used or resources:
            for rate in _rows(resource, "rates"):
                allowance = _allowance(name, rate)
                if allowance and 0 < (allowance.resets_at - now).total_seconds() < _LONGEST_WINDOW:
                    yield allowance


def _rows(value: object, key: str) -> Iterator[dict]:
    rows = value.get(key) if isinstance(value, dict) else None
    return (row for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict))


def _allowance(name: str, rate: dict) -> Allowance | None:
    """One rate that is for a day, None for any other."""
    limit, remaining, window = (rate.get(key) for key in ("limit", "remaining", "timeWindow"))
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in (limit, remaining, window)):
        return None
    try:
        reset = datetime.fromisoformat(str(rate.get("reset", "")))
        reset = reset.astimezone(UTC).replace(tzinfo=None) if reset.tzinfo else reset
    except (ValueError, OverflowError):
        return None
    return Allowance(name, limit, remaining, reset) if window >= _DAY else None
