# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sandbox eBay's Inventory API keeps stock and refuses what eBay refuses. Raw requests, no adapter."""

import time

import pytest

from ebay_wire import INVENTORY, entry

BULK = f"{INVENTORY}/bulk_update_price_quantity"
SKUS = ["a b", "a/b?c#d%e", 'it\'s "q"', "😀", "شيرت", "x" * 50]


def outcome(response):
    """The HTTP status, and (SKU, status, error) of each answer."""
    rows = response.json()["responses"]
    return response.status_code, [
        (row["sku"], row["statusCode"], *(error["errorId"] for error in row.get("errors", []))) for row in rows
    ]


def refusal(response):
    (error,) = response.json()["errors"]
    return response.status_code, error["errorId"]


@pytest.fixture
def offer(ebay):
    return ebay.add_item("A", 5)


def test_a_quantity_is_set_and_recorded(ebay, ebay_wire, offer):
    before = time.time()
    response = ebay_wire.update(entry("A", 9, **{offer: 7}))
    assert response.json() == {"responses": [{"sku": "A", "offerId": offer, "statusCode": 200}]}
    assert (response.status_code, ebay.level("A"), ebay.buyer_quantity("A")) == (200, 9, 7)
    (write,) = ebay.writes
    assert (write.sku, write.from_quantity, write.to_quantity, write.api) == ("A", 5, 9, "inventory")
    assert before <= write.received_at <= write.applied_at <= time.time()
    assert (write.as_json()["from"], write.as_json()["to"], write.as_json()["buyers_see"]) == (5, 9, 7)
    assert write.request_id == response.headers["X-Request-Id"]


def test_buyers_see_the_smaller_quantity_of_a_published_offer(ebay, ebay_wire, offer):
    ebay_wire.update(entry("A", 9))
    assert (ebay.level("A"), ebay.buyer_quantity("A")) == (9, 5)
    ebay_wire.update(entry("A", **{offer: 20}))
    assert (ebay.level("A"), ebay.buyer_quantity("A")) == (9, 9)
    assert ebay.writes[-1].to_quantity == 20
    other = ebay.add_item("B", 5, "UNPUBLISHED")
    assert ebay.add_item("C", 5, None) == "C"
    assert outcome(ebay_wire.update(entry("B", 6), entry("C", 6))) == (200, [("B", 200), ("C", 200)])
    assert (ebay.level("B"), ebay.buyer_quantity("B"), ebay.buyer_quantity("C")) == (6, 0, 0)
    assert outcome(ebay_wire.update(entry("B", **{other: 7}))) == (207, [("B", 400, 25709)])


def test_an_answer_for_each_offer(ebay, ebay_wire, offer):
    british = ebay.add_offer("A", 5, marketplace_id="EBAY_GB")
    rows = ebay_wire.update(entry("A", 8, **{offer: 6, british: 7})).json()["responses"]
    assert [row["offerId"] for row in rows] == [offer, british]
    assert (ebay.buyer_quantity("A"), len(ebay.writes)) == (7, 1)
    del rows[0]["offerId"]
    assert ebay_wire.update({"offers": [{"offerId": british, "availableQuantity": 1}]}).json()["responses"] == [
        {"sku": "A", "offerId": british, "statusCode": 200}
    ]


def test_a_refused_entry_does_not_stop_the_others(ebay, ebay_wire, offer):
    ebay.add_item("B", 1)
    rows = [entry("A", 6), entry("X", 1), entry("B", 2), entry("A", 7), entry("y" * 51, 1), entry("", 1)]
    assert outcome(ebay_wire.update(*rows)) == (
        207,
        [
            ("A", 200),
            ("X", 404, 25710),
            ("B", 200),
            ("A", 400, 25734),
            ("y" * 51, 400, 25707),
            ("", 400, 25707),
        ],
    )
    assert (ebay.level("A"), ebay.level("B"), len(ebay.writes)) == (6, 2, 2)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"shipToLocationAvailability": {"quantity": -1}}, (400, 25709)),
        ({"shipToLocationAvailability": {"quantity": 2**31}}, (400, 25709)),
        ({"shipToLocationAvailability": {}}, (400, 25709)),
        ({"offers": [{"offerId": "1", "availableQuantity": 1}]}, (404, 25713)),
        ({"offers": [{"availableQuantity": 1}]}, (404, 25713)),
        ({"offers": [{"offerId": "9000000001"}]}, (400, 25709)),
        ({"offers": [{"offerId": "9000000001", "availableQuantity": -1}]}, (400, 25709)),
        ({"offers": [{"offerId": "9000000002", "availableQuantity": 1}]}, (400, 25709)),
        ({"offers": [{"offerId": "9000000001", "availableQuantity": 1}] * 2}, (400, 25709)),
        ({}, (400, 25709)),
    ],
)
def test_entries_are_refused_as_a_whole(ebay, ebay_wire, offer, changes, error):
    ebay.add_item("B", 5)
    rows = {"shipToLocationAvailability": {"quantity": 9}, **changes} if "offers" in changes else changes
    assert outcome(ebay_wire.update({"sku": "A", **rows})) == (207, [("A", *error)])
    assert (ebay.level("A"), ebay.writes) == (5, [])


@pytest.mark.parametrize("quantity", [0, 1, 999_999_999])
def test_quantities(ebay, ebay_wire, offer, quantity):
    assert ebay_wire.update(entry("A", quantity, **{offer: quantity})).status_code == 200
    assert ebay.buyer_quantity("A") == quantity
    assert ebay_wire.item("A").json()["availability"] == {"shipToLocationAvailability": {"quantity": quantity}}


@pytest.mark.parametrize("largest", [25, 1])
def test_the_largest_batch(ebay, ebay_wire, largest):
    ebay.change(largest_batch=largest)
    ebay.add_items([f"S{number}" for number in range(largest + 1)])
    rows = [entry(f"S{number}", 3) for number in range(largest + 1)]
    assert refusal(ebay_wire.update(*rows)) == (400, 25709)
    assert ebay.writes == []
    assert ebay_wire.update(*rows[:largest]).status_code == 200
    assert len(ebay.writes) == largest
    assert refusal(ebay_wire.update()) == (400, 25709)


@pytest.mark.parametrize(
    "body",
    [
        {"requests": [{"sku": "A", "quantity": 1}]},
        {"requests": [{"sku": 1}]},
        {"requests": [{"sku": "A", "shipToLocationAvailability": {"quantity": "1"}}]},
        {"requests": [{"sku": "A", "shipToLocationAvailability": {"quantity": True}}]},
        {"requests": [{"sku": "A", "shipToLocationAvailability": {"quantity": 1.5}}]},
        {"requests": {}},
        {"rows": []},
        [],
    ],
)
def test_unknown_fields_and_wrong_types_refuse_the_call(ebay, ebay_wire, offer, body):
    assert refusal(ebay_wire.send("POST", BULK, json=body)) == (400, 2004)
    assert ebay.level("A") == 5


def test_content_type_and_json_are_checked(ebay_wire):
    for data, kind in (("{}", "text/plain"), ("{", "application/json"), ("NaN", "application/json")):
        response = ebay_wire.send("POST", BULK, data=data, headers={"Content-Type": kind})
        assert refusal(response) == (400, 2004)
    assert refusal(ebay_wire.get("/nothing")) == (404, 2002)


def test_distributions_name_known_locations(ebay, ebay_wire, offer):
    ebay.add_location("north", "North")
    rows = [{"merchantLocationKey": "north", "quantity": 2}, {"merchantLocationKey": "main", "quantity": 7}]
    stock = {"quantity": 9, "availabilityDistributions": rows}
    assert ebay_wire.update({"sku": "A", "shipToLocationAvailability": stock}).status_code == 200
    assert [ebay.level("A", place) for place in (None, "north", "main", "x")] == [9, 2, 7, 0]
    assert ebay_wire.item("A").json()["availability"] == {"shipToLocationAvailability": stock}
    stock["availabilityDistributions"][0]["merchantLocationKey"] = "south"
    answer = outcome(ebay_wire.update({"sku": "A", "shipToLocationAvailability": stock}))
    assert answer == (207, [("A", 400, 25709)])
    locations = ebay_wire.get("/location").json()
    assert [row["merchantLocationKey"] for row in locations["locations"]] == ["main", "north"]


def test_odd_skus(ebay, ebay_wire):
    for sku in SKUS:
        offer = ebay.add_item(sku, 1)
        assert ebay_wire.item(sku).json()["sku"] == sku
        assert ebay_wire.get("/offer", sku=sku).json()["offers"][0]["offerId"] == offer
    assert ebay_wire.update(*(entry(sku, 4) for sku in SKUS)).status_code == 200
    assert [ebay.level(sku) for sku in SKUS] == [4] * len(SKUS)
    with pytest.raises(ValueError, match="50 characters"):
        ebay.add_item("x" * 51)


def test_items_by_pages(ebay, ebay_wire):
    ebay.add_items([f"S{number}" for number in range(5)], quantity=1, offer=None)
    pages = [ebay_wire.get("/inventory_item", limit=2, offset=page).json() for page in range(3)]
    assert [[item["sku"] for item in page["inventoryItems"]] for page in pages] == [["S0", "S1"], ["S2", "S3"], ["S4"]]
    assert [(page["total"], page["size"], "next" in page) for page in pages] == [
        (5, 2, True),
        (5, 2, True),
        (5, 1, False),
    ]
    following = ebay_wire.send("GET", pages[0]["next"]).json()
    assert following["inventoryItems"] == pages[1]["inventoryItems"]
    assert ebay_wire.get("/inventory_item", limit=200).json()["size"] == 5
    for query in ({"limit": 201}, {"limit": 0}, {"limit": "x"}, {"offset": -1}):
        assert refusal(ebay_wire.get("/inventory_item", **query)) == (400, 25709)


def test_one_item_and_many(ebay, ebay_wire, offer):
    ebay.add_item("B", 3)
    assert refusal(ebay_wire.item("X")) == (404, 25710)

    def many(*skus):
        body = {"requests": [{"sku": sku} for sku in skus]}
        return ebay_wire.send("POST", f"{INVENTORY}/bulk_get_inventory_item", json=body)

    response = many("A", "B")
    assert outcome(response) == (200, [("A", 200), ("B", 200)])
    stock = response.json()["responses"][1]["inventoryItem"]["availability"]["shipToLocationAvailability"]
    assert stock == {"quantity": 3}
    found = [("A", 200), ("X", 404, 25710), ("A", 400, 25734), ("y" * 51, 400, 25707)]
    assert outcome(many("A", "X", "A", "y" * 51)) == (207, found)
    assert refusal(many(*(str(number) for number in range(26)))) == (400, 25727)
    assert refusal(many()) == (400, 25709)


def test_offers(ebay, ebay_wire, offer):
    ebay.add_offer("A", 2, "UNPUBLISHED", "EBAY_GB")
    found = ebay_wire.get("/offer", sku="A").json()
    assert [(row["status"], row["marketplaceId"], row["availableQuantity"]) for row in found["offers"]] == [
        ("PUBLISHED", "EBAY_US", 5),
        ("UNPUBLISHED", "EBAY_GB", 2),
    ]
    assert (found["total"], found["offers"][0]["offerId"]) == (2, offer)
    assert "listing" not in found["offers"][1]
    assert len(ebay_wire.get("/offer", sku="A", marketplace_id="EBAY_GB").json()["offers"]) == 1
    ebay.add_item("B", 1, None)
    assert [refusal(ebay_wire.get("/offer", sku=sku)) for sku in ("B", "X")] == [(404, 25713)] * 2
    assert refusal(ebay_wire.get("/offer")) == (400, 25707)


def test_a_price_is_no_write(ebay, ebay_wire, offer):
    price = {"value": "3.50", "currency": "USD"}
    assert ebay_wire.update({"sku": "A", "offers": [{"offerId": offer, "price": price}]}).status_code == 200
    assert (ebay_wire.get("/offer", sku="A").json()["offers"][0]["pricingSummary"], ebay.writes) == (
        {"price": price},
        [],
    )


def test_a_sale(ebay, ebay_wire, offer):
    ebay.order("A", 2)
    assert (ebay.level("A"), ebay.buyer_quantity("A")) == (3, 3)
    assert ebay_wire.get("/offer", sku="A").json()["offers"][0]["listing"]["soldQuantity"] == 2


def test_trading_listings_are_unknown_here(ebay, ebay_wire):
    ebay.add_trading_item("T", 3)
    assert outcome(ebay_wire.update(entry("T", 1))) == (207, [("T", 404, 25710)])
    assert ebay.level("T") == 3


@pytest.mark.parametrize(("number", "status"), [(25001, 500), (25025, 500), (25002, 400)])
def test_one_sku_in_trouble(ebay, ebay_wire, offer, number, status):
    ebay.add_item("B", 1)
    ebay.trouble("B", number)
    assert outcome(ebay_wire.update(entry("A", 6), entry("B", 6))) == (207, [("A", 200), ("B", status, number)])
    assert outcome(ebay_wire.update(entry("B", 6))) == (200, [("B", 200)])
