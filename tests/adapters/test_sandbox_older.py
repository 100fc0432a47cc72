# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sandbox Shopify as older clients see it: API version 2026-01, bulk operations, HTTPS."""

import json
from contextlib import contextmanager

import pytest
import requests

from conftest import Wire
from dev.peer import tls
from real_schema import load_schema
from sandbox import serving
from sandbox.shopify import Shop, serve
from sandbox.shopify.engine import schema_of
from test_contract_sandbox import differences

SET = """mutation Set($input: InventorySetQuantitiesInput!) {
    inventorySetQuantities(input: $input) { userErrors { code field message } }
}"""
RUN = """mutation Run($query: String!) {
    bulkOperationRunQuery(query: $query) { bulkOperation { id status } userErrors { code message } }
}"""
POLL = "query Poll($id: ID!) { bulkOperation(id: $id) { status objectCount fileSize url } }"
LEVELS = """{ inventoryItems { edges { node { id sku
    inventoryLevels { edges { node { location { id } quantities(names: ["available"]) { quantity } } } } } } } }"""


@pytest.fixture
def older():
    shop = Shop(older_versions=True)
    shop.main = shop.add_location("Main")
    return shop


@pytest.fixture
def item(older):
    return older.add_item("SKU-1", quantities={older.main: 5})


@pytest.fixture
def older_wire(older):
    with serve(older) as server:
        yield Wire(server.url, older.token)


def set_quantity(older, wire, item, version="2026-01", ignore=False, **compared):
    row = {"inventoryItemId": item, "locationId": older.main, "quantity": 7, **compared}
    values = {"name": "available", "reason": "correction", "quantities": [row]}
    if ignore:
        values["ignoreCompareQuantity"] = True
    answer = wire.ask(SET, version=version, input=values)
    if "errors" in answer:
        return answer["errors"][0]["message"]
    errors = answer["data"]["inventorySetQuantities"]["userErrors"]
    return errors[0]["code"] if errors else "set"


def test_an_older_version_is_answered_only_by_a_shop_that_is_to(older_wire, wire):
    assert wire.post("{ shop { name } }", version="2026-01").status_code == 404
    assert older_wire.post("{ shop { name } }", version="2026-01").status_code == 200
    assert older_wire.post("{ shop { name } }", version="2025-10").status_code == 404


@pytest.mark.parametrize(
    ("given", "answer", "quantity"),
    [
        ({"compareQuantity": 5}, "set", 7),
        ({"compareQuantity": 4}, "COMPARE_QUANTITY_STALE", 5),
        ({}, "COMPARE_QUANTITY_REQUIRED", 5),
        ({"ignore": True}, "set", 7),
        ({"changeFromQuantity": 5}, "set", 7),
        ({"changeFromQuantity": 4, "ignore": True}, "CHANGE_FROM_QUANTITY_STALE", 5),
        ({"changeFromQuantity": None}, "set", 7),
    ],
)
def test_comparing_in_2026_01_and_no_key(older, older_wire, item, given, answer, quantity):
    assert set_quantity(older, older_wire, item, **given) == answer
    assert older.level(item, older.main) == quantity


def test_newer_versions_of_such_a_shop_are_as_strict_as_ever(older, older_wire, item):
    refusal = set_quantity(older, older_wire, item, version="2026-10", compareQuantity=5)
    assert "compareQuantity" in refusal
    assert "@idempotent" in set_quantity(older, older_wire, item, version="2026-10", changeFromQuantity=5)
    assert older.level(item, older.main) == 5


def test_2026_01_has_what_2026_07_has_and_two_inputs_more():
    assert differences(schema_of("2026-01"), load_schema("2026-07")) == [
        "InventorySetQuantitiesInput(ignoreCompareQuantity: Boolean)",
        "InventoryQuantityInput(compareQuantity: Int)",
    ]
    assert "isActive" not in schema_of("2026-01").type_map["InventoryLevel"].fields


def test_a_bulk_operation_gives_a_line_for_each_object(older, older_wire, item):
    other = older.add_item("SKU-2")
    started = older_wire.ask(RUN, query=LEVELS)["data"]["bulkOperationRunQuery"]
    assert started["userErrors"] == []
    done = older_wire.ask(POLL, id=started["bulkOperation"]["id"])["data"]["bulkOperation"]
    text = requests.get(done["url"], timeout=10).text
    assert (done["status"], done["objectCount"], done["fileSize"]) == ("COMPLETED", 3, len(text))
    level = {"location": {"id": older.main}, "quantities": [{"quantity": 5}], "__parentId": item}
    assert list(map(json.loads, text.splitlines())) == [
        {"id": item, "sku": "SKU-1"},
        level,
        {"id": other, "sku": "SKU-2"},
    ]


def test_a_bulk_operation_is_read_beyond_a_page(older, older_wire):
    older.add_items([f"SKU-{number}" for number in range(300)])
    started = older_wire.ask(RUN, query="{ inventoryItems { nodes { sku } } }")["data"]["bulkOperationRunQuery"]
    done = older_wire.ask(POLL, id=started["bulkOperation"]["id"])["data"]["bulkOperation"]
    assert done["objectCount"] == 300


@pytest.mark.parametrize("query", ["{", "{ shop { nme } }", "mutation { x }", "query A { shop { id } } query B { a }"])
def test_a_bad_bulk_query_is_refused(older_wire, query):
    started = older_wire.ask(RUN, query=query)["data"]["bulkOperationRunQuery"]
    assert started["bulkOperation"] is None
    assert started["userErrors"][0]["code"] == "INVALID"


def test_a_bulk_query_needs_the_scopes_of_what_it_asks_for(older, older_wire):
    older.auth.scopes = ("write_inventory",)
    started = older_wire.ask(RUN, query="{ locations { nodes { name } } }")["data"]["bulkOperationRunQuery"]
    assert "read_locations" in started["userErrors"][0]["message"]


def test_an_unknown_result_is_not_there(older_wire):
    assert requests.get(f"{older_wire.url}/bulk/0.jsonl", timeout=10).status_code == 404


@contextmanager
def over_tls(shop, folder):
    pem = tls.write(folder / "shop.pem")
    with serve(shop, tls=serving.tls_from(pem)) as server:
        yield server, pem


def test_https_with_a_certificate_of_its_own(older, tmp_path, monkeypatch):
    with over_tls(older, tmp_path) as (server, pem):
        assert server.url.startswith("https://127.0.0.1:")
        with pytest.raises(requests.exceptions.SSLError):
            Wire(server.url, older.token).ask("{ shop { name } }")
        monkeypatch.setenv(tls.TRUSTED, str(pem))
        wire = Wire(server.url, older.token)
        for _ in range(2):
            assert wire.ask("{ shop { name } }")["data"] == {"shop": {"name": "Sandbox"}}
        started = wire.ask(RUN, query=LEVELS)["data"]["bulkOperationRunQuery"]["bulkOperation"]
        assert wire.ask(POLL, id=started["id"])["data"]["bulkOperation"]["url"] is None
        older.add_item("SKU-1")
        started = wire.ask(RUN, query=LEVELS)["data"]["bulkOperationRunQuery"]["bulkOperation"]
        url = wire.ask(POLL, id=started["id"])["data"]["bulkOperation"]["url"]
        assert url.startswith(server.url)
        assert older.as_stats()["connections"] == 1
