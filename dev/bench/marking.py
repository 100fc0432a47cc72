# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a stock change costs whoever makes it.

"Off" is a second database, a copy of the same template in which the addon was never installed: no override of it is
loaded there, which no switch inside the addon could promise. Both get the same goods; samples alternate. A third one
has an account on each of four marketplaces, and sells all of the goods on every one of them.
"""

import gc
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from dev import clone, database, odoo, sandboxes, say
from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine

PRODUCTS = 100
UPDATE_PAIRS = 40
DELIVERY_PAIRS = 30
KITS, COMPONENTS = 5_000, 10
KIT_PAIRS = 10


@dataclass(frozen=True)
class Cost:
    """What something took: seconds until the last commit returned, statements of its own, and of the wake-up."""

    seconds: float
    sql: int
    wake_sql: int


def measure(machine: Machine) -> None:
    """Compare the databases."""
    with _databases(machine) as (off, on, four):
        updates = list(_pairs(on, off, _update, UPDATE_PAIRS))
        base = median(without.seconds for _with, without in updates) * 1000 / PRODUCTS
        say.line(f"  a quant update without the addon takes {base:.3f} ms a product")
        figures.note("mark.ms_per_product", _extra_ms(updates))
        figures.note("mark.ms_per_product.4accounts", _extra_ms(_pairs(four, off, _update, UPDATE_PAIRS)))
        figures.note("mark.sql_per_transaction", [with_it.sql - without.sql for with_it, without in updates])
        figures.note("mark.wake_sql", [with_it.wake_sql - without.wake_sql for with_it, without in updates])
        deliveries = list(_pairs(on, off, _deliver, DELIVERY_PAIRS))
        base = median(without.seconds for _with, without in deliveries)
        say.line(f"  a delivery of {PRODUCTS} lines without the addon takes {base:.2f} s")
        figures.note("delivery100.extra_sql", [with_it.sql - without.sql for with_it, without in deliveries])
        figures.note("delivery100.time_ratio", [with_it.seconds / without.seconds for with_it, without in deliveries])
        for name in (on, off):
            _sell_kits(name)
        updates = _pairs(on, off, _update, KIT_PAIRS)
        figures.note("mark.kits_sql_per_transaction", [with_it.sql - without.sql for with_it, without in updates])


def _sell_kits(name: str) -> None:
    """Make the goods what kits are made of, and sell those, where there is somebody to sell them."""
    data.add_products(name, KITS, prefix="KIT")
    data.make_kits(name, "KIT", "BENCH", COMPONENTS)
    with environment(name) as env:
        if "marketplace.config" in env:
            env["product.product"].search([("default_code", "=like", "KIT-%")]).shopify_product = True
            env.cr.commit()


def _extra_ms(pairs: Iterable[tuple[Cost, Cost]]) -> list[float]:
    """Return what the addon adds to each product of an update, in milliseconds."""
    return [(with_it.seconds - without.seconds) * 1000 / PRODUCTS for with_it, without in pairs]


@contextmanager
def _databases(machine: Machine) -> Iterator[tuple[str, str, str]]:
    """Give three databases: without the addon, with one account, with four."""
    names = off, on, four = [clone.database(f"bench_{purpose}") for purpose in ("off", "on", "four")]
    try:
        for name in names:
            database.fresh(machine, name)
            if name != off:
                odoo.install_cleanly(machine, name)
            data.add_products(name, PRODUCTS)
        with ExitStack() as stack:
            shops = [stack.enter_context(sandboxes.running(machine, sandbox)) for sandbox in sandboxes.ACCOUNTS]
            for name, sold_at in ((on, shops[:1]), (four, shops)):
                with environment(name) as env:
                    for shop in sold_at:
                        data.connect(env, shop)
                    products = env["product.product"].search([("default_code", "like", "BENCH-")])
                    products.write({shop.tick: True for shop in sold_at})
                    env.cr.commit()
            yield off, on, four
    finally:
        for name in names:
            database.drop(name)


def _pairs(on: str, off: str, work: Callable, number: int) -> Iterator[tuple[Cost, Cost]]:
    """Yield costs with and without the addon, taken in turns, each going first every other time."""
    for name in (on, off):
        _sample(name, work)  # the first one fills caches
    for turn in range(number):
        order = (on, off) if turn % 2 else (off, on)
        costs = {name: _sample(name, work) for name in order}
        yield costs[on], costs[off]


def _sample(name: str, work: Callable) -> Cost:
    """Do some work with goods nobody has touched since they were counted."""
    _settle(name)
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


def _settle(name: str) -> None:
    """As after a drain: nothing waits, and the scheduled action has used up what woke it."""
    with environment(name) as env:
        env.cr.execute(
            "UPDATE stock_quant SET quantity = 1000, reserved_quantity = 0 WHERE product_id IN "
            "(SELECT id FROM product_product WHERE default_code LIKE 'BENCH-%')"
        )
        if "marketplace.config" in env:
            env.cr.execute("TRUNCATE stock_availability_dirty")
            crons = env["marketplace.config"].search([]).cron_id
            env["ir.cron.trigger"].search([("cron_id", "in", crons.ids)]).unlink()
        env.cr.commit()


def _update(env) -> Callable[[], None]:
    """One transaction that changes the quant of each product, the way every move does."""
    products = env["product.product"].search([("default_code", "like", "BENCH-")])
    location = env.ref("stock.stock_location_stock")

    def act():
        for product in products:
            env["stock.quant"]._update_available_quantity(product, location, -1.0)
        env.cr.commit()

    return act


def _deliver(env) -> Callable[[], None]:
    """A delivery with a line a product, from its confirmation to its validation, each committed as a click is."""
    products = env["product.product"].search([("default_code", "like", "BENCH-")])
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
