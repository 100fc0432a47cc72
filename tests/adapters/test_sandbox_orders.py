# SPDX-License-Identifier: LGPL-3.0-or-later
"""Buyers in every sandbox: they get what is shown and no more; and what Shopify's numbers are worth to each other."""

import pytest
import requests

from sandbox.cartona import Supplier
from sandbox.ebay import Marketplace
from sandbox.odd import OddShop
from sandbox.serving import serve
from sandbox.shopify import Shop
from sandbox.stock import SoldOut


def shopify():
    shop = Shop()
    location = shop.add_location("Main")
    shop.add_item("A", quantities={location: 5})
    return shop, "A", location


def odd():
    shop = OddShop()
    shop.add_item("A", 5)
    return shop, "A", None


def cartona():
    shop = Supplier()
    shop.add_item("A", 5)
    return shop, "A", None


def ebay():
    shop = Marketplace()
    shop.add_item("A", 5)
    return shop, "A", None


def ebay_trading():
    shop = Marketplace()
    return shop, shop.add_trading_item("A", 5), None


@pytest.mark.parametrize("make", [shopify, ebay, ebay_trading, cartona, odd], ids=lambda make: make.__name__)
def test_buyers_get_what_is_shown_and_no_more(make):
    shop, name, location = make()
    place = {"location": location} if location else {}

    def buy(sku, quantity):
        body = {"sku": sku, "quantity": quantity, **place}
        return requests.post(f"{server.url}/_sandbox/orders", json=body, timeout=10).status_code

    with serve(shop) as server:
        assert [buy(name, 3), shop.level(name, location)] == [200, 2]
        assert [buy(name, 3), shop.level(name, location)] == [409, 2]
        assert [buy(name, wrong) for wrong in (0, -1, 1.5, "2", True, None)] == [400] * 6
        assert buy("GONE", 1) == 400
        assert [buy(name, 2), buy(name, 1), shop.level(name, location)] == [200, 409, 0]
    assert not shop.writes


def test_ebay_shows_the_smaller_of_its_two_numbers():
    shop, name, _location = ebay()
    [offer] = shop.items["A"].offers
    for offer.available, shop.items["A"].quantity in ((1, 5), (5, 1)):
        with pytest.raises(SoldOut, match="2 wanted, 1 shown"):
            shop.order(name, 2)
    offer.listing_id = ""
    with pytest.raises(SoldOut, match="1 wanted, 0 shown"):
        shop.order(name, 1)


@pytest.mark.parametrize(
    "values",
    [{"in_stock": False}, {"is_published": False}, {"is_unlimited_stock": True, "in_stock": False}],
    ids=repr,
)
def test_cartona_sells_nothing_that_it_hides(values):
    shop = Supplier()
    shop.add_item("A", 5, **values)
    with pytest.raises(SoldOut, match="1 wanted, 0 shown"):
        shop.order("A", 1)


def test_cartona_sells_any_number_of_what_it_does_not_count():
    shop = Supplier()
    shop.add_item("A", 5, is_unlimited_stock=True)
    shop.order("A", 999)
    assert shop.level("A") == 5


def test_shopify_moves_what_is_ordered_and_ships_it():
    shop, name, location = shopify()

    def numbers():
        return [shop.level(name, location, number) for number in ("available", "committed", "on_hand")]

    def post(path, quantity):
        body = {"sku": name, "quantity": quantity, "location": location}
        return requests.post(f"{server.url}/_sandbox/{path}", json=body, timeout=10).status_code

    with serve(shop) as server:
        assert (post("orders", 3), numbers()) == (200, [2, 3, 5])
        assert (post("fulfilments", 2), numbers()) == (200, [2, 1, 3])
        assert (post("fulfilments", 2), post("fulfilments", 0), numbers()) == (400, 400, [2, 1, 3])
        assert (post("orders", 3), numbers()) == (409, [2, 1, 3])


def test_shopify_sells_any_number_of_what_it_does_not_track():
    shop, _name, location = shopify()
    shop.add_item("GIFT", tracked=False, quantities={location: 0})
    shop.order("GIFT", 3, location)


WRONG = {
    "CHANGE_FROM_QUANTITY_STALE": {"changeFromQuantity": 3},
    "INVALID_QUANTITY_NEGATIVE": {"quantity": -1},
    "INVALID_QUANTITY_TOO_HIGH": {"quantity": 1_000_000_001},
    "INVALID_INVENTORY_ITEM": {"inventoryItemId": "gid://shopify/InventoryItem/1"},
    "INVALID_LOCATION": {"locationId": "gid://shopify/Location/1"},
}


@pytest.mark.parametrize(("code", "values"), WRONG.items(), ids=WRONG)
def test_setting_on_hand_is_as_strict(shop, wire, code, values):
    """3 are available, 2 ordered: on hand are 5."""
    item = shop.add_item("A", quantities={shop.main: 5})
    shop.order("A", 2, shop.main)
    row = {"inventoryItemId": item, "locationId": shop.main, "quantity": 9, "changeFromQuantity": 5, **values}
    names = ("inventoryItemId", "locationId", "quantity", "changeFromQuantity")
    payload = wire.set([[row[name] for name in names]], name="on_hand")
    assert [error["code"] for error in payload["userErrors"]] == [code]
    assert not shop.writes


def test_setting_on_hand_below_what_is_ordered_leaves_too_few(shop, wire):
    item = shop.add_item("A", quantities={shop.main: 5})
    shop.order("A", 4, shop.main)
    assert wire.set([(item, shop.main, 3, 5)], name="on_hand")["userErrors"] == []
    assert (shop.level("A", shop.main), shop.level("A", shop.main, "on_hand")) == (-1, 3)
    for name in ("committed", "incoming", "onhand", ""):
        assert wire.set([(item, shop.main, 3, 3)], key=f"k{name}", name=name)["userErrors"][0]["code"] == "INVALID_NAME"


@pytest.mark.parametrize(
    "document", ['{ nodes(ids: ["1"]) { id } }', '{ node(id: "1") { id } }', '{ inventoryItem(id: "1") { id } }']
)
def test_ids_that_are_none_refuse_a_read(wire, document):
    [error] = wire.ask(document)["errors"]
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
