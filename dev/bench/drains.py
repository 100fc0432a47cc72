# SPDX-License-Identifier: LGPL-3.0-or-later
"""How fast changed products reach the shop.

All products sold are in one database with ten times as many; every push changes 10,000 quants, one mark each, in one
location. Times are of the whole drain, from sorting the marks to having stored what the shop acknowledged.
"""

import requests

from dev.bench import data, figures
from dev.bench.pushing import Pushing
from dev.provision import Machine
from dev.sandboxes import Shop

LISTINGS = 100_000
CHANGED = 10_000
RUNS = 7
SLOW_MS = 100
STANDARD_PER_SECOND = 2500  # quantities: 100 points a second, 10 a call, 250 quantities in one
PLAN_LISTINGS = 50_000
PLAN_RUNS = 3
CALL_POINTS = 10
IDS_AT_ONCE = 250
TOKEN = "shpat_sandbox"  # the stand-in's own, of another app


def measure(machine: Machine) -> None:
    """Push again and again, each time other numbers."""
    with data.selling(machine, LISTINGS) as (name, shop, account_id):
        bench = Pushing(name, shop, account_id)
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


def _empty_bucket(shop: Shop) -> None:
    """Put the shop on the Standard plan and use up its points, as another app of the same token would."""
    shop.post("settings", plan="standard")
    item = shop.get("levels", sku=data.SKU % 1)["levels"][0]["item"]
    url, headers = f"{shop.url}/admin/api/2026-10/graphql.json", {"X-Shopify-Access-Token": TOKEN}
    points = IDS_AT_ONCE
    while points >= CALL_POINTS:
        # A node costs a point.
        ids = [item] * min(int(points), IDS_AT_ONCE)
        query = {"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": ids}}
        answer = requests.post(url, json=query, headers=headers, timeout=60).json()
        points = answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"]
