# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long it takes to tell what 10,000 listings are to show: of plain products, and when all of them are kits.

Every time in a transaction of its own, in which nothing has been read yet, as a drain finds it.
"""

import gc
import time
from collections.abc import Iterator

from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.say import Trouble

LISTINGS = 10_000
PARTS = 1_000
COMPONENTS = 5
RUNS = 7


def measure(machine: Machine) -> None:
    """Ask for all of them again and again."""
    with data.selling(machine, LISTINGS) as (name, _shop, account_id):
        data.add_products(name, PARTS, prefix="PART")
        figures.note("quantity.ms_per_listing", list(_milliseconds(name, account_id)))
        data.make_kits(name, "BENCH", "PART", COMPONENTS)
        figures.note("quantity.ms_per_kit", list(_milliseconds(name, account_id)))


def _milliseconds(name: str, account_id: int) -> Iterator[float]:
    """Yield what a listing costs."""
    for run in range(RUNS + 1):
        with environment(name) as env:
            account = env["marketplace.config"].browse(account_id)
            listings = env.execute_query(_query(account_id))
            variants = {listing_id: [product_id] for listing_id, product_id in listings}
            gc.collect()
            started = time.perf_counter()
            numbers = env["marketplace.quantity"]._of_listings(account, variants)
            seconds = time.perf_counter() - started
        if set(numbers.values()) != {data.PIECES} or len(numbers) != LISTINGS:
            raise Trouble("The numbers are not what is in stock.")
        if run:  # the first one fills caches
            yield seconds * 1000 / LISTINGS


def _query(account_id: int):
    from odoo.tools import SQL

    return SQL("SELECT id, product_id FROM marketplace_listing WHERE config_id = %s", account_id)
