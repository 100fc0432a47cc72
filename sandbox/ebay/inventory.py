# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reading through the Sell Inventory API: items, offers, locations. Writing is in update.py."""

from urllib.parse import urlencode

from .errors import error, refused
from .shape import check

PATH = "/sell/inventory/v1"
LARGEST_GET, LARGEST_SKU, LARGEST_PAGE = 25, 50, 200
SKUS = {"requests": [{"sku": str}]}
TOO_LONG = "sku has to be alphanumeric with upto 50 characters in length"


def get_items(marketplace, call):
    """GET /inventory_item, all items by pages; `offset` is the number of the page, from 0."""
    keys = list(marketplace.items)
    page, found = paged(call, keys, default=25)
    return {**page, "inventoryItems": [item_json(marketplace.items[key]) for key in found]}


def get_item(marketplace, call):
    """GET /inventory_item/{sku}; 404 with 25710 for an unknown one (third parties)."""
    sku = call.request.match_info["sku"]
    if sku not in marketplace.items:
        raise refused(404, 25710, sku)
    return item_json(marketplace.items[sku])


def bulk_get_items(marketplace, call):
    """POST /bulk_get_inventory_item: (HTTP status, body); 207 as soon as one of them is not 200."""
    body = call.json()
    check(body, SKUS)
    asked = [row.get("sku", "") for row in body.get("requests", [])]
    if not asked:
        raise refused(400, 25709, "requests")
    if len(asked) > LARGEST_GET:
        raise refused(400, 25727, str(LARGEST_GET))
    responses, seen = [], set()
    for sku in asked:
        wrong = wrong_sku(sku, sku in seen, marketplace.items)
        seen.add(sku)
        found = {"statusCode": wrong[0], "errors": [error(wrong[1], wrong[2])]} if wrong else {"statusCode": 200}
        if not wrong:
            found["inventoryItem"] = item_json(marketplace.items[sku], named=False)
        responses.append({"sku": sku, **found})
    return multi_status(responses)


def wrong_sku(sku, repeated, items):
    """(status, errorId, info) of what is wrong with a SKU, or None.

    eBay's wording says "alphanumeric", which the SKUs in its own examples are not: any characters are taken, up to 50.
    That of equal SKUs in a request the first is taken and the later ones are refused is our reading.
    """
    if not 0 < len(sku) <= LARGEST_SKU:
        return 400, 25707, TOO_LONG
    if repeated:
        return 400, 25734, sku
    return None if sku in items else (404, 25710, sku)


def multi_status(responses):
    """(HTTP status, body) of a bulk call."""
    status = 200 if all(row["statusCode"] == 200 for row in responses) else 207
    return status, {"responses": responses}


def get_offers(marketplace, call):
    """GET /offer?sku=. An unknown SKU, or one without offers, is 404 with 25713 (third parties)."""
    sku = call.query.get("sku", "")
    if not 0 < len(sku) <= LARGEST_SKU:
        raise refused(400, 25707, TOO_LONG)
    item = marketplace.items.get(sku)
    site, kind = call.query.get("marketplace_id"), call.query.get("format", "FIXED_PRICE")
    offers = [row for row in item.offers if site in (None, row.marketplace_id)] if item else []
    if not offers or kind != "FIXED_PRICE":
        raise refused(404, 25713, sku)
    page, found = paged(call, offers, default=100)
    return {**page, "offers": [offer_json(offer) for offer in found]}


def get_locations(marketplace, call):
    """GET /location."""
    page, found = paged(call, list(marketplace.locations.items()), default=100)
    return {
        **page,
        "locations": [
            {
                "merchantLocationKey": key,
                "name": name,
                "merchantLocationStatus": "ENABLED",
                "locationTypes": ["WAREHOUSE"],
                "location": {"address": {"country": "US", "postalCode": "95125"}},
            }
            for key, name in found
        ],
    }


def paged(call, rows, default):
    """The frame of a page, and its rows; `limit` must be 1..200 and `offset` a page's number."""
    limit, offset = whole(call, "limit", default), whole(call, "offset", 0)
    if not 1 <= limit <= LARGEST_PAGE:
        raise refused(400, 25709, "limit")
    found = rows[offset * limit : (offset + 1) * limit]
    page = {"href": href(call, limit, offset), "limit": limit, "size": len(found), "total": len(rows)}
    if (offset + 1) * limit < len(rows):
        page["next"] = href(call, limit, offset + 1)
    if offset:
        page["prev"] = href(call, limit, offset - 1)
    return page, found


def whole(call, name, default):
    text = call.query.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise refused(400, 25709, name)
    return int(text)


def href(call, limit, offset):
    others = {name: value for name, value in call.query.items() if name not in ("limit", "offset")}
    return f"{call.request.path}?{urlencode({**others, 'limit': limit, 'offset': offset})}"


def item_json(item, named=True):
    """An inventory item as eBay gives it; `named` with its SKU in it."""
    stock = {"quantity": item.quantity}
    if item.distributions:
        stock["availabilityDistributions"] = [
            {"merchantLocationKey": key, "quantity": quantity} for key, quantity in item.distributions.items()
        ]
    return {
        **({"sku": item.sku} if named else {}),
        "locale": "en_US",
        "condition": "NEW",
        "product": {"title": item.sku},
        "availability": {"shipToLocationAvailability": stock},
    }


def offer_json(offer):
    listing = {"listingId": offer.listing_id, "listingStatus": "ACTIVE", "soldQuantity": offer.sold}
    return {
        "offerId": offer.id,
        "sku": offer.item.sku,
        "marketplaceId": offer.marketplace_id,
        "format": "FIXED_PRICE",
        "availableQuantity": offer.available,
        "pricingSummary": {"price": offer.price},
        "status": offer.status,
        **({"listing": listing} if offer.listing_id else {}),
    }
