# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a seller has on eBay: inventory items with their offers, Trading API listings, and a record of writes."""

from dataclasses import dataclass, field

from .. import marketplace as base

PUBLISHED, UNPUBLISHED = "PUBLISHED", "UNPUBLISHED"
APIS = ("inventory", "trading", "analytics", "token")


@dataclass(slots=True, eq=False)
class Offer:
    """An inventory item offered on one of eBay's sites.

    :param available: pieces set aside for this offer
    :param listing_id: the live listing, empty unless it is published
    :param price: `{value, currency}`, as it was sent
    """

    id: str
    item: "InventoryItem"
    marketplace_id: str
    available: int
    listing_id: str = ""
    sold: int = 0
    price: dict = field(default_factory=lambda: {"value": "10.00", "currency": "USD"})

    @property
    def status(self):
        return PUBLISHED if self.listing_id else UNPUBLISHED

    @property
    def buyers_see(self):
        """What the live listing shows: the smaller of the two quantities; nothing while it is not published."""
        return min(self.item.quantity, self.available) if self.listing_id else 0


@dataclass(slots=True, eq=False)
class InventoryItem:
    """A SKU of the Inventory API.

    :param quantity: ship-to-home pieces
    :param distributions: pieces by merchantLocationKey, when the seller said
    """

    sku: str
    quantity: int = 0
    distributions: dict[str, int] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list, repr=False)

    @property
    def id(self):
        return self.sku

    @property
    def buyers_see(self):
        return max((offer.buyers_see for offer in self.offers), default=0)


@dataclass(slots=True, eq=False)
class Stock:
    """What a Trading API listing sells: the whole of it, or one of its variations."""

    sku: str
    available: int
    sold: int = 0
    price: str = "10.00"

    @property
    def total(self):
        """Quantity as GetItem has it: what was sold is in it (eBay's support article 1526)."""
        return self.available + self.sold


@dataclass(slots=True, eq=False)
class TradingItem:
    """A listing that was made outside the Inventory API; `rows` by SKU, a single one unless `has_variations`."""

    id: str
    sku: str
    rows: dict[str, Stock]
    has_variations: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(base.Write):
    """A quantity that was accepted.

    :param item: the ItemID, or the SKU of an inventory item
    :param from_quantity: ship-to-home pieces before, or the offer's when only that was set, or Trading's available ones
    :param api: `inventory` or `trading`
    :param buyers_see: pieces the live listing shows since
    """

    api: str
    buyers_see: int


@dataclass(slots=True)
class Stats(base.Stats):
    """The counters of every sandbox, and two more.

    :param apis: calls by API, one of APIS
    :param operations: calls by the name eBay has for them, such as `bulkUpdatePriceQuantity` or `GetItem`
    """

    apis: dict[str, int] = field(default_factory=lambda: dict.fromkeys(APIS, 0))
    operations: dict[str, int] = field(default_factory=dict)
