# SPDX-License-Identifier: LGPL-3.0-or-later
"""Marketplaces that lie, or are taken over: nothing is acknowledged that was not told, and nothing breaks out."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter_kit import answering, json_answer
from adapters.base import Acknowledged, AdapterError, Level, Rejected, Unavailable
from adapters.rest import RestProfile
from adapters.rest.errors import ExpressionError
from adapters.rest.expressions import evaluate
from adapters.wire import http
from adapters.wire.trouble import quote, seconds_of
from test_cartona_kit import cartona_adapter, levels_for
from test_rest_kit import levels_of, outcomes_of, rest_adapter

RESULTS = {"results": "lines", "result_ref": "ref", "result_ok": "ok", "result_error": "why"}


def kinds(outcomes):
    return [type(outcome) for outcome in outcomes]


# === A REST SHOP === #


@pytest.mark.parametrize("flag", ["false", " False ", "0", "no", "null", "", 0, 0.0, None, [], {}])
def test_flag_that_says_no_in_any_way(flag):
    with answering(lambda *_: json_answer({"lines": [{"ref": "A", "ok": flag, "why": "no stock"}]})) as server:
        [outcome] = rest_adapter(server.url, RestProfile(**RESULTS)).push(levels_of("A"))
    assert (type(outcome), outcome.reason) == (Rejected, "no stock")


@pytest.mark.parametrize("flag", ["true", "OK", "1", 1, True])
def test_flag_that_says_yes_in_any_way(flag):
    with answering(lambda *_: json_answer({"lines": [{"ref": "A", "ok": flag}]})) as server:
        assert kinds(rest_adapter(server.url, RestProfile(**RESULTS)).push(levels_of("A"))) == [Acknowledged]


def test_reference_that_is_one_items_id_and_anothers_sku():
    """It is what most references of the answer are."""
    profile = RestProfile(**RESULTS, id_field="id")
    levels = [Level("x", "77", "default", 1, sku="78"), Level("y", "78", "default", 1, sku="S")]
    for refs, accepted in ((["77", "78"], {"x": Rejected, "y": Acknowledged}), (["S", "78"], None)):
        lines = [{"ref": refs[0], "ok": False, "why": "no"}, {"ref": refs[1], "ok": True}]
        with answering(lambda *_, lines=lines: json_answer({"lines": lines})) as server:
            outcomes = outcomes_of(rest_adapter(server.url, profile), levels)
        expected = accepted or {"x": Acknowledged, "y": Rejected}
        assert {key: type(outcome) for key, outcome in outcomes.items()} == expected


@pytest.mark.parametrize("ref", [77, 77.0, "77"])
def test_reference_written_as_any_number(ref):
    with answering(lambda *_: json_answer({"lines": [{"ref": ref, "ok": True}]})) as server:
        assert kinds(rest_adapter(server.url, RestProfile(**RESULTS)).push(levels_of("77"))) == [Acknowledged]


@pytest.mark.parametrize("ref", [None, True, 77.5, [], {}, "", " 77", float("inf")])
def test_reference_that_is_none(ref):
    with answering(lambda *_: json_answer({"lines": [{"ref": ref, "ok": True}]})) as server:
        assert kinds(rest_adapter(server.url, RestProfile(**RESULTS)).push(levels_of("77"))) == [Rejected]


@given(st.text(max_size=8).filter(lambda text: text.isprintable() and text.strip()))
def test_no_sku_leads_elsewhere(sku):
    profile = RestProfile(shape="one", method="PUT", path="/items/{sku}/stock?to={sku}", sku_field="")
    try:
        preview = rest_adapter("http://127.0.0.1:9", profile).preview(levels_of(sku))
    except AdapterError as error:
        assert sku.strip(".") == ""
        assert "web address" in error.reason
        return
    path, _mark, query = preview.url.removeprefix("http://127.0.0.1:9").partition("?")
    assert path.startswith("/items/")
    assert path.endswith("/stock")
    assert path.count("/") == 3
    assert query.count("=") == 1
    assert not set("&#\r\n ").intersection(query)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("floor(@)", float("inf")), ("sum(@)", [10**400, 1.5]), ("avg(@)", [10**400]), ("ceil(@)", float("nan"))],
)
def test_expression_that_fails_over_a_number(expression, value):
    with pytest.raises(ExpressionError):
        evaluate(expression, value)


# === WORDS, NUMBERS AND SIZES === #


@pytest.mark.parametrize("words", ["a\x00b", "a\ud800b", "a\x1bb", "a\r\nb"])
def test_words_can_be_stored_and_logged(words):
    assert quote(words) == "a b"
    answer = json_answer({"lines": [{"ref": "A", "ok": False, "why": words}]})
    with answering(lambda *_: answer) as server:
        [outcome] = rest_adapter(server.url, RestProfile(**RESULTS)).push(levels_of("A"))
    assert outcome.reason == "a b"


@pytest.mark.parametrize("item_id", ["1\x00", "\ud800"])
def test_ids_that_no_database_takes_are_no_items(item_id):
    profile = RestProfile(lookup_path="/items/{sku}", lookup_items="@", lookup_id="id")
    with answering(lambda *_: json_answer([{"id": item_id, "internal_product_id": "A"}])) as server:
        assert list(rest_adapter(server.url, profile).find(["A"])) == []
        assert [item.external_id for item in cartona_adapter(server.url).find(["A"])] == ["sku:A"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2024 00:00:00 +9999999999999999", None),
        ("1e999", None),
        ("nan", None),
        ("-5", 0.0),
        ("soon", None),
    ],
)
def test_absurd_retry_after(text, seconds):
    assert seconds_of(text, 1.8e9) == seconds


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_answer_without_end_is_cut_off(monkeypatch, encoding):
    monkeypatch.setattr(http, "LARGEST_ANSWER", 100_000)
    body = b" " * 10_000_000
    headers = {"Content-Encoding": encoding} if encoding else {}
    body = gzip.compress(body) if encoding else body
    with answering(lambda *_: (200, headers, body)) as server, pytest.raises(Unavailable, match="too long"):
        list(rest_adapter(server.url).push(levels_of("A")))


@pytest.mark.parametrize("shown", [7, "7", -8, 8.5e300, "8000000000000000000000"])
def test_cartona_that_says_yes_and_shows_another_number(shown):
    """It is read back, whatever the sample says."""

    def answer(method, path, body):
        if method == "POST":
            row = {"supplier_product_id": "S0", "success": True, "available_stock_quantity": shown}
            return json_answer([row, *({"supplier_product_id": f"S{n}", "success": True} for n in range(1, 40))])
        name = path.partition("product_id=")[2].partition("&")[0]
        return json_answer([{"supplier_product_id": name, "available_stock_quantity": 8 if name != "S0" else 5}])

    with answering(answer) as server:
        outcomes = outcomes_of(cartona_adapter(server.url), levels_for([f"S{n}" for n in range(40)]))
    is_number = shown in (7, "7", -8, 8.5e300)
    assert isinstance(outcomes.pop(0), Acknowledged) != is_number
    assert set(kinds(outcomes.values())) == {Acknowledged}


def test_cartona_product_called_none_is_not_what_is_left_out():
    levels = [Level(name, f"sku:{name}", "default", 8) for name in ("None", "True")]

    def answer(method, _path, _body):
        results = [{"success": True}, {"internal_product_id": True, "success": True}]
        return json_answer(results if method == "POST" else [])

    with answering(answer) as server:
        assert kinds(cartona_adapter(server.url).push(levels)) == [Rejected, Rejected]
