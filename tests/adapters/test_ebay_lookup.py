# SPDX-License-Identifier: LGPL-3.0-or-later
"""Finding what the seller has: by SKU, and by the item number entered on a product."""

import json

import pytest

from adapter_kit import outcomes_until
from adapters.base import RemoteItem, RemoteLocation, Unavailable
from test_ebay_kit import JSON, ebay, push, scripted, trading_answer

ODD_SKUS = ["a b", "a/b", 'a"b', "a'b", "a:b", "a&b", "a+b", "a%20b", "عربي", "😀", "x" * 50]


def test_300_skus_in_12_calls_and_one_for_each_that_is_there():
    with ebay(parallel=8) as (market, adapter):
        market.add_items([f"SKU-{n}" for n in range(40)], 5)
        found = list(adapter.find([f"SKU-{n}" for n in range(300)]))
        assert sorted(item.sku for item in found) == sorted(f"SKU-{n}" for n in range(40))
        by_sku = {offer.item.sku: offer for offer in market.offers.values()}
        for item in found:
            offer = by_sku[item.sku]
            assert item == RemoteItem(f"offer:{offer.id}:{item.sku}", item.sku, True, offer.listing_id)
        assert adapter.spent == {"inventory": 12 + 40}


def test_odd_skus_are_found_to_the_letter():
    with ebay() as (market, adapter):
        market.add_items(ODD_SKUS, 5)
        asked = [*ODD_SKUS, "A B", "", " ", "y" * 51, "z" * 255]
        assert sorted(item.sku for item in adapter.find(asked)) == sorted(ODD_SKUS)


def test_what_is_found_can_be_pushed():
    with ebay() as (market, adapter):
        market.add_items(ODD_SKUS, 5)
        item_id = market.add_trading_item(variations={"RED:1": 1, "BLUE": 2})
        found = list(adapter.find(ODD_SKUS, {item_id: "BLUE"}))
        assert len(found) == len(ODD_SKUS) + 2
        push(adapter, [item.external_id for item in found])
        assert {market.buyer_quantity(item.sku) for item in found} == {8}


def test_an_unpublished_offer_is_found_without_an_item_number():
    with ebay() as (market, adapter):
        market.add_item("DRAFT", 5, offer="UNPUBLISHED")
        market.add_item("BARE", 5, offer=None)
        found = adapter.find(["DRAFT", "BARE"])
        assert {item.sku: item for item in found} == {
            "DRAFT": RemoteItem("sku:DRAFT", "DRAFT"),
            "BARE": RemoteItem("sku:BARE", "BARE"),
        }


def test_an_item_on_two_sites_is_one_item():
    with ebay() as (market, adapter):
        first = market.add_item("SKU", 5)
        second = market.add_offer("SKU", 5, marketplace_id="EBAY_DE")
        listing_id = market.offers[second].listing_id
        assert list(adapter.find(["SKU"])) == [
            RemoteItem(f"offer:{first},{second}:SKU", "SKU", item_id=market.offers[first].listing_id)
        ]
        # Known by the number that was entered, and not asked for again.
        (item,) = adapter.find([], {listing_id: "SKU"})
        assert item.item_id == listing_id
        assert "trading" not in adapter.spent


def test_an_entered_number_without_an_offer_is_a_trading_listing():
    with ebay() as (market, adapter):
        single = market.add_trading_item("OLD", 3)
        several = market.add_trading_item(variations={"RED": 1, "BLUE": 2})
        found = adapter.find([], {single: "OTHER", several: "RED"})
        assert sorted(found, key=lambda item: item.external_id) == [
            RemoteItem(f"item:{single}", "OLD", item_id=single),
            RemoteItem(f"item:{several}:BLUE", "BLUE", item_id=several),
            RemoteItem(f"item:{several}:RED", "RED", item_id=several),
        ]


def test_a_trading_listing_outdoes_an_inventory_item_nobody_can_buy():
    with ebay() as (market, adapter):
        market.add_item("SKU", 5, offer=None)
        item_id = market.add_trading_item("SKU", 3)
        assert [item.external_id for item in adapter.find([], {item_id: "SKU"})] == [f"item:{item_id}"]


@pytest.mark.parametrize("number", ["1", "no number", "", "１２"])
def test_an_entered_number_that_leads_nowhere_finds_nothing(number):
    with ebay() as (_market, adapter):
        assert list(adapter.find([], {number: ""})) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<Item><ItemID>1</ItemID><SellingStatus><ListingStatus>Ended</ListingStatus></SellingStatus></Item>", []),
        ("<Item><ItemID>1</ItemID><ListingType>Chinese</ListingType></Item>", [RemoteItem("item:1", "", False, "1")]),
        ("<Item><ItemID>1</ItemID><Variations><Variation/></Variations></Item>", []),
    ],
)
def test_listings_whose_number_cannot_be_kept(body, found):
    with scripted(lambda _request: trading_answer("GetItem", body=body)) as (adapter, _sent):
        assert list(adapter.find([], {"1": ""})) == found


def test_auctions_are_left_out():
    def answer(request):
        if request.method == "POST":
            return 200, JSON, {"responses": [{"sku": "A", "statusCode": 200}]}
        rows = [
            {"offerId": "1", "status": "PUBLISHED", "format": "AUCTION"},
            {"offerId": "2", "status": "PUBLISHED", "format": "FIXED_PRICE", "listing": {"listingId": "3"}},
        ]
        return 200, JSON, {"offers": rows}

    with scripted(answer) as (adapter, _sent):
        assert list(adapter.find(["A"])) == [RemoteItem("offer:2:A", "A", item_id="3")]


@pytest.mark.parametrize("status", [500, None, "200"])
def test_a_sku_eBay_says_nothing_of_is_not_taken_for_unknown(status):  # noqa: N802
    rows = [{"sku": "A", "statusCode": status}] if status else []
    with scripted(lambda _request: (207, JSON, {"responses": rows})) as (adapter, _sent):
        seen, _error = outcomes_until(adapter.find(["A"]), Unavailable)
        assert seen == []


def test_one_sku_that_spoils_the_search_does_not_hide_the_others():
    def answer(request):
        if request.method == "GET":
            return 404, JSON, {"errors": [{"errorId": 25713}]}
        skus = [row["sku"] for row in json.loads(request.body)["requests"]]
        if "BAD" in skus:
            return 400, JSON, {"errors": [{"errorId": 25707, "message": "Invalid sku"}]}
        return 200, JSON, {"responses": [{"sku": sku, "statusCode": 200} for sku in skus]}

    with scripted(answer) as (adapter, _sent):
        found = adapter.find(["A", "BAD", "B", "C"])
        assert sorted(item.external_id for item in found) == ["sku:A", "sku:B", "sku:C"]


def test_one_location():
    with ebay() as (_market, adapter):
        assert adapter.locations() == [RemoteLocation("default", "eBay")]
        assert adapter.calls == 0
