# SPDX-License-Identifier: LGPL-3.0-or-later
"""How fast 10,000 changed products reach eBay and Cartona, and with how many calls.

All products sold have changed, one mark each, in one location. Times are of the whole drain, from sorting the marks to
having stored what the shop acknowledged, and every answer of the shop takes 100 ms. The account's settings are those
Odoo suggests for its platform, the pacing of calls among them.
"""

from dev.bench import data, figures
from dev.bench.pushing import Pushing
from dev.provision import Machine

LISTINGS = 10_000
RUNS = 5
SLOW_MS = 100


def measure(machine: Machine) -> None:
    """Push again and again, each time other numbers."""
    for sandbox in ("ebay", "cartona"):
        with data.selling(machine, LISTINGS, sandbox) as (name, shop, account_id):
            bench = Pushing(name, shop, account_id)
            bench.push(LISTINGS)  # the first one fills caches
            shop.post("settings", latency_ms=SLOW_MS)
            runs = [bench.push(LISTINGS) for _ in range(RUNS)]
            figures.note(f"drain.{sandbox}.calls", [calls for _seconds, calls in runs])
            figures.note(f"drain.{sandbox}.products_per_s", [LISTINGS / seconds for seconds, _calls in runs])
            if sandbox == "cartona":
                # As far as is known, Cartona may say nothing of each row; some are then read back.
                shop.post("settings", answers="plain")
                figures.note("drain.cartona.calls.plain", [bench.push(LISTINGS)[1]])
