# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the seller has on eBay, and what tests, demos and benchmarks do to it."""

import time
from itertools import count

from .. import marketplace as base
from ..stock import check_order
from .stock import UNPUBLISHED, InventoryItem, Offer, Stock, TradingItem, Write


class Goods(base.Marketplace):
    """Inventory items with their offers, and Trading API listings.

    The parameters are those of `marketplace.Marketplace`.
    """

    LOCATION = "main"

    def __init__(self, **settings):
        super().__init__(**settings)
        self.locations = {self.LOCATION: "Main warehouse"}
        self.items: dict[str, InventoryItem] = {}  # by SKU
        self.offers: dict[str, Offer] = {}
        self.live: dict[str, Offer] = {}  # by listing id
        self.trading: dict[str, TradingItem] = {}  # by ItemID
        self.troubles: dict[str, list[int]] = {}
        # Numbers as long as real ones, so that nobody gets away with 32 bits.
        self._offer_ids, self._listing_ids = count(9_000_000_001), count(110_000_000_001)

    def add_location(self, key, name=""):
        """Open an inventory location, by its merchantLocationKey."""
        with self.lock:
            self.locations[key] = name or key

    def add_item(self, sku, quantity=0, offer=True, marketplace_id="EBAY_US", listing_id=None):
        """Add an inventory item, and give the id of its offer, or its SKU when it has none.

        :param quantity: pieces, ship-to-home and of the offer
        :param offer: True for a published one, "UNPUBLISHED", or None
        :param listing_id: of a listing it shares with other SKUs, as their variation; None makes a new one
        """
        with self.lock:
            if sku in self.items or not 0 < len(sku) <= 50:
                raise ValueError(f"the SKU {sku!r} is taken, empty or longer than 50 characters")
            self.items[sku] = InventoryItem(sku, quantity)
            return self.add_offer(sku, quantity, offer, marketplace_id, listing_id) if offer else sku

    def add_offer(self, sku, quantity, offer=True, marketplace_id="EBAY_US", listing_id=None):
        """Offer an inventory item on one more site, and give the offer's id; the parameters are those of `add_item`."""
        with self.lock:
            item = self.items[sku]
            added = Offer(str(next(self._offer_ids)), item, marketplace_id, quantity)
            if offer != UNPUBLISHED:
                added.listing_id = listing_id or str(next(self._listing_ids))
                self.live[added.listing_id] = added
            item.offers.append(added)
            self.offers[added.id] = added
            return added.id

    def add_trading_item(self, sku="", quantity=0, variations=None, sold=0):
        """Add a listing that only the Trading API can change, and give its ItemID.

        :param sku: of the listing, may be empty
        :param quantity: available pieces, when there are no variations
        :param variations: available pieces by the SKU of each variation
        :param sold: pieces sold so far, in each of them
        """
        with self.lock:
            rows = {name: Stock(name, pieces, sold) for name, pieces in (variations or {sku: quantity}).items()}
            item = TradingItem(str(next(self._listing_ids)), sku, rows, bool(variations))
            self.trading[item.id] = item
            return item.id

    def trading_rows(self, sku_or_id=None):
        """(listing, stock) of Trading listings: all, those of an ItemID, or those with a SKU."""
        return [
            (item, stock)
            for item in ([self.trading[sku_or_id]] if sku_or_id in self.trading else self.trading.values())
            for stock in item.rows.values()
            if sku_or_id in (None, item.id, stock.sku)
        ]

    def level(self, sku_or_id, location=None):
        """Pieces the seller set: ship-to-home of an inventory item, available of a Trading listing (by SKU or ItemID).

        :param location: a merchantLocationKey; a total without distribution is at the main location
        """
        with self.lock:
            if sku_or_id in self.items:
                item = self.items[sku_or_id]
                if location is None:
                    return item.quantity
                spread = item.distributions or {self.LOCATION: item.quantity}
                return spread.get(location, 0)
            return self.trading_rows_of(sku_or_id)[0][1].available

    def trading_rows_of(self, sku_or_id):
        """`trading_rows`, KeyError when there are none."""
        rows = self.trading_rows(sku_or_id)
        if not rows:
            raise KeyError(sku_or_id)
        return rows

    def buyer_quantity(self, sku_or_id):
        """Pieces buyers see: the smaller of ship-to-home and offer where one is live, the most of several sites."""
        with self.lock:
            if sku_or_id in self.items:
                return self.items[sku_or_id].buyers_see
            return self.trading_rows_of(sku_or_id)[0][1].available

    def levels(self, sku=None):
        if sku is None:
            items, rows = self.items.values(), self.trading_rows()
        else:
            items, rows = [self.items[sku]] if sku in self.items else [], self.trading_rows(sku)
        found = [(item, item.sku, item.quantity) for item in items]
        found += [(item, stock.sku, stock.available) for item, stock in rows]
        return [
            {"sku": name, "item": item.id, "location": self.LOCATION, "quantity": quantity}
            for item, name, quantity in found
        ]

    def order(self, sku, quantity, location=None):
        """A buyer buys, from the offer of an inventory item that shows the most, or else from a Trading listing;
        SoldOut, and nothing is changed, when fewer are shown.

        That a sale lowers both the offer's quantity and the ship-to-home one is our reading: eBay calls both what is
        available, and says of neither what a sale does to it.
        """
        with self.lock:
            if sku not in self.items:
                stock = self.trading_rows_of(sku)[0][1]
                check_order(quantity, stock.available)
                stock.available, stock.sold = stock.available - quantity, stock.sold + quantity
                return
            item = self.items[sku]
            check_order(quantity, item.buyers_see)
            offer = max(item.offers, key=lambda offer: offer.buyers_see)
            offer.available, offer.sold = offer.available - quantity, offer.sold + quantity
            item.quantity -= quantity

    def record(self, call, api, item, sku, before, after, buyers_see):
        """Keep a write; the parameters are the fields of stock.Write."""
        write = Write(
            received_at=call.received_at,
            applied_at=time.time(),
            item=item.id,
            sku=sku,
            location=self.LOCATION,
            from_quantity=before,
            to_quantity=after,
            request_id=call.request_id,
            api=api,
            buyers_see=buyers_see,
        )
        self.writes.append(write)

    def trouble(self, name, error_id=25001, times=1):
        """Let the next writes of one SKU, or of one ItemID, fail alone, with that error (Trading: 10007)."""
        with self.lock:
            self.troubles[name] = [error_id] * times

    def take_trouble(self, name):
        """The error the next write of `name` shall fail with, or None."""
        waiting = self.troubles.get(name)
        return waiting.pop() if waiting else None
