# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sandbox eBay's Trading API: revisions, reading, refusals. Raw requests, no adapter."""

import pytest

from ebay_wire import Answer, fields


@pytest.fixture
def item(ebay):
    return ebay.add_trading_item("T", 5, sold=2)


@pytest.fixture
def shirt(ebay):
    return ebay.add_trading_item("SHIRT", variations={"S": 1, "M": 2})


def get(wire, item_id):
    return Answer(wire.trade("GetItem", fields({"ItemID": item_id})))


def fixed(wire, item_id, rest):
    body = f"<Item><ItemID>{item_id}</ItemID>{rest}</Item>"
    return Answer(wire.trade("ReviseFixedPriceItem", body))


def variation(**values):
    return f"<Variation>{fields(values)}</Variation>"


def test_available_quantities_are_set(ebay, ebay_wire, item, shirt):
    answer = ebay_wire.revise({"ItemID": item, "Quantity": 9}, {"ItemID": shirt, "SKU": "M", "Quantity": 0})
    assert (answer.ack, answer.errors) == ("Success", [])
    assert [row["ItemID"] for row in answer.done] == [item, shirt]
    assert (ebay.level(item), ebay.level("S"), ebay.level("M"), ebay.buyer_quantity("M")) == (9, 1, 0, 0)
    writes = [(row.item, row.sku, row.from_quantity, row.to_quantity, row.api) for row in ebay.writes]
    assert writes == [(item, "T", 5, 9, "trading"), (shirt, "M", 2, 0, "trading")]


def test_getitem_counts_what_was_sold(ebay, ebay_wire, item):
    ebay_wire.revise({"ItemID": item, "Quantity": 9})
    ebay.order(item, 3)
    answer = get(ebay_wire, item)
    assert (answer.text("Item/Quantity"), answer.text("Item/SellingStatus/QuantitySold")) == ("11", "5")
    assert (answer.text("Item/SKU"), answer.text("Item/ListingType")) == ("T", "FixedPriceItem")
    assert ebay.level(item) == 6


def test_getitem_of_variations_and_of_an_offer(ebay, ebay_wire, shirt):
    answer = get(ebay_wire, shirt)
    assert answer.text("Item/Variations/Variation/SKU") == "S"
    assert (answer.text("Item/Variations/Variation/Quantity"), answer.text("Item/Quantity")) == ("1", "3")
    offer = ebay.offers[ebay.add_item("A", 4)]
    assert get(ebay_wire, offer.listing_id).text("Item/Quantity") == "4"
    assert get(ebay_wire, "1").errors == [(17, ["1"])]


def test_some_are_refused(ebay, ebay_wire, item):
    answer = ebay_wire.revise({"ItemID": item, "Quantity": 9}, {"ItemID": "404", "SKU": "X", "Quantity": 1})
    assert (answer.ack, answer.errors) == ("PartialFailure", [(17, ["404", "X"])])
    assert [row["ItemID"] for row in answer.done] == [item]
    assert ebay.level(item) == 9
    answer = ebay_wire.revise({"ItemID": "404", "Quantity": 1})
    assert (answer.ack, answer.done) == ("Failure", [])


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ({"ItemID": "{item}", "Quantity": -1}, 515),
        ({"ItemID": "{item}", "Quantity": "1.5"}, 515),
        ({"ItemID": "{item}", "Quantity": 2**31}, 515),
        ({"ItemID": "{item}", "Quantity": ""}, 515),
        ({"ItemID": "{item}"}, 37),
        ({"ItemID": "{item}", "StartPrice": "x"}, 37),
        ({"ItemID": "{item}", "SKU": "X", "Quantity": 1}, 21916799),
        ({"ItemID": "{shirt}", "Quantity": 1}, 21916799),
        ({"SKU": "T", "Quantity": 1}, 21676),
        ({"ItemID": "{item}", "Quantity": 1, "Title": "New"}, 37),
        ({"ItemID": "{listing}", "Quantity": 1}, 21919474),
    ],
)
def test_refusals(ebay, ebay_wire, item, shirt, row, number):
    names = {"item": item, "shirt": shirt, "listing": ebay.offers[ebay.add_item("A", 4)].listing_id}
    answer = ebay_wire.revise({name: str(value).format(**names) for name, value in row.items()})
    assert (answer.ack, [error[0] for error in answer.errors]) == ("Failure", [number])
    assert (ebay.writes, ebay.level(item), ebay.level("A")) == ([], 5, 4)


def test_four_in_a_call(ebay, ebay_wire):
    items = [ebay.add_trading_item(quantity=1) for _item in range(5)]
    rows = [{"ItemID": item, "Quantity": 2} for item in items]
    assert ebay_wire.revise(*rows).errors == [(37, ["InventoryStatus"])]
    assert ebay_wire.revise().errors == [(37, ["InventoryStatus"])]
    assert ebay.writes == []
    assert ebay_wire.revise(*rows[:4]).ack == "Success"
    assert [ebay.level(item) for item in items] == [2, 2, 2, 2, 1]


def test_equal_numbers_change_nothing(ebay, ebay_wire, item):
    answer = ebay_wire.revise({"ItemID": item, "Quantity": 5})
    assert (answer.ack, answer.errors, len(answer.done)) == ("Warning", [(21917092, [item])], 1)
    answer = ebay_wire.revise({"ItemID": item, "Quantity": 5, "StartPrice": "10.00"})
    assert (answer.errors, ebay.writes) == ([(21917091, [item])], [])


def test_without_out_of_stock_control(ebay, ebay_wire, item, shirt):
    ebay.change(out_of_stock_control=False)
    assert ebay_wire.revise({"ItemID": item, "Quantity": 0}).errors == [(515, [item, "T"])]
    answer = ebay_wire.revise({"ItemID": shirt, "SKU": "S", "Quantity": 0})
    assert (answer.ack, answer.errors) == ("Warning", [(21916620, [shirt, "S"])])
    assert ebay_wire.revise({"ItemID": shirt, "SKU": "S", "Quantity": 3}).errors == [(21916799, [shirt, "S"])]


def test_a_fixed_price_item_is_revised(ebay, ebay_wire, item):
    answer = fixed(ebay_wire, item, "<Quantity>8</Quantity><StartPrice>12.00</StartPrice>")
    assert (answer.ack, answer.text("ItemID"), ebay.level(item)) == ("Success", item, 8)


def test_its_variations_are_revised_together_or_not_at_all(ebay, ebay_wire, shirt):
    both = variation(SKU="S", Quantity=7) + variation(SKU="M", Quantity=8)
    answer = fixed(ebay_wire, shirt, f"<Variations>{both}</Variations>")
    assert (answer.ack, ebay.level("S"), ebay.level("M")) == ("Success", 7, 8)
    wrong = variation(SKU="S", Quantity=1) + variation(SKU="XL", Quantity=1)
    answer = fixed(ebay_wire, shirt, f"<Variations>{wrong}</Variations>")
    assert (answer.ack, answer.errors) == ("Failure", [(21916799, [shirt, "XL"])])
    assert (ebay.level("S"), len(ebay.writes)) == (7, 2)
    mixed = f"<Quantity>1</Quantity><Variations>{both}</Variations>"
    assert fixed(ebay_wire, shirt, mixed).errors == [(37, ["Quantity"])]
    assert Answer(ebay_wire.trade("ReviseFixedPriceItem", "")).errors == [(37, ["Item"])]


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ({"X-EBAY-API-IAF-TOKEN": None}, 930),
        ({"X-EBAY-API-IAF-TOKEN": "x"}, 21916984),
        ({"X-EBAY-API-CALL-NAME": "AddItem"}, 2),
        ({"X-EBAY-API-CALL-NAME": None}, 2),
        ({"X-EBAY-API-CALL-NAME": "GetItem"}, 5),
        ({"X-EBAY-API-SITEID": None}, 10012),
        ({"X-EBAY-API-COMPATIBILITY-LEVEL": "new"}, 10012),
    ],
)
def test_headers(ebay_wire, item, headers, number):
    answer = ebay_wire.revise({"ItemID": item, "Quantity": 9}, **headers)
    assert (answer.ack, [error[0] for error in answer.errors]) == ("Failure", [number])


def test_an_expired_token_is_http_200(ebay, ebay_wire, item, now):
    now[0] += 7200
    assert [error[0] for error in ebay_wire.revise({"ItemID": item, "Quantity": 9}).errors] == [21917053]
    ebay_wire.token = ebay.grant_access_token()
    ebay.fault("expired", on="trading")
    for _time in range(2):
        assert [error[0] for error in ebay_wire.revise({"ItemID": item, "Quantity": 9}).errors] == [21917053]
    assert ebay.level(item) == 5


@pytest.mark.parametrize("body", ["<Item>", "</GetItemRequest><x/>", "<ItemID>&secret;</ItemID>"])
def test_xml_is_checked(ebay_wire, body):
    assert Answer(ebay_wire.trade("GetItem", body)).errors == [(5, [])]


def test_a_listing_in_trouble(ebay, ebay_wire, item):
    ebay.trouble(item)
    row = {"ItemID": item, "Quantity": 9}
    assert [ebay_wire.revise(row).errors, ebay_wire.revise(row).ack] == [[(10007, [item])], "Success"]
