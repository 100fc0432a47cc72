# SPDX-License-Identifier: LGPL-3.0-or-later
"""Requests whose answer was lost, and what Shopify remembers of them: each change is applied once, in its order."""

import time
from dataclasses import replace

import pytest

from adapter_kit import json_answer, outcomes_until
from adapters.base import Acknowledged, Conflict, Unavailable
from test_shopify_kit import adapter_for, levels_for, quantities_of, scripted, stocked

sandbox = pytest.importorskip("sandbox.shopify")


@pytest.mark.parametrize("attempts", [1, 4])
@pytest.mark.parametrize("previous", [5, None])
def test_lost_answer_then_retry_applies_once(shop, server, previous, attempts):
    """Whether the adapter or its caller tries again."""
    location, items = stocked(shop, 30)
    levels = levels_for(items, location, previous=previous)
    shop.fault("hold", on="mutation", seconds=5)
    if attempts == 1:
        first = adapter_for(server, read_timeout=0.3, attempts=attempts)
        _seen, error = outcomes_until(first.push(levels), Unavailable)
        assert "0.3 seconds" in error.reason
    again = list(adapter_for(server, read_timeout=0.3).push(levels))
    assert all(isinstance(o, Acknowledged) for o in again)
    assert len(again) == len(shop.writes) == 30


def test_key_tells_a_retry_from_a_later_change():
    with scripted(lambda *_: json_answer({"data": {"inventorySetQuantities": {"userErrors": []}}})) as server:
        levels = levels_for(["a", "b"], "l", revision=1)
        for pushed in (levels, levels, [replace(level, revision=2) for level in levels]):
            list(adapter_for(server).push(pushed))
        first, retry, later = [body["variables"]["key"] for _method, _path, _headers, body in server.requests]
    assert first == retry != later


def test_late_write_does_not_overwrite(shop, server):
    """A request given up on that arrives after a newer one meets the newer number and is refused (I3)."""
    location, items = stocked(shop, 1)
    shop.fault("latency", on="mutation", seconds=0.6)
    hasty = adapter_for(server, read_timeout=0.2, attempts=1)
    outcomes_until(hasty.push(levels_for(items, location, quantity=8)), Unavailable)
    assert isinstance(next(adapter_for(server).push(levels_for(items, location, quantity=2, revision=1))), Acknowledged)
    time.sleep(0.7)
    assert shop.level(items[0], location) == 2


def test_spent_key_is_replaced_once(shop, server):
    location, items = stocked(shop, 3)
    shop.fault("crash", on="mutation")
    adapter = adapter_for(server, sleep=lambda _seconds: None)
    assert sum(isinstance(o, Acknowledged) for o in adapter.push(levels_for(items, location))) == 3
    assert adapter.calls == 3


def test_key_spent_by_another_process_is_replaced_once(shop, server):
    location, items = stocked(shop, 1)
    shop.fault("crash", on="mutation")
    outcomes_until(adapter_for(server, attempts=1).push(levels_for(items, location)), Unavailable)
    adapter = adapter_for(server)
    assert sum(isinstance(o, Acknowledged) for o in adapter.push(levels_for(items, location))) == 1
    assert adapter.calls == 2


@pytest.mark.parametrize("code", ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"])
def test_spent_key_ends(code):
    body = {"data": {"inventorySetQuantities": {"userErrors": [{"code": code, "field": None, "message": ""}]}}}
    with scripted(lambda *_: json_answer(body)) as server:
        outcomes_until(adapter_for(server).push(levels_for(["a"], "l")), Unavailable)
        keys = [body["variables"]["key"] for _method, _path, _headers, body in server.requests]
    assert len(keys) == len(set(keys)) == 2


def test_request_under_way_elsewhere_does_not_stop_the_others():
    def answer(_path, body):
        busy = quantities_of(body)[0]["inventoryItemId"] == "i0"
        errors = [{"code": "IDEMPOTENCY_CONCURRENT_REQUEST", "field": None, "message": ""}] if busy else []
        return json_answer({"data": {"inventorySetQuantities": {"userErrors": errors}}})

    with scripted(answer) as server:
        adapter = adapter_for(server, batch_size=1, parallel=1)
        seen, _error = outcomes_until(adapter.push(levels_for([f"i{n}" for n in range(20)], "l")), Unavailable)
    assert sorted(o.key for o in seen) == list(range(1, 20))


def test_a_stale_answer_given_again_is_not_believed(shop, server):
    """The number went away and came back: the same content has the same key, and its first answer says stale."""
    location, (item,) = stocked(shop, 1, quantity=5)
    adapter = adapter_for(server)
    wanted = levels_for([item], location, quantity=7, previous=10)
    assert [type(outcome) for outcome in adapter.push(wanted)] == [Conflict]
    assert list(adapter.push(levels_for([item], location, quantity=10, previous=5, revision=1)))
    [outcome] = adapter.push(wanted)
    assert isinstance(outcome, Acknowledged)
    assert shop.level(item, location) == 7


def test_stale_again_and_again_ends():
    """Shopify calls a number stale that it shows itself: the row is left for later, and the others go on."""

    def answer(_path, body):
        if "nodes" in body["query"]:
            nodes = [{"tracked": True, "inventoryLevel": {"quantities": [{"quantity": 5}]}}]
            return json_answer({"data": {"nodes": nodes * len(body["variables"]["ids"])}})
        fields = [str(n) for n, row in enumerate(quantities_of(body)) if row["inventoryItemId"] == "odd"]
        errors = [
            {
                "code": "CHANGE_FROM_QUANTITY_STALE",
                "field": ["input", "quantities", n, "changeFromQuantity"],
                "message": "",
            }
            for n in fields
        ]
        return json_answer({"data": {"inventorySetQuantities": {"userErrors": errors}}})

    with scripted(answer) as server:
        adapter = adapter_for(server)
        seen, _error = outcomes_until(adapter.push(levels_for(["a", "odd", "b"], "l")), Unavailable)
    assert sorted(outcome.key for outcome in seen) == [0, 2]
    assert adapter.calls == 5
