# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publishing to a configured shop: what is sent, and what its answers are taken for."""

from dataclasses import replace

import pytest

from adapter_kit import answering, json_answer
from adapters.base import Acknowledged, Level, Refused, Rejected, Unauthorized, Unavailable
from adapters.rest import RestProfile
from adapters.rest.answers import UNKNOWN, UNMENTIONED, UNSAID
from adapters.rest.message import NO_SKU
from sandbox.odd import OddShop, serve
from test_rest_kit import BASIC, TOKEN, levels_of, outcomes_of, preset, rest_adapter

RESULTS = {"results": "lines", "result_ref": "ref", "result_ok": "ok", "result_error": "why"}
ONE = {"shape": "one", "method": "PUT", "path": "/items/{sku}", "sku_field": ""}


@pytest.fixture
def odd():
    shop = OddShop()
    with serve(shop) as server:
        shop.url = server.url
        yield shop


def odd_levels(*skus, **values):
    return levels_of(*skus, location="HAUPT", **values)


# === THE ODD SHOP === #


def test_odd_shop_is_told_by_its_preset(odd):
    odd.add_items(["A", "ü/ 2"], 5)
    outcomes = outcomes_of(rest_adapter(odd.url, preset("odd"), BASIC), odd_levels("A", "ü/ 2", "GONE"))
    assert isinstance(outcomes["A"], Acknowledged)
    assert (odd.level("A"), odd.level("ü/ 2")) == (8, 8)
    assert outcomes["GONE"] == Rejected("GONE", "unbekannter Artikel", "", outcomes["GONE"].request_id)


def test_list_that_fails_as_a_whole_is_halved(odd):
    odd.max_lines = 3
    odd.add_items([f"N{n}" for n in range(10)])
    adapter = rest_adapter(odd.url, preset("odd"), BASIC)
    outcomes = outcomes_of(adapter, odd_levels(*(f"N{n}" for n in range(10))))
    assert all(isinstance(outcome, Acknowledged) for outcome in outcomes.values())
    assert {odd.level(f"N{n}") for n in range(10)} == {8}


def test_what_the_shop_says_of_a_failed_request_is_handed_on(odd):
    odd.add_item("A")
    odd.max_lines = 0
    outcomes = outcomes_of(rest_adapter(odd.url, preset("odd"), BASIC), odd_levels("A"))
    assert outcomes["A"].reason == "The shop refuses this: zu viele Zeilen: höchstens 0"


@pytest.mark.parametrize(
    ("profile", "credentials", "secret"),
    [
        ({"auth": "header", "auth_name": "X-Zugang", "token_format": "Token {token}"}, {"access_token": "t-1"}, "t-1"),
        ({"auth": "query", "auth_name": "key"}, {"access_token": "ö&=#"}, "ö&=#"),
        ({"auth": "basic"}, {"username": "odd", "password": "pä:ß"}, "pä:ß"),
    ],
    ids=["header", "query", "basic"],
)
@pytest.mark.parametrize(
    ("form", "shape"),
    [("wrapped", {}), ("bare", {"list_key": ""}), ("single", {"shape": "one"})],
    ids=["wrapped", "bare", "single"],
)
def test_every_authentication_and_form(odd, profile, credentials, secret, form, shape):
    odd.token, odd.auth, odd.form = secret, profile["auth"], form
    odd.add_items(["A", "B"])
    profile = replace(preset("odd"), **profile, **shape)
    adapter = rest_adapter(odd.url, profile, credentials)
    assert {type(outcome) for outcome in adapter.push(odd_levels("A", "B"))} == {Acknowledged}
    assert adapter.calls == (2 if form == "single" else 1)
    wrong = {name: f"x{value}" for name, value in credentials.items()}
    with pytest.raises(Unauthorized):
        list(rest_adapter(odd.url, profile, wrong).push(odd_levels("A")))


def test_suspects_are_kept_apart(odd):
    odd.add_items(["A", "B"])
    odd.max_lines = 1
    levels = [*odd_levels("A"), *odd_levels("B", suspect=True)]
    adapter = rest_adapter(odd.url, preset("odd"), BASIC)
    assert {type(outcome) for outcome in adapter.push(levels)} == {Acknowledged}
    assert adapter.calls == 2


# === WHAT IS SENT === #


def sent(profile, levels, **settings):
    """The requests (method, path, headers, body) a push makes."""
    with answering(lambda *_: json_answer({})) as server:
        outcomes = outcomes_of(rest_adapter(server.url, profile, **settings), levels)
        assert {type(outcome) for outcome in outcomes.values()} == {Acknowledged}
    return server.requests


def test_fields_constants_and_headers():
    profile = RestProfile(
        id_field="item.id", location_field="place", in_stock_field="item.live", quantity_as_text=True,
        constants={"unit": "piece", "item.kind": 1}, headers={"X-Kind": "stock"}, list_key="data.rows",
    )  # fmt: skip
    levels = [Level(1, "77", "L1", 0, sku="A"), Level(2, "78", "L1", 3, sku="B")]
    [(method, path, headers, body)] = sent(profile, levels)
    assert (method, path) == ("POST", "/")
    assert (headers["X-Kind"], headers["Authorization"]) == ("stock", "Bearer tok_sandbox")
    rows = [
        {"unit": "piece", "item": {"kind": 1, "id": "77", "live": False}, "sku": "A", "place": "L1", "quantity": "0"},
        {"unit": "piece", "item": {"kind": 1, "id": "78", "live": True}, "sku": "B", "place": "L1", "quantity": "3"},
    ]
    assert body == {"data": {"rows": rows}}


def test_names_in_the_path():
    profile = RestProfile(**{**ONE, "path": "/{location}/items/{sku}/{id}?sku={sku}"})
    level = Level(1, "7/8", "L 1", 3, sku="{id}?#%2Fü")
    [(_method, path, _headers, body)] = sent(profile, [level])
    assert path == "/L%201/items/%7Bid%7D%3F%23%252F%C3%BC/7%2F8?sku=%7Bid%7D%3F%23%252F%C3%BC"
    assert body == {"quantity": 3}


def test_a_list_holds_one_location_where_the_path_names_it():
    profile = RestProfile(path="/{location}/stock")
    levels = [Level(n, f"S{n}", "AB"[n % 2], 1) for n in range(4)]
    assert sorted((path, len(body)) for _method, path, _headers, body in sent(profile, levels)) == [
        ("/A/stock", 2), ("/B/stock", 2),
    ]  # fmt: skip


def test_batches_are_as_small_as_the_profile_and_the_account_want():
    levels = levels_of(*map(str, range(10)))
    assert len(sent(RestProfile(batch_size=4), levels)) == 3
    assert len(sent(RestProfile(batch_size=4), levels, batch_size=2)) == 5


@pytest.mark.parametrize("sku", [".", "..", ""])
def test_sku_that_no_address_can_hold(sku):
    with answering(lambda *_: json_answer({})) as server:
        profile = RestProfile(**{**ONE, "lookup_path": "/{sku}", "lookup_items": "@", "lookup_id": "id"})
        outcomes = outcomes_of(rest_adapter(server.url, profile), [Level(1, "77", "default", 3, sku=sku)])
    assert isinstance(outcomes[1], Rejected)
    assert outcomes[1].reason == NO_SKU if not sku else "web address" in outcomes[1].reason
    assert not server.requests


def test_doubles_are_refused():
    levels = [Level(1, "A", "L1", 3), Level(2, "A", "L2", 4)]
    with answering(lambda *_: json_answer({})) as server:
        outcomes = outcomes_of(rest_adapter(server.url), levels)
        assert (type(outcomes[1]), type(outcomes[2])) == (Acknowledged, Rejected)
        outcomes = outcomes_of(rest_adapter(server.url, RestProfile(location_field="at")), levels)
        assert (type(outcomes[1]), type(outcomes[2])) == (Acknowledged, Acknowledged)


# === WHAT ANSWERS MEAN === #


def outcome_for(answer, profile=None, levels=None):
    with answering(lambda *_: answer) as server:
        return outcomes_of(rest_adapter(server.url, profile), levels or levels_of("A"))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (json_answer({"error": {"message": "no  such\nthing"}}, 400), "The shop refuses this: no such thing"),
        (json_answer({}, 422), "The shop refuses this: HTTP 422"),
        ((409, {}, b"<html>"), "The shop refuses this: HTTP 409"),
    ],
)
def test_statuses_that_concern_the_content(answer, reason):
    assert outcome_for(answer)["A"].reason == reason


def test_unknown_address_of_one_item_concerns_that_item():
    assert outcome_for(json_answer({}, 404), RestProfile(**ONE))["A"].reason == UNKNOWN


@pytest.mark.parametrize(("status", "error"), [(404, Refused), (405, Refused), (207, Refused), (403, Unauthorized)])
def test_statuses_that_concern_the_account(status, error):
    with pytest.raises(error):
        outcome_for(json_answer({}, status))


def test_credentials_that_no_profile_sends():
    with pytest.raises(Refused, match="wants credentials"):
        outcome_for(json_answer({}, 401), RestProfile(auth="none"))


@pytest.mark.parametrize(
    "answer",
    [(200, {"Content-Type": "text/html"}, b"<p>Back soon"), (200, {}, b'{"a": ')],
    ids=["html", "truncated"],
)
def test_status_alone_counts_but_not_for_what_stands_before_the_shop(answer):
    with pytest.raises(Unavailable):
        outcome_for(answer)


@pytest.mark.parametrize(
    "answer", [(200, {}, b""), (204, {}, b""), (200, {"Content-Type": "text/plain"}, b"OK"), json_answer({"any": 1})]
)
def test_status_alone_counts(answer):
    assert isinstance(outcome_for(answer)["A"], Acknowledged)


def test_json_under_another_name():
    answer = 200, {"Content-Type": "text/html"}, b'{"status": "FAIL"}'
    profile = RestProfile(failure="status == 'FAIL'")
    with pytest.raises(Unavailable):
        outcome_for(answer, profile)
    assert isinstance(outcome_for(answer, replace(profile, any_content_type=True))["A"], Rejected)


@pytest.mark.parametrize(
    ("settings", "body", "reasons"),
    [
        ({}, {"lines": [{"ref": "A", "ok": True}, {"ref": "B", "ok": False, "why": "no"}]}, ["", "no"]),
        ({}, {"lines": [{"ref": "A", "ok": True}, {"ref": "B", "ok": False}]}, ["", UNSAID]),
        ({}, {"lines": [{"ref": "A", "ok": True}]}, ["", UNMENTIONED]),
        ({"unmentioned_ok": True}, {"lines": [{"ref": "A", "ok": False, "why": 7}]}, ["7", ""]),
        ({"unmentioned_ok": True}, {}, ["", ""]),
        ({"result_ok": ""}, {"lines": [{"ref": "B", "why": ["x", "y"]}, {"ref": "A", "why": ""}]}, ["", "x"]),
        ({"result_ok": "", "result_error": "", "unmentioned_ok": True}, {"lines": [{"ref": "B"}]}, ["", UNSAID]),
        ({"unmentioned_ok": True}, {"lines": {"ref": "B", "ok": False, "why": "no"}}, ["", "no"]),
        ({"unmentioned_ok": True}, {"lines": [{"ref": "C", "ok": False}, {"ref": None}, 7]}, ["", ""]),
        ({}, {"lines": [{"ref": "A", "ok": True}, {"ref": "A", "ok": False, "why": "no"}]}, ["no", UNMENTIONED]),
    ],
)
def test_results_of_items(settings, body, reasons):
    outcomes = outcome_for(json_answer(body), RestProfile(**{**RESULTS, **settings}), levels_of("A", "B"))
    assert [getattr(outcomes[sku], "reason", "") for sku in "AB"] == reasons


def test_results_by_id_which_may_be_a_number():
    profile = RestProfile(**RESULTS, sku_field="", id_field="id")
    body = {"lines": [{"ref": 77, "ok": True}, {"ref": 78, "ok": False, "why": "no"}]}
    outcomes = outcome_for(json_answer(body), profile, [Level(n, str(n), "default", 1, sku="77") for n in (77, 78)])
    assert [type(outcomes[n]) for n in (77, 78)] == [Acknowledged, Rejected]


def test_results_of_an_item_at_several_locations_come_in_order():
    profile = RestProfile(**RESULTS, location_field="at")
    body = {"lines": [{"ref": "A", "ok": True}, {"ref": "A", "ok": False, "why": "no"}]}
    outcomes = outcome_for(json_answer(body), profile, [Level(place, "A", place, 1) for place in ("L1", "L2")])
    assert [type(outcomes[place]) for place in ("L1", "L2")] == [Acknowledged, Rejected]


def test_result_of_the_only_item_needs_no_reference():
    profile = RestProfile(**ONE, results="@", result_ok="done", result_error="why")
    assert isinstance(outcome_for(json_answer({"done": True}), profile)["A"], Acknowledged)
    assert outcome_for(json_answer({"done": False, "why": "no"}), profile)["A"].reason == "no"


@pytest.mark.parametrize("body", [{"lines": 7}, {"lines": "x"}])
def test_results_that_are_none(body):
    with pytest.raises(Unavailable, match="not understood"):
        outcome_for(json_answer(body), RestProfile(**RESULTS))


def test_secrets_in_the_shops_words_are_masked():
    body = {"lines": [{"ref": "A", "ok": False, "why": "bad key tok_sandbox"}]}
    assert outcome_for(json_answer(body), RestProfile(**RESULTS))["A"].reason == "bad key •••"
    with pytest.raises(Refused) as raised:
        outcome_for(json_answer({"error": TOKEN["access_token"]}, 405))
    assert "tok_sandbox" not in str(raised.value)
