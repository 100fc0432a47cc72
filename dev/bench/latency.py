# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long one change takes to the shop: from the return of its commit to the receipt of the request that carries it.

A running Odoo server with two threads for scheduled actions does the pushing, as in production; the changes are made
by another process, one at a time, when all is quiet again. The first runs are warm-up.
"""

import random
import time

from dev import server
from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.sandboxes import Shop
from dev.say import Trouble

LISTINGS = 1_000
WARM_UP = 5
SAMPLES = 120
QUIET_SECONDS = (0.3, 0.8)  # at random, so that no rhythm of the server's is hit each time
PATIENCE = 30
GLANCE = 0.005


def measure(machine: Machine) -> None:
    """Change one quantity after the other."""
    with (
        data.selling(machine, LISTINGS) as (name, shop, _account_id),
        server.serving(machine, name),
        environment(name) as env,
    ):
        products = env["product.product"].search([("default_code", "like", "BENCH-")], limit=WARM_UP + SAMPLES)
        waits = [_wait(env, shop, product) for product in products][WARM_UP:]
    waits.sort()
    figures.note("latency.p50_ms", waits)
    figures.note("latency.p95_ms", waits, waits[int(len(waits) * 0.95)])


def _wait(env, shop: Shop, product) -> float:
    """Return the milliseconds a change of one product takes."""
    time.sleep(random.uniform(*QUIET_SECONDS))
    since = shop.get("stats")["writes"]
    committed = []
    # Registered before the addon's own, so that it runs at once when PostgreSQL has said that it is committed.
    env.cr.postcommit.add(lambda: committed.append(time.time()))
    env["stock.quant"]._update_available_quantity(product, env.ref("stock.stock_location_stock"), -1.0)
    env.cr.commit()
    deadline = time.monotonic() + PATIENCE
    while not (writes := shop.writes(since)):
        if time.monotonic() > deadline:
            raise Trouble(f"The shop heard nothing of {product.default_code} within {PATIENCE} seconds.")
        time.sleep(GLANCE)
    return (writes[0]["received_at"] - committed[0]) * 1000
