# SPDX-License-Identifier: LGPL-3.0-or-later
"""The stock of a marketplace whose SKUs name one item each, and the record of what was written to it."""

import threading
import time
from dataclasses import dataclass, field, fields
from itertools import count


@dataclass(slots=True, eq=False)
class Item:
    """Something for sale: pieces by location."""

    id: str
    sku: str
    quantities: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A quantity that was accepted; times are seconds since 1970, by the machine's own clock.

    :param received_at: when its request had arrived
    :param applied_at: when the number was stored
    :param item: the marketplace's own id
    :param from_quantity: pieces just before
    :param to_quantity: pieces since
    """

    received_at: float
    applied_at: float
    item: str
    sku: str
    location: str
    from_quantity: int
    to_quantity: int
    request_id: str

    def as_json(self):
        """The fields by name, `from` and `to` for the two quantities."""
        return {row.name.removesuffix("_quantity"): getattr(self, row.name) for row in fields(self)}


class SoldOut(Exception):
    """A buyer wanted more than the shop shows, and got nothing."""


def check_order(quantity, shown):
    """Raise what refuses an order of so many pieces.

    :param shown: pieces buyers see, None for as many as they like
    """
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
        raise ValueError(f"{quantity!r} is no number of pieces to buy")
    if shown is not None and quantity > shown:
        raise SoldOut(f"{quantity} wanted, {shown} shown")


class Stock:
    """Items by id and by SKU. A marketplace may override what it keeps in another way."""

    LOCATION = "main"

    def __init__(self):
        self.lock = threading.RLock()
        self.writes: list[Write] = []
        self.items: dict[str, Item] = {}
        self._skus: dict[str, Item] = {}
        self._numbers = count(10_000_000_001)  # beyond 32 bits, so that nobody gets away with them

    def add_item(self, sku, quantity=0, location=None):
        """Put something on sale and give its id; a SKU names one item.

        :param quantity: pieces at `location`, the only one unless the marketplace has several
        """
        with self.lock:
            if sku in self._skus:
                raise ValueError(f"the SKU {sku!r} is taken")
            return self.put(Item(self.new_id(), sku, {location or self.LOCATION: quantity}))

    def new_id(self):
        return str(next(self._numbers))

    def put(self, item):
        """Keep an item, which may have no SKU yet, and give its id."""
        self.items[item.id] = item
        if item.sku:
            self._skus[item.sku] = item
        return item.id

    def rename(self, item, sku):
        """Give an item another SKU."""
        self._skus.pop(item.sku, None)
        item.sku = sku
        self.put(item)

    def add_items(self, skus, *args, **values):
        """Add an item for each of `skus`, all with the same `values`, and give their ids."""
        with self.lock:
            return [self.add_item(sku, *args, **values) for sku in skus]

    def by_sku(self, sku):
        """The item with that SKU, or None."""
        return self._skus.get(sku)

    def item(self, sku_or_id):
        """The item with that id, else with that SKU; KeyError when there is none."""
        return self.items.get(sku_or_id) or self._skus[sku_or_id]

    def level(self, sku_or_id, location=None):
        """Pieces for sale at a location."""
        with self.lock:
            return self.item(sku_or_id).quantities.get(location or self.LOCATION, 0)

    def levels(self, sku=None):
        """Every level, or those of one SKU, as GET /_sandbox/levels has them."""
        items = self.items.values() if sku is None else [self._skus[sku]] if sku in self._skus else []
        return [
            {"sku": item.sku, "item": item.id, "location": location, "quantity": quantity}
            for item in items
            for location, quantity in item.quantities.items()
        ]

    def set_level(self, call, item, quantity, location=None):
        """Store what the seller's `call` says, and record it."""
        location = location or self.LOCATION
        write = Write(
            received_at=call.received_at,
            applied_at=time.time(),
            item=item.id,
            sku=item.sku,
            location=location,
            from_quantity=item.quantities.get(location, 0),
            to_quantity=quantity,
            request_id=call.request_id,
        )
        item.quantities[location] = quantity
        self.writes.append(write)

    def order(self, sku, quantity, location=None):
        """A buyer buys `quantity` pieces; SoldOut, and nothing is changed, when the shop shows fewer."""
        location = location or self.LOCATION
        with self.lock:
            item = self.item(sku)
            check_order(quantity, item.quantities[location])
            item.quantities[location] -= quantity
