# SPDX-License-Identifier: LGPL-3.0-or-later
"""The one shop both connectors write to, put back on its numbers after each turn."""

import uuid

import requests

from dev.bench.data import PIECES, SKU
from dev.sandboxes import Shop
from dev.say import Trouble

TOKEN = "shpat_sandbox"  # the stand-in's lasting one
AT_ONCE = 250
SET = """mutation Set($input: InventorySetQuantitiesInput!, $key: String!) {
    inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } }
}"""


class Market:
    """A stand-in Shopify with one location.

    :param items: the shop's own id of each SKU
    """

    def __init__(self, shop: Shop, items: dict[str, str]):
        self.shop, self.items = shop, items
        self.place = shop.get("locations")["locations"][0]["id"]
        self._session = requests.Session()
        self._session.headers["X-Shopify-Access-Token"] = TOKEN

    def put_back(self) -> None:
        """Have PIECES of everything on sale again, as another app of the shop would say it."""
        self.answer_after(0)
        wrong = [gid for gid, pieces in self.shop.quantities().items() if pieces != PIECES]
        for start in range(0, len(wrong), AT_ONCE):
            self._set(wrong[start : start + AT_ONCE])

    def answer_after(self, milliseconds: float) -> None:
        """Let every answer take so long."""
        self.shop.post("settings", latency_ms=milliseconds)

    def sell(self, number: int, pieces: int) -> None:
        """Let a customer buy some of the product with that number; no order of it reaches Odoo."""
        self.shop.post("orders", sku=SKU % number, quantity=pieces, location=self.place)

    def shown(self, number: int) -> int:
        """Return the pieces of the product with that number that are on sale."""
        return self.shop.get("levels", sku=SKU % number)["levels"][0]["quantity"]

    def count(self, pieces: int) -> int:
        """Return how many items have so many pieces on sale."""
        return sum(shown == pieces for shown in self.shop.quantities().values())

    def traffic(self) -> tuple[int, int]:
        """Return the requests and the TCP connections so far."""
        stats = self.shop.get("stats")
        return stats["requests"], stats["connections"]

    def traffic_since(self, before: tuple[int, int]) -> dict[str, int]:
        """Return the `calls` and the `connections` since then."""
        calls, connections = self.traffic()
        return {"calls": calls - before[0], "connections": connections - before[1]}

    def _set(self, gids: list[str]) -> None:
        rows = [
            {"inventoryItemId": gid, "locationId": self.place, "quantity": PIECES, "changeFromQuantity": None}
            for gid in gids
        ]
        values = {"name": "available", "reason": "correction", "quantities": rows}
        question = {"query": SET, "variables": {"input": values, "key": str(uuid.uuid4())}}
        answer = self._session.post(f"{self.shop.url}/admin/api/2026-10/graphql.json", json=question, timeout=60)
        body = answer.json()
        if body.get("errors") or body["data"]["inventorySetQuantities"]["userErrors"]:
            raise Trouble(f"The shop could not be put back: {body}.")
