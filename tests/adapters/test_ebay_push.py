# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publishing quantities of inventory items: against the stand-in eBay, or made-up answers where it is never odd."""

import json
from datetime import datetime

import pytest

from adapter_kit import outcomes_until
from adapters.base import Acknowledged, Deferred, Level, Refused, Rejected, Unavailable
from test_ebay_kit import JSON, ebay, levels_for, offers, push, scripted

# SKUs that have broken other programs.
ODD_SKUS = ["a b", "a/b", "a\\b", 'a"b', "a'b", "a:b", "a&b<c>", "عربي", "😀", "ü" * 50]


def requests_of(request):
    return json.loads(request.body)["requests"]


def test_1000_items_in_40_calls():
    with ebay(parallel=8) as (market, adapter):
        ids = offers(market, 1000)
        list(adapter.push([]))
        outcomes = push(adapter, ids)
        assert all(isinstance(one, Acknowledged) and one.quantity == 8 and one.request_id for one in outcomes)
        assert {market.buyer_quantity(f"SKU-{n}") for n in range(1000)} == {8}
        assert adapter.spent == {"inventory": 40}
        assert adapter.calls == 41  # one for the token


@pytest.mark.parametrize("quantity", [0, 1, 999_999_999])
@pytest.mark.parametrize("sku", ODD_SKUS)
def test_any_sku_and_quantity(sku, quantity):
    with ebay() as (market, adapter):
        offer = market.add_item(sku, 5)
        (outcome,) = push(adapter, [f"offer:{offer}:{sku}"], quantity)
        assert isinstance(outcome, Acknowledged)
        assert market.buyer_quantity(sku) == quantity


def test_one_refused_amid_24_good_ones():
    with ebay() as (market, adapter):
        ids = offers(market, 24)
        outcomes = push(adapter, [*ids[:12], "offer:9:GONE", *ids[12:]])
        assert [n for n, one in enumerate(outcomes) if not isinstance(one, Acknowledged)] == [12]
        assert isinstance(outcomes[12], Rejected)
        assert outcomes[12].code == "25710"
        assert "Link the listing again" in outcomes[12].reason
        assert adapter.spent["inventory"] == 1


def test_an_item_without_an_offer_gets_its_number_too():
    with ebay() as (market, adapter):
        market.add_item("LATER", 5, offer="UNPUBLISHED")
        (outcome,) = push(adapter, ["sku:LATER"])
        assert isinstance(outcome, Acknowledged)
        assert market.level("LATER") == 8


def test_both_sites_of_an_item_get_the_number():
    with ebay() as (market, adapter):
        first = market.add_item("SKU", 5)
        second = market.add_offer("SKU", 3, marketplace_id="EBAY_DE")
        (outcome,) = push(adapter, [f"offer:{first},{second}:SKU"])
        assert isinstance(outcome, Acknowledged)
        assert {offer.available for offer in market.offers.values()} == {8}


@pytest.mark.parametrize(
    "external_id", [f"offer:1:{'x' * 51}", f"sku:{'x' * 255}", "item:1:a\x01b", "", "gid://shopify/1"]
)
def test_what_cannot_be_sent_is_rejected_without_a_call(external_id):
    with ebay() as (market, adapter):
        (outcome,) = push(adapter, [external_id])
        assert isinstance(outcome, Rejected)
        assert outcome.reason
        assert market.stats.requests == adapter.calls == 0


def test_two_numbers_for_one_sku_are_never_on_their_way_together():
    with ebay() as (market, adapter):
        (external_id,) = offers(market, 1)
        outcomes = list(adapter.push([Level("a", external_id, "default", 1), Level("b", "sku:SKU-0", "default", 2)]))
        by_key = {one.key: one for one in outcomes}
        assert isinstance(by_key["a"], Acknowledged)
        assert isinstance(by_key["b"], Rejected)
        assert "archive one" in by_key["b"].reason
        assert market.buyer_quantity("SKU-0") == 1


def test_suspects_travel_apart_and_last():
    with ebay(parallel=1) as (market, adapter):
        ids = offers(market, 6)
        levels = [Level(n, one, "default", 8, suspect=n in (0, 3)) for n, one in enumerate(ids)]
        assert all(isinstance(one, Acknowledged) for one in adapter.push(levels))
        assert [write.sku for write in market.writes] == [f"SKU-{n}" for n in (1, 2, 4, 5, 0, 3)]
        assert adapter.spent["inventory"] == 2


# === HOW MANY ENTRIES A CALL TAKES === #


def test_one_by_one_once_eBay_refuses_more():  # noqa: N802
    with ebay(parallel=1) as (market, adapter):
        market.largest_batch = 1
        ids = offers(market, 60)
        outcomes = push(adapter, ids)
        assert all(isinstance(one, Acknowledged) for one in outcomes)
        # Three batches were cut before it was known, of which two or three were sent; then two rows to be sure of it,
        # and what a thread had at hand meanwhile. Who does not learn halves each batch down to its rows: 60 more.
        assert adapter.spent["inventory"] <= 60 + 10
        assert adapter.allowance_of(levels_for(ids)[0]) == ("inventory", 1)
        before = adapter.spent["inventory"]
        push(adapter, ids[:10], 9)
        assert adapter.spent["inventory"] - before == 10


def test_eBays_own_word_for_too_many_is_believed_at_once():  # noqa: N802
    def answer(request):
        rows = requests_of(request)
        if len(rows) > 1:
            return 400, JSON, {"errors": [{"errorId": 25712, "message": "Invalid request size."}]}
        offer = rows[0]["offers"][0]["offerId"]
        return 200, JSON, {"responses": [{"statusCode": 200, "sku": rows[0]["sku"], "offerId": offer}]}

    with scripted(answer, parallel=1) as (adapter, sent):
        outcomes = push(adapter, [f"offer:{n}:S{n}" for n in range(1, 26)])
        assert all(isinstance(one, Acknowledged) for one in outcomes)
        assert len(sent) == 26
        assert adapter.allowance_of(levels_for(["sku:S"])[0]) == ("inventory", 1)


def test_a_bad_entry_that_spoils_the_request_does_not_make_batches_small():
    def answer(request):
        rows = requests_of(request)
        if any(row["sku"] == "S3" for row in rows):
            return 400, JSON, {"errors": [{"errorId": 25709, "message": "Invalid value for sku."}]}
        return 200, JSON, {"responses": [{"statusCode": 200, "sku": row["sku"]} for row in rows]}

    with scripted(answer) as (adapter, _sent):
        outcomes = push(adapter, [f"sku:S{n}" for n in range(25)])
        assert [n for n, one in enumerate(outcomes) if isinstance(one, Rejected)] == [3]
        assert outcomes[3].code == "25709"
        assert adapter.allowance_of(levels_for(["sku:S"])[0]) == ("inventory", 25)


# === WHAT AN ANSWER SAYS OF AN ENTRY === #


def test_an_entry_that_is_not_spoken_of_is_asked_once_more_and_not_acknowledged():
    def answer(request):
        rows = requests_of(request)
        entries = [{"statusCode": 200, "sku": row["sku"], "offerId": "1"} for row in rows if row["sku"] != "B"]
        return 207, JSON, {"responses": entries}

    with scripted(answer) as (adapter, sent):
        seen, error = outcomes_until(adapter.push(levels_for(["offer:1:A", "offer:2:B"])), Unavailable)
        assert [one.key for one in seen] == [0]
        assert error.retry_after is None
        assert [[row["sku"] for row in requests_of(request)] for request in sent] == [["A", "B"], ["B"]]


def test_an_item_is_not_acknowledged_while_one_of_its_offers_is_missing():
    with scripted(lambda _request: (200, JSON, {"responses": [{"statusCode": 200, "sku": "A", "offerId": "1"}]})) as (
        adapter,
        _sent,
    ):
        seen, _error = outcomes_until(adapter.push(levels_for(["offer:1,2:A"])), Unavailable)
        assert seen == []


def test_a_refused_offer_is_found_by_its_id_alone():
    entries = [{"statusCode": 400, "offerId": "1", "errors": [{"errorId": 25604, "message": "Offer not found"}]}]
    with scripted(lambda _request: (400, JSON, {"responses": entries})) as (adapter, _sent):
        (outcome,) = push(adapter, ["offer:1:A"])
        assert (type(outcome), outcome.code) == (Rejected, "25604")


def test_warnings_are_no_refusal():
    entries = [{"statusCode": 200, "sku": "A", "warnings": [{"errorId": 25401, "message": "Invalid listing options"}]}]
    with scripted(lambda _request: (200, JSON, {"responses": entries})) as (adapter, _sent):
        assert isinstance(push(adapter, ["sku:A"])[0], Acknowledged)


@pytest.mark.parametrize("error_id", [25001, 25025])
def test_a_passing_trouble_of_one_entry_is_tried_again_alone(error_id):
    with ebay() as (market, adapter):
        ids = offers(market, 25)
        market.trouble("SKU-7", error_id)
        assert all(isinstance(one, Acknowledged) for one in push(adapter, ids))
        assert adapter.spent["inventory"] == 2
        assert len(market.writes) == 25


def test_a_passing_trouble_that_stays_leaves_the_entry_without_an_outcome():
    with ebay() as (market, adapter):
        ids = offers(market, 25)
        market.trouble("SKU-7", 25001, times=9)
        seen, _error = outcomes_until(adapter.push(levels_for(ids)), Unavailable)
        assert sorted(one.key for one in seen) == [n for n in range(25) if n != 7]


@pytest.mark.parametrize("kind", ["25001", "25025", "500", "503", "reset", "html", "truncated", "empty", "wrong_type"])
def test_trouble_of_a_whole_call_is_tried_again_by_the_layer_below(kind):
    with ebay() as (market, adapter):
        ids = offers(market, 25)
        market.fault(kind, times=2, on="inventory")
        assert all(isinstance(one, Acknowledged) for one in push(adapter, ids))


# === ZERO === #


def zero_answers(available):
    refusal = {"errorId": 25004, "message": "quantity must be a valid number greater than 0"}

    def answer(request):
        if request.method == "POST":
            entry = {"statusCode": 400, "sku": "A", "offerId": "1", "errors": [refusal]}
            return 400, JSON, {"responses": [entry]}
        offer = {"offerId": "1", "status": "PUBLISHED", "availableQuantity": available, "listing": {"listingId": "2"}}
        return 200, JSON, {"offers": [offer]}

    return answer


def test_a_refused_zero_that_was_stored_is_acknowledged():
    with scripted(zero_answers(0)) as (adapter, sent):
        assert push(adapter, ["offer:1:A"], 0) == [Acknowledged(0, 0)]
        assert len(sent) == 2


def test_a_refused_zero_that_was_not_stored_names_the_setting():
    with scripted(zero_answers(5)) as (adapter, _sent):
        (outcome,) = push(adapter, ["offer:1:A"], 0)
        assert isinstance(outcome, Rejected)
        assert "out-of-stock control" in outcome.reason


def test_another_refused_number_is_not_looked_at():
    with scripted(zero_answers(0)) as (adapter, sent):
        assert isinstance(push(adapter, ["offer:1:A"], 3)[0], Rejected)
        assert len(sent) == 1


# === LIMITS AND PERMISSIONS === #


@pytest.mark.parametrize(
    "fault",
    [
        {"errorId": 21919165, "message": "revised too often"},
        {"errorId": 25002, "message": "User error.", "parameters": [{"name": "code", "value": "21919165"}]},
    ],
)
def test_a_listing_revised_too_often_waits_for_tomorrow(fault):
    noon = datetime.fromisoformat("2026-11-21T20:00:00+00:00").timestamp()
    entries = [{"statusCode": 400, "sku": "A", "errors": [fault]}, {"statusCode": 200, "sku": "B"}]
    answer = 207, JSON, {"responses": entries}
    with scripted(lambda _request: answer, adapter={"clock": lambda: noon}) as (adapter, _sent):
        deferred, accepted = push(adapter, ["sku:A", "sku:B"])
        assert isinstance(accepted, Acknowledged)
        assert isinstance(deferred, Deferred)
        assert deferred.until == datetime.fromisoformat("2026-11-22T08:00")


def test_an_expired_token_is_renewed_once():
    with ebay() as (market, adapter):
        ids = offers(market, 200)
        push(adapter, ids, 6)
        market.oauth.expire(None)
        assert all(isinstance(one, Acknowledged) for one in push(adapter, ids, 7))
        assert market.stats.calls["token"] == 2


def test_a_missing_permission_stops_the_push():
    denied = {"errors": [{"errorId": 1100, "message": "Access denied"}]}
    with scripted(lambda _request: (403, JSON, denied)) as (adapter, sent):
        seen, error = outcomes_until(adapter.push(levels_for(["sku:A"])), Refused)
        assert seen == []
        assert "Connect eBay" in error.reason
        assert len(sent) == 1


def test_a_wrong_address_is_named():
    with scripted(lambda _request: (404, {"Content-Type": "text/html"}, b"<p>no</p>")) as (adapter, _sent):
        _seen, error = outcomes_until(adapter.push(levels_for(["sku:A"])), Refused)
        assert "address" in error.reason
