# SPDX-License-Identifier: LGPL-3.0-or-later
"""How fast changed products reach the shop.

All products sold are in one database with ten times as many; every push changes 10,000 quants, one mark each, in one
location. Times are of the whole drain, from sorting the marks to having stored what the shop acknowledged.
"""

import time
from collections.abc import Callable

import requests

from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.sandbox_shopify import Shop
from dev.say import Trouble

LISTINGS = 100_000
CHANGED = 10_000
RUNS = 7
SLOW_MS = 100
STANDARD_PER_SECOND = 2500  # quantities: 100 points a second, 10 a call, 250 quantities in one
PLAN_LISTINGS = 50_000
PLAN_RUNS = 3
CALL_POINTS = 10
IDS_AT_ONCE = 250


def measure(machine: Machine) -> None:
    """Push again and again, each time other numbers."""
    with data.selling(machine, LISTINGS) as (name, shop, account_id):
        bench = _Bench(name, shop, account_id)
        bench.push(CHANGED)  # the first one fills caches
        runs = [bench.push(CHANGED) for _ in range(RUNS)]
        figures.note("drain.products_per_s.0ms", [CHANGED / seconds for seconds, _calls in runs])
        figures.note("drain.calls", [calls for _seconds, calls in runs])
        shop.post("settings", latency_ms=SLOW_MS)
        runs = [bench.push(CHANGED) for _ in range(RUNS)]
        figures.note("drain.products_per_s.100ms", [CHANGED / seconds for seconds, _calls in runs])
        shop.post("settings", latency_ms=0)
        bench.forget_levels(CHANGED)
        figures.note("drain.first_push_calls", [bench.push(CHANGED)[1]])
        shares = []
        for _ in range(PLAN_RUNS):
            seconds, _calls = bench.push(PLAN_LISTINGS, just_before=_empty_bucket)
            shares.append(PLAN_LISTINGS / seconds / STANDARD_PER_SECOND)
        figures.note("drain.plan_share", shares)


class _Bench:
    """One account whose drains are timed."""

    def __init__(self, name: str, shop: Shop, account_id: int):
        self._name, self._shop, self._account_id = name, shop, account_id
        self._pieces = data.PIECES

    def push(self, listings: int, just_before: Callable[[Shop], None] | None = None) -> tuple[float, int]:
        """Change products and push them; return the seconds and the calls it took."""
        self._pieces += 1
        data.set_all(self._name, self._pieces, up_to=listings)
        data.tidy(self._name, "stock_quant", "marketplace_level", "stock_availability_dirty")
        if just_before:
            just_before(self._shop)
        calls = self._shop.get("stats")["requests"]
        with environment(self._name) as env:
            account = env["marketplace.config"].browse(self._account_id)
            started = time.perf_counter()
            done = account._drain()
            seconds = time.perf_counter() - started
        if (done["done"], done["remaining"]) != (listings, 0):
            raise Trouble(f"The drain did not push {listings} listings but {done}.")
        return seconds, self._shop.get("stats")["requests"] - calls

    def forget_levels(self, listings: int) -> None:
        """As before the first push: what the shop has of these is not known."""
        with environment(self._name) as env:
            env.cr.execute(
                "DELETE FROM marketplace_level WHERE listing_id IN "
                "(SELECT id FROM marketplace_listing ORDER BY product_id LIMIT %s)",
                [listings],
            )
            env.cr.commit()


def _empty_bucket(shop: Shop) -> None:
    """Put the shop on the Standard plan and use up its points, as another app of the same token would."""
    shop.post("settings", plan="standard")
    item = shop.get("levels", sku=data.SKU % 1)["levels"][0]["item"]
    url, headers = f"{shop.url}/admin/api/2026-10/graphql.json", {"X-Shopify-Access-Token": data.TOKEN}
    points = IDS_AT_ONCE
    while points >= CALL_POINTS:
        # A node costs a point.
        ids = [item] * min(int(points), IDS_AT_ONCE)
        query = {"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": ids}}
        answer = requests.post(url, json=query, headers=headers, timeout=60).json()
        points = answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"]
