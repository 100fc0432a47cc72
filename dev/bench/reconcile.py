# SPDX-License-Identifier: LGPL-3.0-or-later
"""How fast the numbers a shop shows are compared with what they should be, and set right.

10,000 listings in one location, a tenth of which was changed in the shop; every answer of the shop takes 100 ms. Times
are of the whole comparison and of the push that sets right what it found; afterwards every number has to be right.
"""

import time

from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.sandboxes import Shop
from dev.say import Trouble

LISTINGS = 10_000
DRIFTED = 1_000
RUNS = 7
SLOW_MS = 100


def measure(machine: Machine) -> None:
    """Let customers buy, and compare, again and again."""
    with data.selling(machine, LISTINGS) as (name, shop, account_id):
        with environment(name) as env:
            # What was bought is put on sale again: every number that differs is written back.
            env["marketplace.config"].browse(account_id).conflict_policy = "overwrite"
            env.cr.commit()
        data.tidy(name, "stock_availability_dirty")
        shop.post("settings", latency_ms=SLOW_MS)
        _compare(name, shop, account_id)  # the first one fills caches
        runs = [_compare(name, shop, account_id) for _ in range(RUNS)]
        figures.note("reconcile.levels_per_s", [LISTINGS / seconds for seconds, _calls in runs])
        figures.note("reconcile.calls", [calls for _seconds, calls in runs])


def _compare(name: str, shop: Shop, account_id: int) -> tuple[float, int]:
    """Return the seconds it takes to find what was bought and set it right, and the calls."""
    place = shop.get("locations")["locations"][0]["id"]
    for number in range(1, LISTINGS + 1, LISTINGS // DRIFTED):
        shop.post("orders", sku=data.SKU % number, quantity=1, location=place)
    data.tidy(name, "marketplace_level", "marketplace_drift", "stock_availability_dirty")
    calls = shop.get("stats")["requests"]
    with environment(name) as env:
        account = env["marketplace.config"].browse(account_id)
        seconds = compared(env, account)
        run = account.reconcile_ids[:1]
        found = run.state, run.checked, run.drifted
    wrong = sum(pieces != data.PIECES for pieces in shop.quantities().values())
    if (*found, wrong) != ("done", LISTINGS, DRIFTED, 0):
        raise Trouble(f"The comparison found {found}, and {wrong} numbers are wrong afterwards.")
    return seconds, shop.get("stats")["requests"] - calls


def compared(env, account) -> float:
    """Have an account compared with its shop, and what differs set right; return the seconds it took."""
    account.action_reconcile()
    env.cr.commit()
    started = time.perf_counter()
    env["marketplace.reconcile"]._cron_compare()
    account._drain()
    return time.perf_counter() - started
