# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the fuzz tests have found, each as the answer that did it."""

import pytest

from adapter_kit import answering, json_answer, outcomes_until
from adapters.base import Rejected, Token, Unavailable
from adapters.reading import NO_NUMBER
from adapters.rest import RestProfile
from adapters.rest.answers import UNSAID
from adapters.shopify.pacer import Cost
from test_rest_kit import levels_of, rest_adapter
from test_shopify_kit import adapter_for, levels_for, scripted


def nodes(name, *found, more=False):
    """An answer of Shopify's with one page of items or locations."""
    page = {"nodes": list(found), "pageInfo": {"hasNextPage": more, "endCursor": "c" if more else None}}
    return json_answer({"data": {name: page}})


@pytest.mark.parametrize("said", ["a\x7fb", "a\x9fb"])
def test_request_id_can_be_stored(said):
    with answering(lambda *_: json_answer({}, **{"X-Request-Id": said})) as server:
        [outcome] = rest_adapter(server.url).push(levels_of("A"))
    assert outcome.request_id == "a b"


def test_request_id_that_repeats_the_token():
    with answering(lambda *_: json_answer({}, status=400, **{"X-Request-Id": "for tok_sandbox"})) as server:
        [outcome] = rest_adapter(server.url).push(levels_of("A"))
    assert outcome.request_id == "for •••"
    with answering(lambda *_: json_answer({}, status=503, **{"X-Request-Id": "for tok_sandbox"})) as server:
        adapter = rest_adapter(server.url)
        with pytest.raises(Unavailable) as raised:
            list(adapter.push(levels_of("A")))
    assert raised.value.request_id == "for •••"


def test_request_id_of_shopify_that_repeats_the_token():
    done = {"inventorySetQuantities": {"inventoryAdjustmentGroup": None, "userErrors": []}}
    with scripted(lambda *_: json_answer({"data": done}, **{"X-Request-Id": "for shpat_sandbox"})) as server:
        [outcome] = adapter_for(server).push(levels_for(["gid://shopify/InventoryItem/1"], "gid://shopify/Location/1"))
    assert outcome.request_id == "for •••"


@pytest.mark.parametrize("item_id", [None, 5, [None], {}, "", "a\x00"])
def test_ids_of_shopify_that_no_database_takes_are_no_items(item_id):
    items = [{"id": item_id, "sku": "A", "tracked": True}, {"id": "good", "sku": "A", "tracked": True}]
    with scripted(lambda *_: nodes("inventoryItems", *items)) as server:
        assert [item.external_id for item in adapter_for(server).find(["A"])] == ["good"]
    places = [{"id": item_id, "name": "X", "isActive": True}, {"id": "good", "name": ["a\x00"], "isActive": True}]
    with scripted(lambda *_: nodes("locations", *places)) as server:
        [place] = adapter_for(server).locations()
    assert (place.external_id, place.name) == ("good", "['a\\x00']")


def test_shopify_whose_next_page_is_the_same_again():
    for name, act in (("inventoryItems", lambda adapter: adapter.find(["A"])), ("locations", lambda a: a.locations())):
        with scripted(lambda *_, name=name: nodes(name, more=True)) as server:
            adapter = adapter_for(server, attempts=1)
            with pytest.raises(Unavailable, match="not understood"):
                list(act(adapter))
            assert len(server.requests) == 2


@pytest.mark.parametrize(("said", "name"), [(["a", 5], "['a', 5]"), ("Shop\x00 of shpat_sandbox", "Shop of •••")])
def test_name_of_a_shop_that_is_none(said, name):
    shop = {"shop": {"name": said}, "currentAppInstallation": {"accessScopes": []}}
    with scripted(lambda *_: json_answer({"data": shop})) as server:
        assert adapter_for(server).test().name == name


@pytest.mark.parametrize("handle", [None, 5, True, ["read_inventory"]])
def test_permission_that_is_no_word(handle):
    shop = {"shop": {"name": "Shop"}, "currentAppInstallation": {"accessScopes": [{"handle": handle}]}}
    with scripted(lambda *_: json_answer({"data": shop})) as server, pytest.raises(Unavailable, match="not understood"):
        adapter_for(server, attempts=1).test()


@pytest.mark.parametrize("life", [1e300, 251_607_300_800, float("nan"), float("inf"), -1, True, "soon", None])
def test_token_of_shopify_that_lasts_for_ever(life):
    def answer(path, _body):
        if "access_token" in path:
            return json_answer({"access_token": "fetched", "expires_in": life})
        return nodes("locations")

    with scripted(answer) as server:
        adapter = adapter_for(server, {"client_id": "c", "client_secret": "s" * 9})
        assert adapter.locations() == []
        assert adapter.token == Token("fetched", None)


def set_answer(**payload):
    return json_answer({"data": {"inventorySetQuantities": {"inventoryAdjustmentGroup": None, **payload}}})


@pytest.mark.parametrize("said", [None, "", {}, 0, False, "none", {"code": "X"}])
def test_errors_of_shopify_that_are_no_list_are_no_yes(said):
    with scripted(lambda *_: set_answer(userErrors=said)) as server:
        adapter = adapter_for(server, attempts=1)
        outcomes, error = outcomes_until(adapter.push(levels_for(["a", "b"], "here")), Unavailable)
    assert outcomes == []
    assert "not understood" in error.reason


@pytest.mark.parametrize("where", [True, 5, {"a": 1}, "quantities"])
def test_error_of_shopify_whose_field_is_none(where):
    error = {"code": True, "field": where, "message": ["no"]}
    with scripted(lambda *_: set_answer(userErrors=[error])) as server:
        adapter = adapter_for(server, attempts=1)
        outcomes, _error = outcomes_until(adapter.push(levels_for(["a", "b"], "here")), Unavailable)
    assert outcomes == []


def test_code_of_shopify_that_is_none():
    error = {"code": True, "field": ["input", "quantities", "0"], "message": ["no"]}
    with scripted(lambda *_: set_answer(userErrors=[error])) as server:
        [outcome] = adapter_for(server).push(levels_for(["a"], "here"))
    assert (outcome.code, outcome.reason) == ("True", "Shopify refuses this item: ['no']")


@pytest.mark.parametrize("points", [float("nan"), float("inf"), 1e308, 10**400, -1e12])
def test_points_of_shopify_that_no_bucket_holds(points):
    status = {"maximumAvailable": 2000, "currentlyAvailable": 1000, "restoreRate": 100}
    for name in ("requestedQueryCost", "actualQueryCost", *status):
        cost = {"requestedQueryCost": 9, "actualQueryCost": 1, name: points, "throttleStatus": {**status, name: points}}
        assert Cost.of({"cost": cost}) is None
    assert Cost.of({"cost": {"requestedQueryCost": 10, "actualQueryCost": 1, "throttleStatus": status}}).rate == 100


def test_number_of_shopify_that_no_database_holds():
    """It stands where a number would be that somebody else has set."""
    level = {"quantities": [{"quantity": 2**31}]}
    read = json_answer({"data": {"nodes": [{"tracked": True, "inventoryLevel": level}]}})
    stale = {"code": "CHANGE_FROM_QUANTITY_STALE", "field": ["input", "quantities", "0"], "message": "stale"}
    write = set_answer(userErrors=[stale])
    with scripted(lambda _path, body: write if "input" in body["variables"] else read) as server:
        [outcome] = adapter_for(server).push(levels_for(["a"], "here"))
    assert (type(outcome), outcome.reason) == (Rejected, NO_NUMBER)


def test_reason_of_a_rest_shop_that_is_none():
    profile = RestProfile(results="lines", result_ref="ref", result_error="why")
    with answering(lambda *_: json_answer({"lines": [{"ref": "A", "why": True}]})) as server:
        [outcome] = rest_adapter(server.url, profile).push(levels_of("A"))
    assert outcome.reason == UNSAID
