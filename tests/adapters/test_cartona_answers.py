# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reading answers nobody has described: what is recognised counts, all else says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter_kit import answering
from adapters.base import AdapterError, Level
from adapters.cartona.answers import ACCEPTED, DOUBTFUL, REFUSED, UNSAID, refusal_in, verdicts
from adapters.cartona.products import Product, Row, Target
from test_cartona_kit import cartona_adapter, levels_for

ROWS = [Row(Level(n, name, "default", 8), Target.of(name)) for n, name in enumerate(("1", "sku:B", "base:3"))]
SENT = [row.wire("") for row in ROWS]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([{"supplier_product_id": 1, "success": True}], [ACCEPTED, UNSAID, UNSAID]),
        ({"results": [{"internal_product_id": "B", "ok": False, "message": "no"}]}, [UNSAID, "no", UNSAID]),
        ({"data": [{"base_product_id": "3", "status": "Updated"}]}, [UNSAID, UNSAID, ACCEPTED]),
        ({"errors": [{"supplier_product_id": "1"}]}, [REFUSED, UNSAID, UNSAID]),
        ({"failed": [{"supplier_product_id": "1", "error": {"message": "x"}}]}, ["x", UNSAID, UNSAID]),
        ([{"supplier_product_id": "1", "available_stock_quantity": 8}], [ACCEPTED, UNSAID, UNSAID]),
        ([{"supplier_product_id": "1", "available_stock_quantity": "8.0"}], [ACCEPTED, UNSAID, UNSAID]),
        ([{"supplier_product_id": "1", "available_stock_quantity": "8"}], [ACCEPTED, UNSAID, UNSAID]),
        ([{"supplier_product_id": "1", "available_stock_quantity": 7}], [DOUBTFUL, UNSAID, UNSAID]),
        ([{"supplier_product_id": "1", "available_stock_quantity": -8}], [DOUBTFUL, UNSAID, UNSAID]),
        ([{"supplier_product_id": 1, "ok": True, "available_stock_quantity": 7}], [DOUBTFUL, UNSAID, UNSAID]),
        ([{"supplier_product_id": "1", "success": "false", "message": "no"}], ["no", UNSAID, UNSAID]),
        ([{"supplier_product_id": "1", "success": "true"}], [ACCEPTED, UNSAID, UNSAID]),
        ([{"supplier_product_id": "1", "ok": True}, {"supplier_product_id": 1, "error": "x"}], ["x", UNSAID, UNSAID]),
        ([{"supplier_product_id": "1", "error": "x"}, {"supplier_product_id": 1, "ok": True}], ["x", UNSAID, UNSAID]),
        ([{"supplier_product_id": "2", "success": True}], [UNSAID, UNSAID, UNSAID]),
        ({"message": "success"}, [UNSAID, UNSAID, UNSAID]),
        ({}, [UNSAID, UNSAID, UNSAID]),
        (["1", "B"], [UNSAID, UNSAID, UNSAID]),
        (None, [UNSAID, UNSAID, UNSAID]),
    ],
)
def test_verdicts(body, expected):
    assert verdicts(body, ROWS, SENT) == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"success": False, "message": "nothing"}, "nothing"),
        ({"errors": ["first", "second"]}, "first"),
        ({"status": "error"}, REFUSED),
        ({"message": "success"}, ""),
        ({"success": True}, ""),
        ({"success": False, "results": [{"id": 1}]}, REFUSED),
        ({"success": "false", "results": [{"id": 1}], "message": "closed"}, "closed"),
        ({"errors": [{"message": "broken"}]}, "broken"),
        ({"results": [{"id": 1, "success": False}]}, ""),
        (False, REFUSED),
        ([], ""),
        (None, ""),
    ],
)
def test_refusal_of_the_whole_request(body, reason):
    assert refusal_in(body) == reason


NAMES = st.sampled_from(
    ["supplier_product_id", "internal_product_id", "id", "success", "status", "error", "errors", "message", "results"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["1", "B", "error", "ok"]) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read(body):
    found = verdicts(body, ROWS, SENT)
    assert len(found) == len(ROWS)
    assert all(verdict in (ACCEPTED, UNSAID, DOUBTFUL) or (isinstance(verdict, str) and verdict) for verdict in found)
    assert isinstance(refusal_in(body), str)


@given(st.dictionaries(st.sampled_from([*SENT[0], *SENT[1], "unit_count", "is_unlimited_stock", "id"]), JSON))
def test_any_product_is_read(row):
    product = Product.of(row)
    assert product.unit_count >= 1
    assert product.quantity is None or isinstance(product.quantity, int)
    assert isinstance(product.shows(ROWS[0]), bool)


BODIES = {
    "empty": b"",
    "broken off": b"{",
    "deep": b"[" * 100_000,
    "no text": b"\xff\xfe",
    "null": b"null",
    "text": b'"x"',
    "empty list": b"[]",
    "long id": b'[{"id": "' + b"9" * 5000 + b'"}]',
    "long number": b"[" + b"9" * 5000 + b"]",
}
ASK = {
    "test": lambda adapter: adapter.test(),
    "find": lambda adapter: list(adapter.find(["A"])),
    "push": lambda adapter: list(adapter.push(levels_for(["1"]))),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
def test_nothing_but_typed_errors(body, ask):
    answers = [
        (status, {"Content-Type": kind}, b"" if status == 204 else body)
        for kind in ("application/json", "text/html", "")
        for status in (200, 204, 400, 404, 418, 500)
    ]
    now = []
    with answering(lambda *_: now[0]) as server:
        for answer in answers:
            now[:] = [answer]
            try:
                ask(cartona_adapter(server.url, verify="always"))
            except AdapterError as error:
                assert error.reason
        assert len(server.requests) >= len(answers)
