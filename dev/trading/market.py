# SPDX-License-Identifier: LGPL-3.0-or-later
"""The shops of the day: what they show, how long they take to answer, and when they are in trouble."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter

from dev import sandboxes
from dev.provision import Machine
from dev.sandboxes import Shop
from dev.trading.clock import Clock
from dev.trading.day import ANSWER_SECONDS, AWAY, SHOPS, THROTTLED

CONTROL = "/_sandbox/"
# eBay's stand-in counts a day's calls by the machine's clock, whatever the simulated day.
OPTIONS = {"ebay": ("--daily-calls", "1000000")}
FAULTS = {AWAY: {"kind": "503"}, THROTTLED: {"kind": "429", "retry_after": 30}}


class Markets:
    """All shops, by their names.

    :param shops: running, and empty
    """

    def __init__(self, shops: dict[str, Shop]):
        self.shops = shops
        self._place = None  # Shopify's only location
        self._seen = dict.fromkeys(shops, 0)  # writes

    def stock(self, shown: dict[tuple[str, str], int]) -> None:
        """Put products on sale, by (shop, SKU) with their pieces; the same ones get the same ids each time."""
        for name, shop in self.shops.items():
            rows = [{"sku": sku, "quantity": pieces} for (where, sku), pieces in shown.items() if where == name]
            if name == "shopify":
                self._place = shop.post("locations", name="Main Street")["id"]
                rows = [{"sku": row["sku"], "quantities": {self._place: row["quantity"]}} for row in rows]
            shop.post("items", items=rows)

    def buy(self, name: str, sku: str, pieces: int) -> None:
        """A customer buys."""
        place = {"location": self._place} if name == "shopify" else {}
        self.shops[name].post("orders", sku=sku, quantity=pieces, **place)

    def trouble(self, name: str, kind: str) -> None:
        """Have every request of the seller's fail."""
        self.shops[name].post("faults", share=1.0, **FAULTS[kind])

    def relief(self, name: str) -> None:
        """End all trouble of a shop."""
        self.shops[name].delete("faults")

    def shown(self) -> dict[tuple[str, str], int]:
        """Return the pieces buyers see, by (shop, SKU)."""
        pieces = {
            (name, level["sku"]): level["quantity"]
            for name, shop in self.shops.items()
            for level in shop.get("levels")["levels"]
        }
        # An offer on eBay has a number of its own: buyers see the smaller of the two.
        offers = self.shops["ebay"].get("offers")["offers"]
        return pieces | {("ebay", offer["sku"]): offer["buyers_see"] for offer in offers}

    def news(self, name: str) -> Iterator[tuple[str, int]]:
        """Yield what was written to a shop since the last time: SKU and pieces buyers see."""
        for write in self.shops[name].writes(self._seen[name]):
            self._seen[name] += 1
            yield write["sku"], write.get("buyers_see", write["to"])

    def requests(self) -> int:
        """Return how many requests the seller sent so far."""
        return sum(shop.get("stats")["requests"] for shop in self.shops.values())

    @contextmanager
    def slow(self, clock: Clock, written) -> Iterator[None]:
        """Let every request of the seller's take the time its marketplace takes, and then count.

        :param written: called with (shop, SKU, pieces) when a number was put into a shop
        """
        names = {urlsplit(shop.url).netloc: name for name, shop in self.shops.items()}
        send = HTTPAdapter.send

        def send_slowly(adapter, request, **options):
            url = urlsplit(request.url)
            if url.path.startswith(CONTROL):
                return send(adapter, request, **options)
            name = names[url.netloc]
            clock.sleep(ANSWER_SECONDS[name])
            answer = send(adapter, request, **options)
            for sku, pieces in self.news(name):
                written(name, sku, pieces)
            return answer

        with mock.patch.object(HTTPAdapter, "send", send_slowly):
            yield


@contextmanager
def running(machine: Machine) -> Iterator[Markets]:
    """Run the four shops while the block runs."""
    with ExitStack() as stack:
        yield Markets(
            {name: stack.enter_context(sandboxes.running(machine, name, *OPTIONS.get(name, ()))) for name in SHOPS}
        )
