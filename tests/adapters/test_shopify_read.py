# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reading Shopify's numbers, and which of its two numbers is written and read: available, or on hand."""

import pytest

from adapter_kit import json_answer, outcomes_until
from adapters.base import Acknowledged, Conflict, Level, Unavailable
from adapters.reading import NO_NUMBER
from adapters.shopify import reasons
from test_shopify_kit import adapter_for, levels_for, scripted, stocked

ON_HAND = {"options": {"quantity_name": "on_hand"}}


def shown_by(adapter, levels):
    return {shown.key: shown.quantity if shown.quantity is not None else shown.reason for shown in adapter.read(levels)}


def test_10000_levels_take_40_calls(shop, server):
    location, items = stocked(shop, 10_000)
    adapter = adapter_for(server)
    assert set(shown_by(adapter, levels_for(items, location)).values()) == {5}
    assert adapter.calls == 40
    assert (adapter.can_read, adapter.compares) == (True, True)


def test_reasons(shop, server):
    location, (item,) = stocked(shop, 1)
    untracked = shop.add_item("GIFT", tracked=False, quantities={location: 5})
    elsewhere = shop.add_item("NORTH", quantities={shop.add_location("North"): 5})
    variant = item.replace("InventoryItem", "ProductVariant")
    gone = "gid://shopify/InventoryItem/1"
    assert shown_by(adapter_for(server), levels_for([item, untracked, elsewhere, gone, variant], location)) == {
        0: 5,
        1: reasons.UNTRACKED,
        2: reasons.NOT_STOCKED,
        3: reasons.UNKNOWN_ITEM,
        4: reasons.UNKNOWN_ITEM,
    }


def test_below_zero_is_told(shop, server):
    location, (item,) = stocked(shop, 1, quantity=-3)
    assert shown_by(adapter_for(server), levels_for([item], location)) == {0: -3}


def test_an_id_that_is_none_hides_no_other(shop, server):
    location, items = stocked(shop, 249)
    shown = shown_by(adapter_for(server), levels_for([*items[:100], "nonsense", *items[100:]], location))
    assert len(shown.pop(100).split()) > 3
    assert set(shown.values()) == {5}
    assert len(shown) == 249


def test_each_location_by_itself(shop, server):
    main, north = (shop.add_location(name) for name in ("Main", "North"))
    item = shop.add_item("A", quantities={main: 3, north: 4})
    adapter = adapter_for(server)
    levels = [Level("main", item, main, 0), Level("north", item, north, 0)]
    assert shown_by(adapter, levels) == {"main": 3, "north": 4}
    assert adapter.calls == 2


@pytest.mark.parametrize("quantity", [None, "many", 2.5, True])
def test_a_number_that_is_none_is_not_believed(quantity):
    node = {"tracked": True, "inventoryLevel": {"quantities": [{"quantity": quantity}]}}
    with scripted(lambda *_: json_answer({"data": {"nodes": [node]}})) as server:
        _seen, error = outcomes_until(adapter_for(server, attempts=1).read(levels_for(["a"], "l")), Unavailable)
    assert "not understood" in error.reason


def test_a_number_too_large_for_a_database():
    node = {"tracked": True, "inventoryLevel": {"quantities": [{"quantity": 10**12}]}}
    with scripted(lambda *_: json_answer({"data": {"nodes": [node]}})) as server:
        assert shown_by(adapter_for(server), levels_for(["a"], "l")) == {0: NO_NUMBER}


def test_an_answer_that_is_too_short():
    with scripted(lambda *_: json_answer({"data": {"nodes": [None]}})) as server:
        outcomes_until(adapter_for(server, attempts=1).read(levels_for(["a", "b"], "l")), Unavailable)


# === AVAILABLE OR ON HAND === #


def test_each_name_shows_its_number(shop, server):
    location, (item,) = stocked(shop, 1)
    shop.order(item, 2, location)
    levels = levels_for([item], location)
    assert shown_by(adapter_for(server), levels) == {0: 3}
    assert shown_by(adapter_for(server, **ON_HAND), levels) == {0: 5}
    shop.fulfil(item, 2, location)
    assert shown_by(adapter_for(server), levels) == {0: 3}
    assert shown_by(adapter_for(server, **ON_HAND), levels) == {0: 3}


@pytest.mark.parametrize("previous", [5, None])
def test_on_hand_leaves_what_is_ordered_to_the_shop(shop, server, previous):
    """What buyers have ordered is not put on sale again, although Odoo has not heard of it."""
    location, (item,) = stocked(shop, 1)
    shop.order(item, 2, location)
    [outcome] = adapter_for(server, **ON_HAND).push(levels_for([item], location, quantity=9, previous=previous))
    assert isinstance(outcome, Acknowledged)
    assert [shop.level(item, location, name) for name in ("on_hand", "committed", "available")] == [9, 2, 7]
    assert [write.name for write in shop.writes] == ["on_hand"]


@pytest.mark.parametrize(("settings", "actual"), [({}, 3), (ON_HAND, 5)], ids=["available", "on_hand"])
def test_the_same_name_is_compared_and_told(shop, server, settings, actual):
    location, (item,) = stocked(shop, 1)
    shop.order(item, 2, location)
    [outcome] = adapter_for(server, **settings).push(levels_for([item], location, quantity=9, previous=4))
    assert (type(outcome), outcome.actual) == (Conflict, actual)
    assert not shop.writes


def test_the_key_tells_one_name_from_the_other():
    with scripted(lambda *_: json_answer({"data": {"inventorySetQuantities": {"userErrors": []}}})) as server:
        for settings in ({}, ON_HAND, {}):
            list(adapter_for(server, **settings).push(levels_for(["a"], "l")))
        bodies = [body["variables"] for _method, _path, _headers, body in server.requests]
    available, on_hand, again = (body["key"] for body in bodies)
    assert available == again != on_hand
    assert [body["input"]["name"] for body in bodies] == ["available", "on_hand", "available"]
