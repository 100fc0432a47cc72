# SPDX-License-Identifier: LGPL-3.0-or-later
"""The shop behind the wire: its stock, its settings, and what tests, demos and benchmarks do to it."""

import time
from itertools import count

from .. import marketplace, spoil
from ..application import answer
from ..stock import check_order
from . import app, engine, older
from .auth import SCOPES, Auth
from .bulk import Operation as BulkOperation
from .control import CONTROLS
from .cost import MUTATION, RESTORE_RATES, Bucket
from .faults import Fault
from .idempotency import Ledger
from .search import SkuIndex
from .stock import Item, Level, Location, Stats, Variant

AUTH_SETTINGS = {"token_lifetime": "lifetime", "permitted": "permitted", "scopes": "scopes"}


class Shop(marketplace.Marketplace):
    """A strict little Shopify: a shop with one seller's app installed.

    Its methods may be called from any thread while `serve` runs it: `lock` guards every change.

    :param plan: `standard`, `advanced`, `plus`, `enterprise` or `unlimited`: how fast spent points come back
    :param token: the lasting access token
    :param latency: seconds every GraphQL request takes before it has an effect
    :param clock: gives the time in seconds for tokens and for the points
    :param older_versions: whether API versions are answered that this project's adapter does not speak, see older.py
    """

    PLATFORM = "shopify"
    FAULT = Fault
    STATS = Stats
    CONTROLS = CONTROLS

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
        seed=0,
        older_versions=False,
    ):
        super().__init__(latency=latency, clock=clock, seed=seed)
        self.name, self.domain, self.older_versions = name, domain, older_versions
        self.auth = Auth(clock, token, client_id, client_secret, tuple(scopes))
        self.bucket = Bucket(plan, clock)
        self.ledger = Ledger()
        self.bulk_operations: dict[str, BulkOperation] = {}
        self.locations: dict[str, Location] = {}
        self.items: dict[str, Item] = {}
        self.numbers: list[int] = []
        self.index = SkuIndex()
        self._by_sku: dict[str, list[Item]] = {}
        # Numbers as long as real ones, so that nobody gets away with 32 bits.
        self._location_numbers, self._item_numbers = count(70_000_000_001), count(45_000_000_000_001)

    @classmethod
    def add_arguments(cls, parser):
        parser.add_argument("--name", default="Sandbox", help="name of the shop")
        parser.add_argument("--token", default="shpat_sandbox", help="the lasting access token")
        parser.add_argument("--client-id", default="sandbox-client")
        parser.add_argument("--client-secret", default="sandbox-secret")
        parser.add_argument("--plan", choices=RESTORE_RATES, default="unlimited", help="how fast points come back")
        parser.add_argument("--older-versions", action="store_true", help=f"answer {', '.join(older.VERSIONS)}, too")

    def build(self):
        return app.build(self)

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
        return self.items.get(gid) or self.locations.get(gid) or self.bulk_operations.get(gid)

    def level(self, sku_or_gid, location, name="available"):
        """The units in state `name` of an item at the location with that gid; 0 where it is not stocked."""
        with self.lock:
            level = self.item(sku_or_gid).levels.get(location)
            return level.quantity(name) if level else 0

    def stock(self, item, location):
        """The level of an item at a location, made if it was not stocked there."""
        return item.levels.setdefault(location.gid, Level(item, location))

    def order(self, sku, quantity, location):
        """A buyer buys: `quantity` units of a SKU (or gid) go from available to committed at a location, and on hand
        stays; SoldOut, and nothing is changed, when fewer are available, unless the item is not tracked."""
        with self.lock:
            level = self.item(sku).levels[location]
            check_order(quantity, level.available if level.item.tracked else None)
            level.available -= quantity
            level.committed += quantity

    def fulfil(self, sku, quantity, location):
        """The seller ships what was ordered: `quantity` units leave committed, and with it on hand; ValueError, and
        nothing is changed, when fewer are committed."""
        with self.lock:
            level = self.item(sku).levels[location]
            if not 0 < quantity <= level.committed:
                raise ValueError(f"{quantity} units cannot be shipped: {level.committed} are committed")
            level.committed -= quantity

    def levels(self, sku=None, name="available"):
        """Every level, or those of one SKU, as GET /_sandbox/levels has them."""
        items = self.items.values() if sku is None else self.with_sku(sku)
        return [
            {"sku": item.sku, "item": item.gid, "location": gid, "quantity": level.quantity(name)}
            for item in items
            for gid, level in item.levels.items()
        ]

    def refusal(self, request, status, reason):
        return app.refusal(self, status, reason)

    def expire(self, request):
        self.auth.expire(request.headers.get("X-Shopify-Access-Token"))

    def revoke(self, token):
        self.auth.revoked.add(token)

    async def spoil(self, request, fault, response):
        if fault.kind == "throttled":
            return answer(engine.throttled(self, MUTATION))
        if fault.kind == "crash":
            return spoil.page(500)
        return await super().spoil(request, fault, response)

    def settings(self):
        return {
            **super().settings(),
            "plan": self.plan,
            "bucket_size": self.bucket.size,
            **{name: getattr(self.auth, attribute) for name, attribute in AUTH_SETTINGS.items()},
        }

    def change(self, **settings):
        bucket = {name: settings.pop(name) for name in ("plan", "bucket_size") if name in settings}
        auth = {name: settings.pop(name) for name in AUTH_SETTINGS if name in settings}
        super().change(**settings)
        if bucket:
            self.bucket.change(bucket.get("plan", self.plan), bucket.get("bucket_size"))
        for name, value in auth.items():
            setattr(self.auth, AUTH_SETTINGS[name], value)
