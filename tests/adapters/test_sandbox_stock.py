# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sandbox keeps stock and refuses what Shopify refuses. Raw requests, no adapter."""

import threading
import time

import pytest

from sandbox.shopify.resolvers import cursor_of


def codes(payload):
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


@pytest.fixture
def item(shop):
    return shop.add_item("SKU-1", quantities={shop.main: 5})


def test_a_quantity_is_set_and_recorded(shop, wire, item):
    before = time.time()
    payload = wire.set([(item, shop.main, 7, 5)])
    assert payload["userErrors"] == []
    assert payload["inventoryAdjustmentGroup"]["changes"] == [
        {"name": "available", "delta": 2, "quantityAfterChange": 7}
    ]
    assert shop.level("SKU-1", shop.main) == shop.level(item, shop.main) == 7
    (write,) = shop.writes
    assert (write.item, write.sku, write.location) == (item, "SKU-1", shop.main)
    assert (write.from_quantity, write.to_quantity, write.idempotency_key) == (5, 7, "key-1")
    assert before <= write.received_at <= write.applied_at <= time.time()
    assert write.request_id


def test_on_hand_is_available_and_committed(shop, wire, item):
    shop.order("SKU-1", 2, shop.main)
    assert (shop.level(item, shop.main), shop.level(item, shop.main, "committed")) == (3, 2)
    assert wire.set([(item, shop.main, 10, 5)], name="on_hand")["userErrors"] == []
    assert shop.level(item, shop.main) == 8
    assert wire.set([(item, shop.main, 1, 8)], key="key-2")["userErrors"] == []
    assert shop.level(item, shop.main, "on_hand") == 3


def test_one_bad_row_refuses_all_and_every_bad_row_is_listed(shop, wire, item):
    untracked = shop.add_item("SKU-2", tracked=False, quantities={shop.main: 5})
    closed = shop.add_location("Closed", active=False)
    items = shop.add_items(["a", "b", "c", "d"], quantities={shop.main: 5})
    payload = wire.set(
        [
            (item, shop.main, 7, 5),
            ("gid://shopify/InventoryItem/1", shop.main, 7, None),
            (items[0], "gid://shopify/Location/1", 7, None),
            (items[1], shop.main, -1, None),
            (items[2], shop.main, 1_000_000_001, None),
            (untracked, shop.main, 7, None),
            (items[3], shop.main, 7, 4),
            (item, shop.main, 7, 5),
            (item, closed, 7, None),
        ]
    )
    rows = ["input", "quantities"]
    assert codes(payload) == [
        ("INVALID_INVENTORY_ITEM", [*rows, "1", "inventoryItemId"]),
        ("INVALID_LOCATION", [*rows, "2", "locationId"]),
        ("INVALID_QUANTITY_NEGATIVE", [*rows, "3", "quantity"]),
        ("INVALID_QUANTITY_TOO_HIGH", [*rows, "4", "quantity"]),
        ("NON_MUTABLE_INVENTORY_ITEM", [*rows, "5", "inventoryItemId"]),
        ("CHANGE_FROM_QUANTITY_STALE", [*rows, "6", "changeFromQuantity"]),
        ("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", [*rows, "7"]),
        ("INVALID_LOCATION", [*rows, "8", "locationId"]),
    ]
    assert payload["inventoryAdjustmentGroup"] is None
    assert (shop.level(item, shop.main), shop.writes) == (5, [])


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": "committed"}, "INVALID_NAME", "name"),
        ({"reason": "because"}, "INVALID_REASON", "reason"),
        ({"referenceDocumentUri": "gid://app"}, "INVALID_REFERENCE_DOCUMENT", "referenceDocumentUri"),
        ({"referenceDocumentUri": "no scheme"}, "INVALID_REFERENCE_DOCUMENT", "referenceDocumentUri"),
    ],
)
def test_name_reason_and_document_are_checked(shop, wire, item, values, code, field):
    assert codes(wire.set([(item, shop.main, 7, 5)], **values)) == [(code, ["input", field])]


def test_a_good_reference_document_is_taken(shop, wire, item):
    payload = wire.set([(item, shop.main, 7, 5)], referenceDocumentUri="gid://odoo/Sync/1")
    assert payload["userErrors"] == []


@pytest.mark.parametrize("version", ["2026-04", "2026-07", "2026-10"])
def test_setting_where_an_item_is_not_stocked(shop, wire, version):
    item = shop.add_item("SKU-2")
    payload = wire.set([(item, shop.main, 7, 0)], version=version)
    if version == "2026-10":
        assert (payload["userErrors"], shop.level(item, shop.main)) == ([], 7)
    else:
        assert codes(payload) == [("ITEM_NOT_STOCKED_AT_LOCATION", ["input", "quantities", "0", "locationId"])]


def test_activating_stocks_an_item_and_keeps_what_is_there(shop, wire):
    item = shop.add_item("SKU-2")
    query = """mutation($item: ID!, $location: ID!, $available: Int, $key: String!) {
        inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available)
            @idempotent(key: $key) { inventoryLevel { item { sku } isActive } userErrors { field message } } }"""
    answer = wire.ask(query, item=item, location=shop.main, available=4, key="a")
    assert answer["data"]["inventoryActivate"]["inventoryLevel"] == {"item": {"sku": "SKU-2"}, "isActive": True}
    wire.ask(query, item=item, location=shop.main, key="b")
    assert shop.level(item, shop.main) == 4
    answer = wire.ask(query, item=item, location="gid://shopify/Location/1", key="c")
    assert answer["data"]["inventoryActivate"]["userErrors"][0]["field"] == ["locationId"]


def test_250_rows_and_no_more(shop, wire):
    items = shop.add_items((f"S-{number}" for number in range(251)), quantities={shop.main: 0})
    error = wire.set([(item, shop.main, 1, 0) for item in items])
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert wire.set([(item, shop.main, 1, 0) for item in items[:250]], key="key-2")["userErrors"] == []
    assert len(shop.writes) == 250


@pytest.mark.parametrize("version", ["2026-04", "2026-07", "2026-10"])
def test_change_from_quantity_must_be_present(shop, wire, item, version):
    error = wire.set([(item, shop.main, 7)], version=version)
    assert error["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
    assert "changeFromQuantity" in error["message"]
    assert wire.set([(item, shop.main, 7, None)], version=version)["userErrors"] == []


@pytest.mark.parametrize("version", ["2026-04", "2026-07", "2026-10"])
def test_an_idempotency_key_is_required(shop, wire, item, version):
    query = wire.SET.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    values = {"name": "available", "reason": "correction", "quantities": []}
    (error,) = wire.ask(query, version=version, input=values)["errors"]
    assert (error["extensions"]["code"], "@idempotent" in error["message"]) == ("BAD_REQUEST", True)
    assert wire.set([(item, shop.main, 7, 5)], key=" ", version=version)["extensions"]["code"] == "BAD_REQUEST"


def test_a_malformed_gid_refuses_the_request(shop, wire, item):
    error = wire.set([(item, shop.main, 7, 5), ("17", shop.main, 7, None)])
    assert error["extensions"]["problems"][0]["path"] == ["quantities", 1, "inventoryItemId"]
    assert shop.writes == []


def test_the_same_key_and_input_is_applied_once(shop, wire, item):
    first = wire.set([(item, shop.main, 7, 5)])
    shop.order("SKU-1", 1, shop.main)
    assert wire.set([(item, shop.main, 7, 5)]) == first
    assert (len(shop.writes), shop.level(item, shop.main)) == (1, 6)


def test_the_same_key_with_other_input_is_refused(shop, wire, item):
    wire.set([(item, shop.main, 7, 5)])
    assert codes(wire.set([(item, shop.main, 8, 7)])) == [("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", None)]


def test_a_key_under_way_is_refused(shop, wire, item):
    shop.fault("latency", seconds=0.5)
    slow = threading.Thread(target=wire.set, args=([(item, shop.main, 7, 5)],))
    slow.start()
    while not shop.ledger.attempts:
        time.sleep(0.01)
    assert codes(wire.set([(item, shop.main, 7, 5)])) == [("IDEMPOTENCY_CONCURRENT_REQUEST", None)]
    slow.join()
    assert shop.level(item, shop.main) == 7


def test_a_key_whose_first_attempt_crashed_is_spent(shop, wire, item):
    shop.fault("crash")
    values = {"name": "available", "reason": "correction", "quantities": []}
    assert wire.post(wire.SET, key="key-1", input=values).status_code == 500
    assert codes(wire.set([])) == [("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", None)]
    assert wire.set([(item, shop.main, 7, 5)], key="key-2")["userErrors"] == []


FIND = """query($query: String, $first: Int, $after: String) {
    inventoryItems(query: $query, first: $first, after: $after) {
        nodes { id sku tracked duplicateSkuCount } edges { cursor } pageInfo { hasNextPage endCursor } } }"""


def find(wire, query=None, first=250, after=None):
    return wire.ask(FIND, query=query, first=first, after=after)["data"]["inventoryItems"]


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ("sku:ABC-1", ["ABC-1", "abc 1", "ABC-1-RED"]),
        ('sku:"A B"', ["A B", "x A B"]),
        (r'sku:"A \"B\""', ["A B", "x A B"]),
        ("sku:abc-10 OR sku:x", ["ABC-10", "x A B"]),
        ("sku:abc*", ["ABC-1", "abc 1", "ABC-1-RED", "ABC-10"]),
        ("sku:abc sku:red", ["ABC-1-RED"]),
        ("sku:nothing", []),
        ("", ["ABC-1", "abc 1", "ABC-1-RED", "ABC-10", "A B", "x A B"]),
    ],
)
def test_search_is_loose(shop, wire, query, skus):
    shop.add_items(["ABC-1", "abc 1", "ABC-1-RED", "ABC-10", "A B", "x A B"])
    assert [row["sku"] for row in find(wire, query)["nodes"]] == skus


def test_search_by_id_and_beyond_understanding(shop, wire):
    ids = shop.add_items(["a", "b", "c"])
    number = ids[1].rpartition("/")[2]
    assert [row["sku"] for row in find(wire, f"id:>{number}")["nodes"]] == ["c"]
    assert [row["sku"] for row in find(wire, f"id:<={number}")["nodes"]] == ["a", "b"]
    for query in ("(sku:a)", "price:1", "words"):
        assert wire.ask(FIND, query=query, first=1)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_duplicates_and_pages(shop, wire):
    shop.add_items(["twice", "twice", "once"])
    assert [row["duplicateSkuCount"] for row in find(wire)["nodes"]] == [1, 1, 0]
    first = find(wire, first=2)
    assert first["pageInfo"] == {"hasNextPage": True, "endCursor": first["edges"][1]["cursor"]}
    rest = find(wire, first=2, after=first["pageInfo"]["endCursor"])
    assert ([row["sku"] for row in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (["once"], False)
    for first, after in ((251, None), (None, None), (2, "nonsense")):
        assert wire.ask(FIND, first=first, after=after)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_pagination_ends_at_25000(shop, wire):
    shop.add_items(str(number) for number in range(25_100))
    cursor = cursor_of(shop.numbers[24_899])
    assert wire.ask(FIND, first=101, after=cursor)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert len(find(wire, first=100, after=cursor)["nodes"]) == 100


def test_levels_nodes_variants_and_locations(shop, wire, item):
    shop.add_location("Closed", active=False)
    answer = wire.ask(
        """query($ids: [ID!]!, $item: ID!, $location: ID!) {
            shop { name myshopifyDomain }
            currentAppInstallation { accessScopes { handle } }
            open: locations(first: 5) { nodes { name isActive } }
            locations(first: 5, includeInactive: true) { nodes { name isActive } }
            nodes(ids: $ids) { __typename id ... on InventoryItem { sku } }
            inventoryItem(id: $item) {
                inventoryLevels(first: 5) { nodes { location { id } } }
                inventoryLevel(locationId: $location) {
                    quantities(names: ["available", "on_hand"]) { name quantity } item { id } } }
            productVariants(first: 5, query: "sku:SKU-1") { nodes { id sku inventoryItem { id } } } }""",
        ids=[item, shop.main, "gid://shopify/InventoryItem/1"],
        item=item,
        location=shop.main,
    )
    data = answer["data"]
    assert data["shop"] == {"name": "Sandbox", "myshopifyDomain": "sandbox.myshopify.com"}
    assert {"handle": "write_inventory"} in data["currentAppInstallation"]["accessScopes"]
    assert [row["name"] for row in data["open"]["nodes"]] == ["Main"]
    assert [row["isActive"] for row in data["locations"]["nodes"]] == [True, False]
    assert data["nodes"] == [
        {"__typename": "InventoryItem", "id": item, "sku": "SKU-1"},
        {"__typename": "Location", "id": shop.main},
        None,
    ]
    assert data["inventoryItem"]["inventoryLevels"]["nodes"] == [{"location": {"id": shop.main}}]
    assert data["inventoryItem"]["inventoryLevel"] == {
        "quantities": [{"name": "available", "quantity": 5}, {"name": "on_hand", "quantity": 5}],
        "item": {"id": item},
    }
    (variant,) = data["productVariants"]["nodes"]
    assert (variant["sku"], variant["inventoryItem"]["id"]) == ("SKU-1", item)
    assert variant["id"].startswith("gid://shopify/ProductVariant/")
