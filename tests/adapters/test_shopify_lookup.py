# SPDX-License-Identifier: LGPL-3.0-or-later
"""Finding items and locations, and the connection test."""

import pytest

from adapter_kit import json_answer, outcomes_until
from adapters.base import RemoteItem, RemoteLocation, ShopInfo, Unavailable
from adapters.shopify import lookup
from test_shopify_kit import adapter_for, scripted

sandbox = pytest.importorskip("sandbox.shopify")

ODD = [
    "A B",
    "a/b-1",
    'quote"d',
    "back\\slash",
    'both\\"',
    "(brackets): OR x",
    "it's",
    "🧦-red",
    "قميص-١",
    "x" * 255,
    "ABC*",
]


def test_odd_skus_are_found(shop, server):
    wanted = {RemoteItem(shop.add_item(sku), sku) for sku in ODD}
    assert set(adapter_for(server).find(ODD)) == wanted


def test_sku_is_compared_to_the_letter(shop, server):
    item = shop.add_item("ABC-1")
    shop.add_items(["abc-1", "ABC 1", "ABC-1-RED"])
    assert [found.external_id for found in adapter_for(server).find(["ABC-1"])] == [item]


def test_each_item_comes_once_whatever_group_its_sku_is_in(shop, server):
    items = shop.add_items(["ABC-1", "abc-1"])
    # Searched for in different calls, each of which finds both.
    asked = ["ABC-1", *(f"none-{n}" for n in range(lookup.GROUP)), "abc-1"]
    assert sorted(found.external_id for found in adapter_for(server).find(asked)) == sorted(items)


def test_duplicates_untracked_and_pages(shop, server, monkeypatch):
    monkeypatch.setattr(lookup, "PAGE", 7)
    items = shop.add_items(["SAME"] * 20)
    untracked = shop.add_item("U", tracked=False)
    found = list(adapter_for(server).find(["SAME", "U", "U", "", " "]))
    assert sorted(f.external_id for f in found if f.tracked) == sorted(items)
    assert [f.external_id for f in found if not f.tracked] == [untracked]


def test_many_skus_in_few_calls(shop, server):
    shop.add_items([f"N-{n}" for n in range(500)])
    adapter = adapter_for(server)
    assert len(list(adapter.find([f"N-{n}" for n in range(500)]))) == 500
    assert adapter.calls == 13


def test_sku_that_cannot_be_searched_does_not_hide_the_others(caplog):
    def answer(_path, body):
        query = body["variables"]["query"]
        if "evil" in query:
            return json_answer({"errors": [{"message": "no", "extensions": {"code": "INVALID"}}]})
        skus = [term[5:-1] for term in query.split(" OR ")]
        nodes = [{"id": sku, "sku": sku, "tracked": True} for sku in skus]
        page = {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}
        return json_answer({"data": {"inventoryItems": page}})

    with scripted(answer) as server:
        found = list(adapter_for(server).find([*map(str, range(30)), "evil"]))
    assert len(found) == 30
    assert "evil" in caplog.text


def test_locations_in_pages_with_inactive_ones(shop, server, monkeypatch):
    monkeypatch.setattr(lookup, "PAGE", 2)
    wanted = {RemoteLocation(shop.add_location(f"L{n}", active=n != 3), f"L{n}", n != 3) for n in range(4)}
    found = adapter_for(server).locations()
    assert set(found) == wanted | {RemoteLocation(shop.main, "Main")}
    assert len(found) == 5


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        (("read_inventory", "write_inventory", "read_locations", "read_products"), ()),
        (("write_inventory", "read_locations", "write_products"), ()),
        (("read_inventory",), ("write_inventory", "read_locations", "read_products")),
    ],
)
def test_connection_test_names_missing_scopes(scopes, missing):
    scopes = [{"handle": scope} for scope in scopes]
    body = {"data": {"shop": {"name": "Socks"}, "currentAppInstallation": {"accessScopes": scopes}}}
    with scripted(lambda *_: json_answer(body)) as server:
        assert adapter_for(server).test() == ShopInfo("Socks", missing)


def test_connection_test_against_the_sandbox(shop, server):
    assert adapter_for(server).test() == ShopInfo("Sandbox", ())


@pytest.mark.parametrize("ask", [lambda a: a.test(), lambda a: a.locations(), lambda a: list(a.find(["a"]))])
def test_answer_without_what_was_asked(ask):
    body = {"data": {"shop": None, "locations": {}, "inventoryItems": []}}
    with scripted(lambda *_: json_answer(body)) as server, pytest.raises(Unavailable, match="not understood"):
        ask(adapter_for(server))


def test_find_yields_what_is_known_before_the_trouble(shop, server):
    shop.add_items([f"N-{n}" for n in range(400)])
    outcomes = adapter_for(server, parallel=1, attempts=1).find([f"N-{n}" for n in range(400)])
    first = next(outcomes)
    shop.fault("503")
    seen, _error = outcomes_until(outcomes, Unavailable)
    assert 40 <= len({first, *seen}) < 400
