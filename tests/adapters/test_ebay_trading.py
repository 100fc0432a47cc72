# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publishing quantities of listings that only the Trading API can change."""

from datetime import datetime

import pytest
from lxml import etree

from adapter_kit import outcomes_until
from adapters.base import Acknowledged, Deferred, Rejected, Unauthorized, Unavailable
from test_ebay_kit import XML, ebay, levels_for, offers, push, scripted, trading_answer

SKUS = ["a b", "a/b", 'a"b', "a'b", "a&b<c>", "]]>", "عربي", "😀", "a:b"]


def call_of(request):
    return request.headers["X-EBAY-API-CALL-NAME"]


def rows_of(request):
    """The (ItemID, SKU, Quantity) a ReviseInventoryStatus carries."""
    root = etree.fromstring(request.body)
    names = ("ItemID", "SKU", "Quantity")
    return [tuple(row.findtext(f"{{*}}{name}") for name in names) for row in root.iterfind("{*}InventoryStatus")]


def test_four_a_call():
    with ebay() as (market, adapter):
        ids = [f"item:{market.add_trading_item(f'T-{n}', 5)}" for n in range(10)]
        assert all(isinstance(one, Acknowledged) for one in push(adapter, ids))
        assert {market.level(f"T-{n}") for n in range(10)} == {8}
        assert adapter.spent == {"trading": 3}
        assert adapter.allowance_of(levels_for(ids)[0]) == ("trading", 4)


def test_variations_of_a_listing_go_by_their_sku():
    with ebay() as (market, adapter):
        item_id = market.add_trading_item(variations=dict.fromkeys(SKUS, 1))
        outcomes = push(adapter, [f"item:{item_id}:{sku}" for sku in SKUS], 999_999_999)
        assert all(isinstance(one, Acknowledged) for one in outcomes)
        assert {market.level(sku) for sku in SKUS} == {999_999_999}


def test_each_listing_goes_where_it_was_made():
    with ebay() as (market, adapter):
        ids = [*offers(market, 2), f"item:{market.add_trading_item('OLD', 5)}"]
        assert all(isinstance(one, Acknowledged) for one in push(adapter, ids))
        assert {write.api for write in market.writes} == {"inventory", "trading"}
        assert adapter.spent == {"inventory": 1, "trading": 1}


def test_the_number_eBay_has_already_is_a_warning_and_acknowledged():  # noqa: N802
    with ebay() as (market, adapter):
        (outcome,) = push(adapter, [f"item:{market.add_trading_item('OLD', 8)}"])
        assert isinstance(outcome, Acknowledged)
        assert market.writes == []


def test_one_refused_amid_three_good_ones():
    with ebay() as (market, adapter):
        ids = [f"item:{market.add_trading_item(f'T-{n}', 5)}" for n in range(3)]
        outcomes = push(adapter, [*ids, "item:1"])
        assert all(isinstance(one, Acknowledged) for one in outcomes[:3])
        assert isinstance(outcomes[3], Rejected)
        assert outcomes[3].code == "17"
        assert len(market.writes) == 3
        assert adapter.spent == {"trading": 2}


def test_what_a_partial_failure_does_not_name_as_done_is_sent_again_alone():
    done = "<InventoryStatus><ItemID>1</ItemID><SKU/></InventoryStatus>"

    def answer(request):
        if len(rows_of(request)) > 1:
            return trading_answer("ReviseInventoryStatus", "PartialFailure", ("291", "Error"), body=done)
        if rows_of(request)[0][0] == "2":
            return trading_answer("ReviseInventoryStatus", "Failure", ("291", "Error"))
        return trading_answer("ReviseInventoryStatus")

    with scripted(answer) as (adapter, sent):
        outcomes = push(adapter, ["item:1", "item:2", "item:3"])
        assert [type(one) for one in outcomes] == [Acknowledged, Rejected, Acknowledged]
        assert "ended" in outcomes[1].reason
        assert sorted(len(rows_of(request)) for request in sent) == [1, 1, 3]


def test_what_an_error_names_is_not_believed_to_be_done():
    """A listing among those revised, and yet the parameter of an error."""
    body = (
        "<InventoryStatus><ItemID>1</ItemID></InventoryStatus><InventoryStatus><ItemID>2</ItemID></InventoryStatus>"
        "<Errors><ErrorCode>1</ErrorCode><SeverityCode>Error</SeverityCode>"
        "<ErrorParameters><Value>2</Value></ErrorParameters></Errors>"
    )

    def answer(request):
        if len(rows_of(request)) == 2:
            return trading_answer("ReviseInventoryStatus", "PartialFailure", body=body)
        return trading_answer("ReviseInventoryStatus", "Failure", ("1", "Error"))

    with scripted(answer) as (adapter, _sent):
        outcomes = push(adapter, ["item:1", "item:2"])
        assert [type(one) for one in outcomes] == [Acknowledged, Rejected]
        assert outcomes[1].reason == "eBay refuses this item: In eBay's words 1"


def test_a_listing_of_the_inventory_api_says_so():
    with ebay() as (market, adapter):
        market.add_item("SKU", 5)
        (listing_id,) = market.live
        (outcome,) = push(adapter, [f"item:{listing_id}"])
        assert (type(outcome), outcome.code) == (Rejected, "21919474")
        assert "found by its SKU" in outcome.reason


# === VARIATIONS THAT REVISEINVENTORYSTATUS DOES NOT FIND === #


def test_a_variation_eBay_removed_at_zero_is_explained():  # noqa: N802
    with ebay() as (market, adapter):
        market.out_of_stock_control = False
        item_id = market.add_trading_item(variations={"RED": 5, "BLUE": 5})
        assert isinstance(push(adapter, [f"item:{item_id}:RED"], 0)[0], Acknowledged)
        (outcome,) = push(adapter, [f"item:{item_id}:RED"], 3)
        assert (type(outcome), outcome.code) == (Rejected, "21916799")
        assert "add it to the listing again" in outcome.reason
        assert "ReviseFixedPriceItem" not in market.stats.operations


def test_a_variation_that_is_there_all_the_same_is_named_by_its_specifics():
    variation = (
        "<Item><ItemID>1</ItemID><Variations><Variation><SKU>RED</SKU><VariationSpecifics><NameValueList>"
        "<Name>Colour</Name><Value>Red</Value></NameValueList></VariationSpecifics></Variation></Variations></Item>"
    )

    def answer(request):
        call = call_of(request)
        if call == "ReviseInventoryStatus":
            return trading_answer(call, "Failure", ("21916799", "Error"))
        return trading_answer(call, "Success", body=variation if call == "GetItem" else "")

    with scripted(answer) as (adapter, sent):
        (outcome,) = push(adapter, ["item:1:RED"])
        assert isinstance(outcome, Acknowledged)
        assert [call_of(request) for request in sent] == ["ReviseInventoryStatus", "GetItem", "ReviseFixedPriceItem"]
        found = etree.fromstring(sent[-1].body).find("{*}Item")
        assert found.findtext("{*}ItemID") == "1"
        assert [child.tag.partition("}")[2] for child in found.find("{*}Variations/{*}Variation")] == [
            "SKU",
            "Quantity",
            "VariationSpecifics",
        ]
        assert found.findtext(".//{*}NameValueList/{*}Value") == "Red"


def test_zero_where_the_seller_has_not_switched_on_out_of_stock_control():
    with ebay() as (market, adapter):
        market.out_of_stock_control = False
        (outcome,) = push(adapter, [f"item:{market.add_trading_item('OLD', 5)}"], 0)
        assert isinstance(outcome, Rejected)
        assert "out-of-stock control" in outcome.reason


# === TOKENS AND LIMITS, WHICH TRADING SPEAKS OF WITH HTTP 200 === #


@pytest.mark.parametrize("code", ["931", "932", "17470", "21916984", "21917053"])
def test_a_refused_token_without_a_way_to_renew_it_stops_the_account(code):
    with scripted(lambda _r: trading_answer("ReviseInventoryStatus", "Failure", (code, "Error"))) as (adapter, sent):
        seen, error = outcomes_until(adapter.push(levels_for(["item:1"])), Unauthorized)
        assert seen == []
        assert "Connect eBay" in error.reason
        assert len(sent) == 1


def test_an_expired_token_is_renewed_once():
    with ebay() as (market, adapter):
        ids = [f"item:{market.add_trading_item('OLD', 5)}"]
        push(adapter, ids, 6)
        market.oauth.expire(None)
        assert isinstance(push(adapter, ids, 7)[0], Acknowledged)
        assert market.stats.calls["token"] == 2


def test_a_passing_trouble_is_tried_again():
    answers = [("Failure", ("10007", "Error")), ("Success",)]
    with scripted(lambda _r: trading_answer("ReviseInventoryStatus", *answers.pop(0))) as (adapter, sent):
        assert isinstance(push(adapter, ["item:1"])[0], Acknowledged)
        assert len(sent) == 2


@pytest.mark.parametrize("kind", ["25001", "500", "503", "reset", "html", "truncated", "empty", "wrong_type"])
def test_trouble_of_a_whole_call_is_tried_again_by_the_layer_below(kind):
    with ebay() as (market, adapter):
        fault = market.fault(kind, times=2, on="trading")
        ids = [f"item:{market.add_trading_item(f'T-{n}', 5)}" for n in range(4)]
        assert all(isinstance(one, Acknowledged) for one in push(adapter, ids))
        assert adapter.spent == {"trading": 3}
        assert fault not in market.faults


def test_a_passing_trouble_of_one_listing_does_not_hold_up_the_others():
    def answer(request):
        rows = rows_of(request)
        if [row[0] for row in rows] == ["2"]:
            return trading_answer("ReviseInventoryStatus", "Failure", ("10007", "Error"))
        done = "".join(f"<InventoryStatus><ItemID>{row[0]}</ItemID></InventoryStatus>" for row in rows if row[0] != "2")
        trouble = [("10007", "Error")] if len(rows) > 1 else []
        return trading_answer("ReviseInventoryStatus", "PartialFailure" if trouble else "Success", *trouble, body=done)

    with scripted(answer) as (adapter, _sent):
        seen, _error = outcomes_until(adapter.push(levels_for(["item:1", "item:2", "item:3"])), Unavailable)
        assert sorted(one.key for one in seen) == [0, 2]


def test_a_listing_revised_too_often_waits_for_tomorrow():
    summer = datetime.fromisoformat("2027-07-01T06:59:00+00:00").timestamp()
    failure = trading_answer("ReviseInventoryStatus", "Failure", ("21919165", "Error"))
    with scripted(lambda _request: failure, adapter={"clock": lambda: summer}) as (adapter, _sent):
        (outcome,) = push(adapter, ["item:1"])
        assert isinstance(outcome, Deferred)
        assert outcome.until == datetime.fromisoformat("2027-07-01T07:00")


def test_the_stand_ins_limit_of_revisions():
    with ebay() as (market, adapter):
        market.revisions_a_day = 1
        ids = [f"item:{market.add_trading_item(f'T-{n}', 5)}" for n in range(3)]
        push(adapter, ids[:1], 6)
        outcomes = push(adapter, ids, 7)
        assert [type(one) for one in outcomes] == [Deferred, Acknowledged, Acknowledged]


def test_too_many_calls_within_seconds_waits_for_the_block_to_end():
    answers = [("Failure", ("21919144", "Error")), ("Success",)]
    slept = []
    script = scripted(
        lambda _r: trading_answer("ReviseInventoryStatus", *answers.pop(0)),
        adapter={"sleep": slept.append, "clock": lambda: 1e9},
        max_wait=20.0,
    )
    with script as (adapter, _sent):
        assert isinstance(push(adapter, ["item:1"])[0], Acknowledged)
        assert slept
        assert min(slept) >= 15


def test_nothing_outside_an_answer_is_read():
    bomb = (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        '<GetItemResponse xmlns="urn:ebay:apis:eBLBaseComponents"><Ack>Success</Ack><Item><ItemID>1</ItemID>'
        "<SKU>&a;</SKU></Item></GetItemResponse>"
    )
    with scripted(lambda _request: (200, XML, bomb.encode()), attempts=1) as (adapter, _sent):
        seen, _error = outcomes_until(adapter.find([], {"1": ""}), Unavailable)
        assert seen == []


def test_the_headers_of_a_call():
    with scripted(lambda _r: trading_answer("ReviseInventoryStatus"), options={"site_id": "77"}) as (adapter, sent):
        push(adapter, ["item:1:RED"])
        headers = sent[0].headers
        assert sent[0].url == "https://api.ebay.com/ws/api.dll"
        assert headers["X-EBAY-API-IAF-TOKEN"] == "t" * 20
        assert headers["X-EBAY-API-SITEID"] == "77"
        assert headers["X-EBAY-API-COMPATIBILITY-LEVEL"].isdigit()
        assert "Authorization" not in headers
        assert rows_of(sent[0]) == [("1", "RED", "8")]
