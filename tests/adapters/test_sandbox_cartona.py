# SPDX-License-Identifier: LGPL-3.0-or-later
"""The stand-in Cartona on the raw wire: what it demands, what it answers, and what it keeps to itself."""

import pytest
import requests

from sandbox.cartona import Supplier, serve

BULK = "supplier-product/bulk-update"
BASE = "supplier-product/base-product/bulk-update-stock"


class Wire:
    def __init__(self, url, token):
        self.url, self.session = url, requests.Session()
        self.session.headers["AuthorizationToken"] = token

    def get(self, path="supplier-product", **query):
        return self.session.get(f"{self.url}/api/v1/{path}", params=query, timeout=10)

    def post(self, rows, path=BULK):
        return self.session.post(f"{self.url}/api/v1/{path}", json=rows, timeout=10)


@pytest.fixture
def supplier():
    return Supplier()


@pytest.fixture
def wire(supplier):
    with serve(supplier) as server:
        wire = Wire(server.url, supplier.token)
        yield wire
        wire.session.close()


def stock(supplier, *skus):
    return [supplier.level(sku) for sku in skus]


def test_the_token_has_a_header_of_its_own(supplier, wire):
    assert wire.get().status_code == 200
    del wire.session.headers["AuthorizationToken"]
    assert wire.get().status_code == 401
    wire.session.headers["Authorization"] = supplier.token
    assert wire.get().status_code == 400, "as recorded by the vendor's module"
    for token in ("wrong", f"Bearer {supplier.token}", ""):
        wire.session.headers["AuthorizationToken"] = token
        assert wire.get().status_code == 401


def test_rows_are_found_by_id_then_sku_then_unit(supplier, wire):
    first, second = supplier.add_items(["A", "B"], quantity=1)
    supplier.add_item("", name="Tea", base_product_id="650", unit="box", unit_count=12)
    rows = [
        {"supplier_product_id": first, "available_stock_quantity": 7, "in_stock": True},
        {"internal_product_id": "B", "available_stock_quantity": 8},
        {"base_product_id": 650, "unit": "box", "unit_count": 12, "available_stock_quantity": 9},
        {"supplier_product_id": int(second), "internal_product_id": "B2", "available_stock_quantity": 10},
    ]
    answer = wire.post(rows).json()
    assert [row["success"] for row in answer["results"]] == [True] * 4
    assert stock(supplier, "A", "B2", second) == [7, 10, 10]
    assert [(write.sku, write.from_quantity, write.to_quantity) for write in supplier.writes] == [
        ("A", 1, 7),
        ("B", 1, 8),
        ("", 0, 9),
        ("B", 8, 10),
    ]


def test_an_internal_product_id_links_a_product_and_belongs_to_one(supplier, wire):
    known, unknown = supplier.add_item("A"), supplier.add_item("", name="Tea")
    assert wire.get(internal_product_id="").json()[0][supplier.id_key] == unknown
    (result,) = wire.post([{"supplier_product_id": unknown, "internal_product_id": "A"}]).json()["results"]
    assert (result["success"], result["error"]) == (False, "internal_product_id is taken")
    assert wire.post([{"supplier_product_id": unknown, "internal_product_id": "T 1/ü"}]).ok
    (row,) = wire.get(internal_product_id="T 1/ü").json()
    assert (row["supplier_product_id"], row["available_stock_quantity"]) == (unknown, 0)
    assert wire.get(supplier_product_id=known).json()[0]["internal_product_id"] == "A"
    assert wire.get(internal_product_id="nothing").json() == []
    assert wire.post([{"supplier_product_id": unknown, "internal_product_id": "T 2"}]).ok
    (result,) = wire.post([{"internal_product_id": "T 1/ü", "available_stock_quantity": 1}]).json()["results"]
    assert result["error"] == "product not found"
    assert len({supplier.add_item("") for _time in range(2)}) == 2, "any number of products are not linked"


def test_pages_and_words(supplier, wire):
    supplier.add_items([f"S-{number}" for number in range(5)])
    supplier.add_item("X", name="Green TEA")
    pages = [[row["internal_product_id"] for row in wire.get(page=page, per_page=2).json()] for page in (1, 2, 3, 4)]
    assert pages == [["S-0", "S-1"], ["S-2", "S-3"], ["S-4", "X"], []]
    assert [row["internal_product_id"] for row in wire.get(search_token="tea").json()] == ["X"]
    assert len(wire.get().json()) == 6
    for query in ({"page": 0}, {"page": "x"}, {"per_page": 1001}, {"per_page": -1}):
        assert wire.get(**query).status_code == 400


def test_base_products_share_their_stock_out(supplier, wire):
    for sku, count in (("piece", 1), ("dozen", 12), ("box", 144)):
        supplier.add_item(sku, base_product_id="650", unit="piece", unit_count=count)
    supplier.add_item("other")
    assert wire.post([{"base_product_id": "650", "available_stock_quantity": 300}], BASE).ok
    assert stock(supplier, "piece", "dozen", "box", "other") == [300, 25, 2, 0]
    rows = wire.get("supplier-product/base-products", base_product_id="650").json()
    assert [row["available_stock_quantity"] for row in rows] == [300, 25, 2]
    assert len(wire.get("supplier-product/base-products").json()) == 3
    assert wire.post([{"base_product_id": "650"}], BASE).status_code == 400
    (result,) = wire.post([{"base_product_id": 1, "available_stock_quantity": 1}], BASE).json()["results"]
    assert (result["base_product_id"], result["success"]) == (1, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"available_stock_quantity": "7"},
        {"available_stock_quantity": 7.0},
        {"available_stock_quantity": True},
        {"available_stock_quantity": None},
        {"in_stock": 1},
        {"internal_product_id": 104},
        {"internal_product_id": "x" * 256},
        {"supplier_product_id": "A"},
        {"unit": "barrel"},
        {"selling_price": "much"},
        {"stock": 7},
    ],
)
def test_wrong_types_and_unknown_keys_refuse_the_list(supplier, wire, wrong):
    supplier.add_items(["A", "B"])
    rows = [{"internal_product_id": "A", "available_stock_quantity": 7}, {"internal_product_id": "B", **wrong}]
    response = wire.post(rows)
    assert (response.status_code, response.json()["error"].split(":")[0]) == (400, "row 1")
    assert (supplier.writes, stock(supplier, "A", "B")) == ([], [0, 0])


def test_only_a_list_of_objects_is_a_body(supplier, wire):
    supplier.add_item("A")
    for body in ({"products": []}, ["A"], "A", None):
        assert wire.post(body).status_code == 400
    for data, kind in (
        ("[", "application/json"),
        ('[{"internal_product_id": "A", "selling_price": NaN}]', "application/json"),
        ("[]", "text/plain"),
    ):
        url = f"{wire.url}/api/v1/{BULK}"
        headers = {"Content-Type": kind}
        assert wire.session.post(url, data=data, headers=headers, timeout=10).status_code == 400


def test_too_long_a_list_is_refused(supplier, wire):
    supplier.add_item("A")
    row = {"internal_product_id": "A", "available_stock_quantity": 7}
    assert wire.post([row] * 1001).status_code == 400
    supplier.change(max_rows=2)
    assert wire.post([row] * 3).status_code == 400
    assert supplier.writes == []
    assert wire.post([row] * 2).status_code == 200


GOOD = {"internal_product_id": "A", "available_stock_quantity": 7}
NEGATIVE = {"internal_product_id": "B", "available_stock_quantity": -1}
UNKNOWN = {"internal_product_id": "?", "available_stock_quantity": 7}


@pytest.mark.parametrize(
    ("answers", "bad_rows", "status", "body", "applied"),
    [
        ("plain", "ignore", 200, {"message": "success"}, True),
        ("silent", "ignore", 200, {}, True),
        ("plain", "refuse", 422, {"error": "row 1: available_stock_quantity must not be negative"}, False),
        ("silent", "refuse", 422, {"error": "row 1: available_stock_quantity must not be negative"}, False),
    ],
)
def test_an_answer_that_says_nothing_of_its_rows(supplier, wire, answers, bad_rows, status, body, applied):
    supplier.add_items(["A", "B"], quantity=5)
    supplier.change(answers=answers, bad_rows=bad_rows)
    response = wire.post([GOOD, NEGATIVE, UNKNOWN])
    assert (response.status_code, response.json()) == (status, body)
    assert stock(supplier, "A", "B") == [7 if applied else 5, 5]
    assert wire.post([GOOD]).status_code == 200


def test_a_result_for_every_row_or_for_the_good_ones(supplier, wire):
    supplier.add_items(["A", "B"], quantity=5)
    results = wire.post([GOOD, NEGATIVE, UNKNOWN]).json()["results"]
    assert [(row["internal_product_id"], row["success"]) for row in results] == [
        ("A", True),
        ("B", False),
        ("?", False),
    ]
    assert [row.get("error") for row in results] == [
        None,
        "available_stock_quantity must not be negative",
        "product not found",
    ]
    supplier.change(bad_rows="ignore")
    assert [row["internal_product_id"] for row in wire.post([GOOD, NEGATIVE]).json()["results"]] == ["A"]


def test_the_flags_are_kept_apart_from_the_quantity(supplier, wire):
    supplier.add_item("A", quantity=5)
    assert wire.get().json()[0]["in_stock"] is True
    wire.post([{"internal_product_id": "A", "available_stock_quantity": 0, "is_unlimited_stock": True}])
    (row,) = wire.get().json()
    assert (row["in_stock"], row["available_stock_quantity"], row["is_unlimited_stock"]) == (True, 0, True)
    wire.post([{"internal_product_id": "A", "in_stock": False, "selling_price": "3.50"}])
    (row,) = wire.get().json()
    assert (row["in_stock"], row["selling_price"], len(supplier.writes)) == (False, "3.50", 1)


@pytest.mark.parametrize("sku", ["a b", "a/b?c#d", "q\"'", "📦", "مخزن", "x" * 50, "x" * 255])
def test_any_sku_and_large_quantities(supplier, wire, sku):
    supplier.add_item(sku)
    wire.post([{"internal_product_id": sku, "available_stock_quantity": 999_999_999}])
    assert [row["available_stock_quantity"] for row in wire.get(internal_product_id=sku).json()] == [999_999_999]


def test_settings_are_checked(supplier, wire):
    for wrong in ({"answers": "loud"}, {"max_rows": "many"}, {"max_rows": True}, {"colour": "red"}):
        with pytest.raises(ValueError, match="cannot be|unknown"):
            supplier.change(latency_ms=9, **wrong)
    assert (supplier.answers, supplier.max_rows, supplier.latency) == ("items", 1000, 0)
    answer = requests.post(f"{wire.url}/_sandbox/settings", json={"id_key": "id"}, timeout=10).json()
    assert (answer["id_key"], answer["answers"]) == ("id", "items")
    supplier.add_item("A")
    assert wire.get().json()[0].keys() >= {"id", "internal_product_id"}
