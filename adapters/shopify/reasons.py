# SPDX-License-Identifier: LGPL-3.0-or-later
"""Why Shopify does not take a number, in words for whoever looks after the products."""

from ..wire.trouble import quote
from ..words import _lt
from .quantities import Found

UNTRACKED = _lt("Shopify does not track the stock of this item: switch on 'Track quantity' in Shopify.")
UNKNOWN_ITEM = _lt("Shopify does not know this item: it was probably deleted there. Link the listing again.")
NOT_STOCKED = _lt("Shopify does not stock this item at this location: add the location to the product in Shopify.")
DUPLICATE = _lt("Two listings publish the same Shopify item at the same location: archive one of them.")

_BY_CODE = {
    "INVALID_INVENTORY_ITEM": UNKNOWN_ITEM,
    "INVALID_LOCATION": _lt(
        "Shopify does not know this location, or it is closed. Choose another one for the account."
    ),
    "INVALID_QUANTITY_NEGATIVE": _lt("Shopify takes no quantity below zero."),
    "INVALID_QUANTITY_TOO_HIGH": _lt("Shopify takes no quantity above 1,000,000,000."),
    "INVALID_QUANTITY_TOO_LOW": _lt("Shopify takes no quantity below -1,000,000,000."),
    "ITEM_NOT_STOCKED_AT_LOCATION": NOT_STOCKED,
    "NON_MUTABLE_INVENTORY_ITEM": _lt(
        "Shopify computes the stock of this item by itself, for instance because it is a bundle: switch off publishing"
        " it."
    ),
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": DUPLICATE,
}


def reason_of(code: str, message: str) -> str:
    """The reason for a `userErrors` code; Shopify's own words for a code not known here."""
    return _BY_CODE.get(code) or _lt("Shopify refuses this item: %s", quote(message))


def reason_for(now: Found) -> str:
    """The reason for an item that cannot be written because of what was found of it."""
    if not now.known:
        return UNKNOWN_ITEM
    return NOT_STOCKED if now.tracked else UNTRACKED
