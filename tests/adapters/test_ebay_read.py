# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reading eBay's numbers: inventory items in bulk, Trading API listings with all their variations."""

import pytest

from adapter_kit import outcomes_until
from adapters.base import Unavailable
from adapters.ebay import errors
from test_ebay_kit import JSON, ebay, levels_for, offers, scripted, trading_answer

BULK, GET_ITEM = "bulkGetInventoryItem", "GetItem"


def shown_by(adapter, external_ids):
    """Numbers, or why there are none, by key."""
    found = list(adapter.read(levels_for(external_ids)))
    assert sorted(shown.key for shown in found) == list(range(len(external_ids)))
    return {shown.key: shown.quantity if shown.quantity is not None else shown.reason for shown in found}


def test_items_are_read_25_a_call_and_counted():
    with ebay() as (market, adapter):
        ids = offers(market, 60)
        assert set(shown_by(adapter, ids).values()) == {5}
        assert market.stats.operations[BULK] == 3
        assert adapter.spent == {"inventory": 3}
        assert (adapter.can_read, adapter.compares) == (True, False)


def test_listings_are_read_with_all_variations_and_counted():
    with ebay() as (market, adapter):
        whole = market.add_trading_item("T", 7, sold=3)
        varied = market.add_trading_item(variations={"X": 1, "Y": 2}, sold=4)
        ids = [f"item:{whole}", f"item:{whole}:T", *(f"item:{varied}:{sku}" for sku in ("X", "Y", "Z"))]
        shown = shown_by(adapter, ids)
        assert shown.pop(4).startswith("The listing has no variation with this SKU")
        assert shown == {0: 7, 1: 7, 2: 1, 3: 2}
        assert market.stats.operations[GET_ITEM] == 2
        assert adapter.spent == {"trading": 2}


def test_sales_are_noticed():
    with ebay() as (market, adapter):
        item, listing = *offers(market, 1), market.add_trading_item("T", 7)
        market.order("SKU-0", 2)
        market.order(listing, 3)
        assert shown_by(adapter, [item, f"item:{listing}"]) == {0: 3, 1: 4}


def test_reasons():
    with ebay() as (market, adapter):
        market.add_item("DRAFT", 6, offer=None)
        ids = ["sku:DRAFT", "sku:GONE", "item:999", "nonsense", f"sku:{'x' * 51}"]
        shown = shown_by(adapter, ids)
        assert shown.pop(2).startswith("eBay has no such listing")
        assert shown == {0: 6, 1: errors.NO_SKU, 3: errors.NOT_LINKED, 4: errors.LONG_SKU}


def row(sku, status=200, **values):
    return {"sku": sku, "statusCode": status, **values}


def item(quantity):
    return {"inventoryItem": {"availability": {"shipToLocationAvailability": {"quantity": quantity}}}}


@pytest.mark.parametrize(
    "values",
    [{}, {"inventoryItem": None}, {"inventoryItem": {"availability": {}}}, item(None), item("x"), item(True)],
    ids=repr,
)
def test_item_without_a_quantity(values):
    with scripted(lambda _request: (200, JSON, {"responses": [row("A", **values)]})) as (adapter, _sent):
        assert shown_by(adapter, ["sku:A"]) == {0: errors.NO_QUANTITY}


def test_an_item_ebay_does_not_speak_of_is_asked_for_once_more():
    answers = [[row("A", **item(3)), row("B", 500)], [row("B", **item(4))]]

    def answer(_request):
        return 207, JSON, {"responses": answers.pop(0)}

    with scripted(answer) as (adapter, sent):
        assert shown_by(adapter, ["sku:A", "sku:B"]) == {0: 3, 1: 4}
        assert b'"B"' in sent[1].body
        assert b'"A"' not in sent[1].body


def test_an_item_ebay_never_speaks_of_hides_no_other():
    def answer(request):
        rows = [row("A", **item(3))] if b'"A"' in request.body else []
        return 200, JSON, {"responses": rows}

    with scripted(answer, attempts=1) as (adapter, sent):
        seen, error = outcomes_until(adapter.read(levels_for(["sku:A", "sku:B"])), Unavailable)
    assert [(shown.key, shown.quantity) for shown in seen] == [(0, 3)]
    assert "did not say" in error.reason
    assert len(sent) == 2


def test_an_item_the_whole_call_is_refused_for_hides_no_other():
    def answer(request):
        if b"EVIL" in request.body:
            return 400, JSON, {"errors": [{"errorId": 25709, "message": "no"}]}
        return (
            200,
            JSON,
            {"responses": [row(f"S{n}", **item(n)) for n in range(9) if f'"S{n}"'.encode() in request.body]},
        )

    ids = [*(f"sku:S{n}" for n in range(5)), "sku:EVIL"]
    with scripted(answer) as (adapter, _sent):
        shown = shown_by(adapter, ids)
    assert shown.pop(5) == "eBay refuses this item: no"
    assert shown == {n: n for n in range(5)}


LISTING = "<Item><ItemID>7</ItemID>{}<SellingStatus>{}<ListingStatus>{}</ListingStatus></SellingStatus></Item>"


def read_listing(quantity, sold, status="Active"):
    body = LISTING.format(quantity, sold, status)
    with scripted(lambda _request: trading_answer("GetItem", body=body), attempts=1) as (adapter, _sent):
        return next(adapter.read(levels_for(["item:7"])))


def test_listing_that_has_ended():
    assert read_listing("<Quantity>9</Quantity>", "<QuantitySold>2</QuantitySold>", "Completed").reason == errors.ENDED


@pytest.mark.parametrize(("quantity", "sold"), [("", "<QuantitySold>2</QuantitySold>"), ("<Quantity>9</Quantity>", "")])
def test_listing_without_its_numbers_is_not_believed(quantity, sold):
    with pytest.raises(Unavailable):
        read_listing(quantity, sold)


def test_listing_that_is_refused_hides_no_other():
    def answer(request):
        if b"<ItemID>8<" in request.body:
            return trading_answer("GetItem", "Failure", (1234, "Error"))
        body = LISTING.format("<Quantity>9</Quantity>", "<QuantitySold>2</QuantitySold>", "Active")
        return trading_answer("GetItem", body=body)

    with scripted(answer) as (adapter, _sent):
        assert shown_by(adapter, ["item:8", "item:7"]) == {0: "eBay refuses this item: In eBay's words 1234", 1: 7}
