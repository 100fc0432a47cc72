# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publishing quantities, against the stand-in shop and, where it cannot be that odd, a scripted one."""

import threading
import time
from dataclasses import replace

import pytest

from adapter_kit import json_answer, outcomes_until
from adapters.base import Acknowledged, Conflict, Refused, Rejected, Unavailable
from test_shopify_kit import adapter_for, levels_for, quantities_of, scripted, stocked

sandbox = pytest.importorskip("sandbox.shopify")


def test_1000_levels_in_four_calls(shop, server):
    location, items = stocked(shop, 1000)
    adapter = adapter_for(server)
    outcomes = list(adapter.push(levels_for(items, location)))
    assert sorted(o.key for o in outcomes) == list(range(1000))
    assert all(isinstance(o, Acknowledged) and o.quantity == 8 and o.request_id for o in outcomes)
    assert {shop.level(item, location) for item in items} == {8}
    assert adapter.calls == shop.stats.requests == 4


def test_one_refused_row_amid_249(shop, server):
    location, items = stocked(shop, 249)
    untracked = shop.add_item("UNTRACKED", tracked=False, quantities={location: 5})
    outcomes = list(adapter_for(server).push(levels_for([*items[:100], untracked, *items[100:]], location)))
    (rejected,) = [o for o in outcomes if isinstance(o, Rejected)]
    assert rejected.key == 100
    assert "Track quantity" in rejected.reason
    assert rejected.code == "NON_MUTABLE_INVENTORY_ITEM"
    assert sum(isinstance(o, Acknowledged) for o in outcomes) == 249
    assert {shop.level(item, location) for item in items} == {8}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"external_id": "gid://shopify/InventoryItem/1"}, "INVALID_INVENTORY_ITEM"),
        ({"location_id": "gid://shopify/Location/1"}, "INVALID_LOCATION"),
        ({"quantity": 1_000_000_001}, "INVALID_QUANTITY_TOO_HIGH"),
        ({"quantity": -1}, "INVALID_QUANTITY_NEGATIVE"),
    ],
)
def test_reason_is_in_plain_words(shop, server, change, code):
    location, items = stocked(shop, 3)
    levels = levels_for(items, location)
    levels[1] = replace(levels[1], **change)
    by_key = {o.key: o for o in adapter_for(server).push(levels)}
    assert by_key[1].code == code
    assert code not in by_key[1].reason
    assert isinstance(by_key[0], Acknowledged)
    assert isinstance(by_key[2], Acknowledged)


@pytest.mark.parametrize("change", [{"external_id": "nonsense"}, {"quantity": 2**31}])
def test_row_that_spoils_the_whole_request_is_found_by_halving(shop, server, change):
    location, items = stocked(shop, 250)
    levels = levels_for(items, location)
    levels[77] = replace(levels[77], **change)
    adapter = adapter_for(server)
    outcomes = list(adapter.push(levels))
    assert [o.key for o in outcomes if isinstance(o, Rejected)] == [77]
    assert sum(isinstance(o, Acknowledged) for o in outcomes) == 249
    assert adapter.calls <= 17


def test_error_without_a_row_is_found_by_halving():
    def answer(_path, body):
        poisoned = any(row["inventoryItemId"] == "i9" for row in quantities_of(body))
        errors = [{"code": "INVALID_LOCATION", "field": None, "message": "no"}] if poisoned else []
        return json_answer({"data": {"inventorySetQuantities": {"userErrors": errors}}})

    with scripted(answer) as server:
        outcomes = list(adapter_for(server).push(levels_for([f"i{n}" for n in range(16)], "l")))
    assert [o.key for o in outcomes if isinstance(o, Rejected)] == [9]
    assert len(outcomes) == 16


def test_stale_rows_conflict_and_the_others_are_written(shop, server):
    location, items = stocked(shop, 50)
    shop.order(items[7], 2, location)
    shop.items[items[8]].levels[location].available += 3
    by_key = {o.key: o for o in adapter_for(server).push(levels_for(items, location))}
    assert by_key[7] == Conflict(7, 3, by_key[7].request_id)
    # Somebody else arrived at the same number: nothing is left to do.
    assert isinstance(by_key[8], Acknowledged)
    assert shop.level(items[7], location) == 3
    assert sum(isinstance(o, Acknowledged) for o in by_key.values()) == 49


def test_unknown_previous_is_read_first(shop, server):
    location, items = stocked(shop, 300)
    levels = levels_for(items, location, previous=None)
    levels[3] = replace(levels[3], quantity=5)
    levels[4] = replace(levels[4], external_id="gid://shopify/InventoryItem/1")
    levels[5] = replace(levels[5], external_id=shop.add_item("U", tracked=False, quantities={location: 8}))
    adapter = adapter_for(server)
    by_key = {o.key: o for o in adapter.push(levels)}
    assert len(by_key) == 300
    assert isinstance(by_key[3], Acknowledged)
    assert "does not know this item" in by_key[4].reason
    assert "Track quantity" in by_key[5].reason
    # Two reads and two writes, and what was right already was not written.
    assert adapter.calls == 4
    assert {write.from_quantity for write in shop.writes} == {5}
    assert len(shop.writes) == 297


def test_unknown_previous_at_several_locations(shop, server):
    here, items = stocked(shop, 10)
    there = shop.add_location("Second")
    more = shop.add_items([f"B-{n}" for n in range(10)], quantities={there: 1})
    levels = levels_for(items, here, previous=None) + [
        replace(level, key=100 + level.key) for level in levels_for(more, there, previous=None)
    ]
    assert sum(isinstance(o, Acknowledged) for o in adapter_for(server).push(levels)) == 20


@pytest.mark.parametrize(("version", "kind"), [("2026-10", Acknowledged), ("2026-07", Rejected)])
def test_item_not_stocked_at_the_location(shop, server, version, kind):
    location = shop.add_location("Main")
    item = shop.add_item("X")
    adapter = adapter_for(server, version=version)
    (outcome,) = adapter.push(levels_for([item], location, previous=None))
    assert isinstance(outcome, kind)
    # Where a write is known to be in vain none is tried.
    assert adapter.calls == (2 if kind is Acknowledged else 1)
    assert kind is Acknowledged or "does not stock" in outcome.reason


def test_the_same_item_twice_is_rejected_once(shop, server):
    location, items = stocked(shop, 1)
    levels = levels_for([items[0], items[0]], location)
    levels[1] = replace(levels[1], quantity=9)
    by_key = {o.key: o for o in adapter_for(server, batch_size=1).push(levels)}
    assert isinstance(by_key[0], Acknowledged)
    assert "Two listings publish the same Shopify item" in by_key[1].reason
    assert shop.level(items[0], location) == 8


def test_suspects_travel_apart_and_last(shop, server):
    location, items = stocked(shop, 20)
    levels = [replace(level, suspect=level.key % 2 == 0) for level in levels_for(items, location)]
    assert len(list(adapter_for(server, parallel=1).push(levels))) == 20
    keys = [write.idempotency_key for write in shop.writes]
    assert len(set(keys[:10])) == len(set(keys[10:])) == 1
    assert {write.sku for write in shop.writes[:10]} == {f"SKU-{n}" for n in range(1, 20, 2)}


def test_suspect_is_accepted_once_its_cause_is_gone(shop, server):
    """Shopify may repeat its first answer for a known key: a refusal must not outlive its cause."""
    location = shop.add_location("Main")
    item = shop.add_item("X", tracked=False, quantities={location: 5})
    levels = levels_for([item], location, suspect=True)
    assert isinstance(next(adapter_for(server).push(levels)), Rejected)
    shop.item("X").tracked = True
    assert isinstance(next(adapter_for(server).push(levels)), Acknowledged)


@pytest.mark.parametrize("code", ["INVALID_REASON", "INVALID_NAME", "INVALID_REFERENCE_DOCUMENT"])
def test_what_every_batch_says_is_refused_as_a_whole(code):
    body = {"data": {"inventorySetQuantities": {"userErrors": [{"code": code, "field": ["input"], "message": ""}]}}}
    with scripted(lambda *_: json_answer(body)) as server:
        outcomes_until(adapter_for(server).push(levels_for(["a", "b"], "l")), Refused)
        assert len(server.requests) == 1


def test_trouble_stops_new_batches_and_yields_what_is_known(shop, server):
    location, items = stocked(shop, 400)
    adapter = adapter_for(server, batch_size=10, parallel=2, max_wait=1)
    outcomes = adapter.push(levels_for(items, location))
    seen = [next(outcomes)]
    shop.fault("429", times=1, retry_after=7)
    shop.fault("429", times=1000, retry_after=3)
    rest, error = outcomes_until(outcomes, Unavailable)
    assert error.retry_after in (3, 7)
    acknowledged = {o.key for o in seen + rest}
    assert acknowledged == {n for n, item in enumerate(items) if shop.level(item, location) == 8}
    assert 0 < len(acknowledged) < 400
    assert adapter.calls < 15


def workers():
    return [thread for thread in threading.enumerate() if thread.name.startswith("marketplace")]


def test_abandoning_leaves_no_thread(shop, server):
    location, items = stocked(shop, 200)
    outcomes = adapter_for(server, batch_size=5).push(levels_for(items, location))
    next(outcomes)
    assert workers()
    outcomes.close()
    assert not workers()


def test_long_lists_are_taken_in_step_with_the_answers(shop, server):
    location, items = stocked(shop, 5000)
    adapter = adapter_for(server, batch_size=10, parallel=3)
    outcomes = adapter.push(levels_for(items, location))
    next(outcomes)
    time.sleep(0.3)
    # Nobody looked at an outcome meanwhile: only the window was worked off.
    assert adapter.calls <= 12
    outcomes.close()


def test_connections_are_kept(shop, server):
    location, items = stocked(shop, 400)
    adapter = adapter_for(server, batch_size=10, parallel=4)
    for quantity, previous in ((8, 5), (9, 8)):
        list(adapter.push(levels_for(items, location, quantity, previous)))
    assert shop.stats.requests == 80
    assert shop.stats.connections <= 4
    adapter.close()
