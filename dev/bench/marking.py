# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a stock change costs whoever makes it.

"Off" is a second database, a copy of the same template in which the addon was never installed: no override of it is
loaded there, which no switch inside the addon could promise. Both get the same goods; samples alternate. A third one
has an account on each of four marketplaces, and sells all of the goods on every one of them.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

from dev import clone, database, odoo, sandboxes, say
from dev.bench import data, figures
from dev.bench.inside import environment
from dev.bench.stock_work import PRODUCTS, Cost, deliver, sample, update
from dev.provision import Machine

UPDATE_PAIRS = 40
DELIVERY_PAIRS = 30
KITS, COMPONENTS = 5_000, 10
KIT_PAIRS = 10


def measure(machine: Machine) -> None:
    """Compare the databases."""
    with _databases(machine) as (off, on, four):
        updates = list(_pairs(on, off, update, UPDATE_PAIRS))
        base = median(without.seconds for _with, without in updates) * 1000 / PRODUCTS
        say.line(f"  a quant update without the addon takes {base:.3f} ms a product")
        figures.note("mark.ms_per_product", _extra_ms(updates))
        figures.note("mark.ms_per_product.4accounts", _extra_ms(_pairs(four, off, update, UPDATE_PAIRS)))
        figures.note("mark.sql_per_transaction", [with_it.sql - without.sql for with_it, without in updates])
        figures.note("mark.wake_sql", [with_it.wake_sql - without.wake_sql for with_it, without in updates])
        deliveries = list(_pairs(on, off, deliver, DELIVERY_PAIRS))
        base = median(without.seconds for _with, without in deliveries)
        say.line(f"  a delivery of {PRODUCTS} lines without the addon takes {base:.2f} s")
        figures.note("delivery100.extra_sql", [with_it.sql - without.sql for with_it, without in deliveries])
        figures.note("delivery100.time_ratio", [with_it.seconds / without.seconds for with_it, without in deliveries])
        for name in (on, off):
            _sell_kits(name)
        updates = _pairs(on, off, update, KIT_PAIRS)
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
        sample(name, work, _settle)  # the first one fills caches
    for turn in range(number):
        order = (on, off) if turn % 2 else (off, on)
        costs = {name: sample(name, work, _settle) for name in order}
        yield costs[on], costs[off]


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
