# SPDX-License-Identifier: LGPL-3.0-or-later
"""POST /bulk_update_price_quantity, the one call of the Inventory API that sets quantities here.

Facts: the shape; 200 or 207 with an answer per offer, or per SKU when the entry has no offers; up to 25 offers an
entry; offers must be published, belong to the entry's SKU and be named once; what buyers see is the smaller of the two
quantities. Our reading: which error answers which mistake; that an entry is applied as a whole or not at all, with one
answer when it is not; that a quantity ends at 2,147,483,647; that every accepted entry is one revision of each of its
live listings, also when nothing changed.
"""

from .errors import SYSTEM, error, refused
from .inventory import multi_status, wrong_sku
from .shape import check

LARGEST_QUANTITY, LARGEST_OFFERS = 2**31 - 1, 25
SHAPE = {
    "requests": [
        {
            "sku": str,
            "shipToLocationAvailability": {
                "quantity": int,
                "availabilityDistributions": [
                    {
                        "merchantLocationKey": str,
                        "quantity": int,
                        "fulfillmentTime": {"value": int, "unit": str},
                    }
                ],
            },
            "offers": [{"offerId": str, "availableQuantity": int, "price": {"value": str, "currency": str}}],
        }
    ]
}


class Wrong(Exception):
    """An entry is refused: the status and the error of its answer, and the offer that is to blame."""

    def __init__(self, status, number, info="", offer_id=""):
        super().__init__(info)
        self.answer = {"statusCode": status, "errors": [error(number, info)]}
        if offer_id:
            self.answer["offerId"] = offer_id


def bulk_update(marketplace, call):
    """(HTTP status, body). More entries than `largest_batch` refuse the whole call: 400 with 25709 (our reading)."""
    body = call.json()
    check(body, SHAPE)
    entries = body.get("requests", [])
    if not 0 < len(entries) <= marketplace.largest_batch:
        raise refused(400, 25709, f"requests: 1 to {marketplace.largest_batch} are allowed")
    responses, seen = [], set()
    for entry in entries:
        offers = [marketplace.offers.get(row.get("offerId", "")) for row in entry.get("offers", [])]
        sku = sku_of(entry, offers)
        try:
            item = find(marketplace, sku, sku in seen)
            validate(marketplace, entry, item, offers)
            responses += apply(marketplace, call, entry, item, offers)
        except Wrong as wrong:
            responses.append({"sku": sku, **wrong.answer})
        seen.add(sku)
    return multi_status(responses)


def sku_of(entry, offers):
    """The SKU an entry is about, which it may leave out when it sets nothing but offers."""
    if "sku" not in entry and "shipToLocationAvailability" not in entry and offers and offers[0]:
        return offers[0].item.sku
    return entry.get("sku", "")


def find(marketplace, sku, repeated):
    wrong = wrong_sku(sku, repeated, marketplace.items)
    if wrong:
        raise Wrong(*wrong)
    return marketplace.items[sku]


def validate(marketplace, entry, item, offers):
    """Raise Wrong for whatever is not right with an entry."""
    number = marketplace.take_trouble(item.sku)
    if number:
        raise Wrong(500 if number in SYSTEM else 400, number, item.sku)
    if "shipToLocationAvailability" not in entry and not offers:
        raise Wrong(400, 25709, "shipToLocationAvailability")
    if "shipToLocationAvailability" in entry:
        validate_stock(marketplace, entry["shipToLocationAvailability"])
    rows = entry.get("offers", [])
    if len(rows) > LARGEST_OFFERS or len({row.get("offerId") for row in rows}) < len(rows):
        raise Wrong(400, 25709, "offers")
    for row, offer in zip(rows, offers, strict=True):
        validate_offer(row, offer, item)
    for listing_id in listings(entry, item, offers):
        if marketplace.revisions.spent(listing_id, marketplace.revisions_a_day):
            # eBay documents the limit but not its error.
            raise Wrong(400, 25002, f"Listing {listing_id} was revised {marketplace.revisions_a_day} times today")


def validate_stock(marketplace, stock):
    validate_quantity(stock.get("quantity"), "shipToLocationAvailability.quantity")
    for row in stock.get("availabilityDistributions", []):
        validate_quantity(row.get("quantity"), "availabilityDistributions.quantity")
        if row.get("merchantLocationKey") not in marketplace.locations:
            raise Wrong(400, 25709, "merchantLocationKey")


def validate_offer(row, offer, item):
    offer_id = row.get("offerId", "")
    if offer is None:
        raise Wrong(404, 25713, offer_id, offer_id)
    if offer.item is not item or not offer.listing_id:
        raise Wrong(400, 25709, f"offerId {offer_id}", offer_id)
    if "availableQuantity" not in row and "price" not in row:
        raise Wrong(400, 25709, "availableQuantity", offer_id)
    if "availableQuantity" in row:
        validate_quantity(row["availableQuantity"], "availableQuantity", offer_id)


def validate_quantity(quantity, name, offer_id=""):
    if quantity is None or not 0 <= quantity <= LARGEST_QUANTITY:
        raise Wrong(400, 25709, name, offer_id)


def listings(entry, item, offers):
    """The live listings an entry revises: those of its offers, and all of the item's when its own stock is set."""
    touched = item.offers if "shipToLocationAvailability" in entry else offers
    return {offer.listing_id for offer in touched if offer.listing_id}


def apply(marketplace, call, entry, item, offers):
    """Store what an entry says, record it, and give its answers."""
    stock, rows = entry.get("shipToLocationAvailability"), entry.get("offers", [])
    before = after = None
    for row, offer in zip(rows, offers, strict=True):
        if "availableQuantity" in row:
            before, after = offer.available, row["availableQuantity"]
            offer.available = after
        offer.price = row.get("price", offer.price)
    if stock:
        before, after = item.quantity, stock["quantity"]
        item.quantity = after
        if "availabilityDistributions" in stock:
            distributions = stock["availabilityDistributions"]
            item.distributions = {row["merchantLocationKey"]: row["quantity"] for row in distributions}
    for listing_id in listings(entry, item, offers):
        marketplace.revisions.add(listing_id)
    if after is not None:
        marketplace.record(call, "inventory", item, item.sku, before, after, item.buyers_see)
    if not rows:
        return [{"sku": item.sku, "statusCode": 200}]
    return [{"sku": item.sku, "offerId": offer.id, "statusCode": 200} for offer in offers]
