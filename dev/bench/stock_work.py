# SPDX-License-Identifier: LGPL-3.0-or-later
"""What those do who change stock, and what it costs them: statements, and seconds until it is committed."""

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from dev.bench.inside import environment

PRODUCTS = 100  # the first ones, of as many as there are


@dataclass(frozen=True)
class Cost:
    """What something took: seconds until the last commit returned, statements of its own, and of the wake-up."""

    seconds: float
    sql: int
    wake_sql: int


def sample(name: str, work: Callable, settle: Callable[[str], None]) -> Cost:
    """Do some work with goods nobody has touched since they were counted.

    :param work: prepares it, and gives what is to be measured
    :param settle: puts the database back as it was
    """
    settle(name)
    thread = threading.current_thread()
    thread.query_count = thread.query_time = 0  # Odoo adds up all cursors of a thread here
    with environment(name) as env:
        act = work(env)
        env.cr.commit()
        sql, all_sql = env.cr.sql_log_count, thread.query_count
        gc.collect()  # no sample is to clean up after another
        started = time.perf_counter()
        act()
        seconds = time.perf_counter() - started
        own = env.cr.sql_log_count - sql
        return Cost(seconds, own, thread.query_count - all_sql - own)


def update(env) -> Callable[[], None]:
    """One transaction that changes the quant of each product, the way every move does."""
    products = _products(env)
    location = env.ref("stock.stock_location_stock")

    def act():
        for product in products:
            env["stock.quant"]._update_available_quantity(product, location, -1.0)
        env.cr.commit()

    return act


def deliver(env) -> Callable[[], None]:
    """A delivery with a line a product, from its confirmation to its validation, each committed as a click is."""
    products = _products(env)
    kind = env.ref("stock.picking_type_out")
    ends = {
        "location_id": env.ref("stock.stock_location_stock").id,
        "location_dest_id": env.ref("stock.stock_location_customers").id,
    }
    moves = [(0, 0, {"product_id": product.id, "product_uom_qty": 1, **ends}) for product in products]
    picking = env["stock.picking"].create({"picking_type_id": kind.id, "move_ids": moves, **ends})

    def act():
        picking.action_confirm()
        env.cr.commit()
        picking.button_validate()
        env.cr.commit()
        if picking.state != "done":
            raise RuntimeError(f"the delivery is {picking.state}")

    return act


def _products(env):
    return env["product.product"].search([("default_code", "like", "BENCH-")], order="id", limit=PRODUCTS)
