# SPDX-License-Identifier: LGPL-3.0-or-later
"""The shop behind the wire: its stock, its settings, and what tests, demos and benchmarks do to it."""

import threading
import time
from itertools import count

from .auth import SCOPES, Auth
from .cost import Bucket
from .faults import Fault, take
from .idempotency import Ledger
from .search import SkuIndex
from .stock import Item, Level, Location, Stats, Variant, Write


class Shop:
    """A shop with one seller's app installed.

    Its methods may be called from any thread while `serve` runs it: `lock` guards every change.

    :param plan: `standard`, `advanced`, `plus`, `enterprise` or `unlimited`: how fast spent points come back
    :param token: the lasting access token
    :param latency: seconds every GraphQL request takes before it has an effect
    :param clock: gives the time in seconds for tokens and for the points
    """

    def __init__(
        self,
        name="Sandbox",
        domain="sandbox.myshopify.com",
        *,
        plan="unlimited",
        token="shpat_sandbox",
        client_id="sandbox-client",
        client_secret="sandbox-secret",
        scopes=SCOPES,
        latency=0.0,
        clock=time.time,
    ):
        self.name, self.domain, self.latency = name, domain, latency
        self.lock = threading.RLock()
        self.auth = Auth(clock, token, client_id, client_secret, tuple(scopes))
        self.bucket = Bucket(plan, clock)
        self.ledger = Ledger()
        self.stats = Stats()
        self.faults: list[Fault] = []
        self.writes: list[Write] = []
        self.locations: dict[str, Location] = {}
        self.items: dict[str, Item] = {}
        self.numbers: list[int] = []
        self.index = SkuIndex()
        self._by_sku: dict[str, list[Item]] = {}
        # Numbers as long as real ones, so that nobody gets away with 32 bits.
        self._location_numbers, self._item_numbers = count(70_000_000_001), count(45_000_000_000_001)

    @property
    def gid(self):
        return "gid://shopify/Shop/60000000001"

    @property
    def token(self):
        return self.auth.token

    @property
    def plan(self):
        return self.bucket.plan

    @plan.setter
    def plan(self, plan):
        with self.lock:
            self.bucket.change(plan)

    def add_location(self, name, active=True):
        """Open a location and give its gid."""
        with self.lock:
            location = Location(next(self._location_numbers), name, active)
            self.locations[location.gid] = location
            return location.gid

    def add_item(self, sku, tracked=True, quantities=None):
        """Add an item and give its gid; see `add_items`."""
        return self.add_items([sku], tracked, quantities)[0]

    def add_items(self, skus, tracked=True, quantities=None):
        """Add an item for each of `skus`, which need not be unique, and give their gids.

        :param quantities: available units by the gid of each location that stocks them
        """
        with self.lock:
            stocked = [(self.locations[gid], units) for gid, units in (quantities or {}).items()]
            return [self._add(sku, tracked, stocked) for sku in skus]

    def _add(self, sku, tracked, stocked):
        item = Item(next(self._item_numbers), sku, tracked)
        for location, units in stocked:
            item.levels[location.gid] = Level(item, location, units)
        gid = item.gid
        self.items[gid] = item
        self.numbers.append(item.number)
        self.index.add(item)
        self._by_sku.setdefault(sku, []).append(item)
        return gid

    def item(self, sku_or_gid):
        """The item with that gid, else the first with that SKU; KeyError when there is none."""
        return self.items.get(sku_or_gid) or self._by_sku[sku_or_gid][0]

    def with_sku(self, sku):
        """All items with exactly that SKU."""
        return self._by_sku.get(sku, [])

    def node(self, gid):
        """Whatever of ours has that gid, or None."""
        if gid == self.gid:
            return self
        kind, _, number = gid.removeprefix("gid://shopify/").partition("/")
        if kind == "ProductVariant":
            item = self.items.get(f"gid://shopify/InventoryItem/{number}")
            return item and Variant(item)
        if kind == "InventoryLevel":
            location, _, item = number.partition("?inventory_item_id=")
            item = self.items.get(f"gid://shopify/InventoryItem/{item}")
            return item and item.levels.get(f"gid://shopify/Location/{location}")
        return self.items.get(gid) or self.locations.get(gid)

    def level(self, sku_or_gid, location, name="available"):
        """The units in state `name` of an item at the location with that gid; 0 where it is not stocked."""
        with self.lock:
            level = self.item(sku_or_gid).levels.get(location)
            return level.quantity(name) if level else 0

    def stock(self, item, location):
        """The level of an item at a location, made if it was not stocked there."""
        return item.levels.setdefault(location.gid, Level(item, location))

    def order(self, sku, quantity, location):
        """A customer buys: `quantity` units of a SKU (or gid) go from available to committed at a location."""
        with self.lock:
            level = self.item(sku).levels[location]
            level.available -= quantity
            level.committed += quantity

    def fault(self, kind, times=1, **options):
        """Ask for trouble; see `faults.Fault` for the kinds and the options."""
        fault = Fault(kind, times, **options)
        with self.lock:
            self.faults.append(fault)
            return fault

    def take_fault(self, target):
        with self.lock:
            fault = take(self.faults, target)
            self.stats.faults += fault is not None
            return fault
