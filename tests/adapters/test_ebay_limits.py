# SPDX-License-Identifier: LGPL-3.0-or-later
"""What eBay still lets an account do: daily calls, and what happens when they are made."""

from datetime import UTC, datetime

import pytest

from adapter_kit import outcomes_until
from adapters.base import Allowance, Unavailable
from adapters.ebay.limits import allowances_of, next_day
from test_ebay_kit import JSON, ebay, levels_for, offers, push, scripted, trading_answer

NOON = datetime(2026, 11, 21, 20, 0, tzinfo=UTC).timestamp()
MIDNIGHT = datetime.fromisoformat("2026-11-22T08:00")


def rate(remaining, window=86400, reset="2026-11-22T08:00:00.000Z"):
    return {"count": 1, "limit": 5000, "remaining": remaining, "reset": reset, "timeWindow": window}


def limits(**remaining):
    names = {"inventory": ("Inventory", "sell.inventory"), "trading": ("TradingAPI", "TradingAPI")}
    return {
        "rateLimits": [
            {"apiName": names[name][0], "resources": [{"name": names[name][1], "rates": [rate(left)]}]}
            for name, left in remaining.items()
        ]
    }


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-21T07:59:59+00:00", "2026-11-21T08:00"),
        ("2026-11-21T08:00:00+00:00", "2026-11-22T08:00"),
        ("2027-07-01T00:00:00+00:00", "2027-07-01T07:00"),
        # The day the clocks go forward has 23 hours.
        ("2027-03-14T08:00:00+00:00", "2027-03-15T07:00"),
    ],
)
def test_a_day_ends_at_midnight_in_california(now, expected):
    assert next_day(datetime.fromisoformat(now).timestamp()) == datetime.fromisoformat(expected)


def test_what_is_counted_is_what_eBay_counts():  # noqa: N802
    with ebay() as (market, adapter):
        push(adapter, [*offers(market, 30), f"item:{market.add_trading_item('OLD', 5)}"])
        by_name = {one.name: one for one in adapter.allowances()}
        assert {name: one.limit for name, one in by_name.items()} == {"inventory": 5000, "trading": 5000}
        assert {name: one.limit - one.remaining for name, one in by_name.items()} == adapter.spent
        assert adapter.spent == {"inventory": 2, "trading": 1}


def test_the_tightest_of_what_is_used_counts():
    body = {
        "rateLimits": [
            {"apiName": "inventory", "resources": [{"name": "sell.inventory", "rates": [rate(10), rate(7), rate(9)]}]},
            {
                "apiName": "TradingAPI",
                "resources": [
                    {"name": "AddItem", "rates": [rate(0)]},
                    {"name": "ReviseInventoryStatus", "rates": [rate(3)]},
                    {"name": "GetItem", "rates": [rate(4)]},
                ],
            },
            {"apiName": "Browse", "resources": [{"name": "buy.browse", "rates": [rate(0)]}]},
        ]
    }
    assert allowances_of(body, NOON) == [
        Allowance("inventory", 5000, 7, MIDNIGHT),
        Allowance("trading", 5000, 3, MIDNIGHT),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        rate(1, window=15),
        rate(1, reset="2026-11-20T08:00:00.000Z"),
        rate(1, reset="soon"),
        rate(None),
        rate("1"),
        rate(True),
        {},
    ],
)
def test_limits_that_say_nothing_of_today_are_left_out(odd):
    body = {"rateLimits": [{"apiName": "inventory", "resources": [{"name": "sell.inventory", "rates": [odd, None]}]}]}
    assert allowances_of(body, NOON) == []


@pytest.mark.parametrize("answer", [(503, JSON, {}), (403, JSON, {"errors": []}), (200, JSON, b"[]"), (200, JSON, {})])
def test_no_answer_is_no_allowance(answer):
    with scripted(lambda _request: answer) as (adapter, _sent):
        assert adapter.allowances() == []


def test_spent_calls_of_the_day_wait_for_the_next():
    def answer(request):
        if "user_rate_limit" in request.url:
            return 200, JSON, limits(inventory=0, trading=9)
        return 429, JSON, {"errors": [{"errorId": 2001}]}

    with scripted(answer, adapter={"clock": lambda: NOON}, parallel=1, attempts=2) as (adapter, sent):
        seen, error = outcomes_until(adapter.push(levels_for(["sku:A", "sku:B"])), Unavailable)
        assert seen == []
        assert error.retry_after == 12 * 3600
        assert len([request for request in sent if "user_rate_limit" in request.url]) == 1


@pytest.mark.parametrize("remaining", [1, None])
def test_a_short_limit_is_no_reason_to_wait_for_tomorrow(remaining):
    def answer(request):
        if "user_rate_limit" in request.url:
            return (200, JSON, limits(inventory=remaining)) if remaining else (500, JSON, {})
        return 429, JSON, {}

    with scripted(answer, adapter={"clock": lambda: NOON}, attempts=2) as (adapter, _sent):
        _seen, error = outcomes_until(adapter.push(levels_for(["sku:A"])), Unavailable)
        assert error.retry_after is None


def test_retry_after_is_believed():
    throttled = 429, {**JSON, "Retry-After": "77"}, {}
    with scripted(lambda _request: throttled, adapter={"clock": lambda: NOON}) as (adapter, sent):
        _seen, error = outcomes_until(adapter.push(levels_for(["sku:A"])), Unavailable)
        assert error.retry_after == 77
        assert len(sent) == 1


def test_trading_says_that_the_day_is_over():
    spent = trading_answer("ReviseInventoryStatus", "Failure", ("518", "Error"))
    with scripted(lambda _request: spent, adapter={"clock": lambda: NOON}) as (adapter, sent):
        seen, error = outcomes_until(adapter.push(levels_for(["item:1"])), Unavailable)
        assert seen == []
        assert error.retry_after == 12 * 3600
        assert len(sent) == 1


def test_the_stand_ins_day():
    with ebay(attempts=2) as (market, adapter):
        ids = offers(market, 3)
        market.daily_calls = 1
        assert len(push(adapter, ids)) == 3
        _seen, error = outcomes_until(adapter.push(levels_for(ids, 9)), Unavailable)
        assert 0 < error.retry_after <= 86400
