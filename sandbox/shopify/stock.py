# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a shop keeps: locations, inventory items, one level an item and location, and a record of writes."""

from dataclasses import dataclass, field

from .. import marketplace

# The states Shopify documents for `InventoryLevel.quantities(names:)`. Only the first three ever differ
# from 0 here.
QUANTITY_NAMES = (
    "available",
    "committed",
    "on_hand",
    "incoming",
    "reserved",
    "damaged",
    "safety_stock",
    "quality_control",
)


@dataclass(slots=True, eq=False)
class Location:
    number: int
    name: str
    active: bool = True

    @property
    def gid(self):
        return f"gid://shopify/Location/{self.number}"


@dataclass(slots=True, eq=False)
class Item:
    """An inventory item; `levels` by the location's gid."""

    number: int
    sku: str
    tracked: bool = True
    levels: dict = field(default_factory=dict, repr=False)

    @property
    def gid(self):
        return f"gid://shopify/InventoryItem/{self.number}"


@dataclass(slots=True)
class Variant:
    """The product variant of an item: one each, which is how Shopify usually has it."""

    item: Item

    @property
    def gid(self):
        return f"gid://shopify/ProductVariant/{self.item.number}"


@dataclass(slots=True, eq=False)
class Level:
    """One item at one location, in units. on_hand = available + committed + the rest, which is 0 here."""

    item: Item
    location: Location
    available: int = 0
    committed: int = 0

    @property
    def gid(self):
        return f"gid://shopify/InventoryLevel/{self.location.number}?inventory_item_id={self.item.number}"

    @property
    def on_hand(self):
        return self.available + self.committed

    @on_hand.setter
    def on_hand(self, quantity):
        self.available = quantity - self.committed

    def quantity(self, name):
        """The units in state `name`, one of QUANTITY_NAMES."""
        return getattr(self, name, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(marketplace.Write):
    """A quantity that was accepted.

    :param name: the quantity that was set: `available` or `on_hand`
    """

    name: str
    idempotency_key: str


@dataclass(slots=True)
class Stats(marketplace.Stats):
    """Counters since the start."""

    queries: int = 0
    mutations: int = 0
    throttled: int = 0
