# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether many who change the stock of the same few products at once get less done with the addon than without it.

Eight processes deliver and receive pieces of the same ten products for some seconds, as fast as they can: a stock move
each, from its confirmation to its end, committed, and tried again the way Odoo's web server does when PostgreSQL
refuses it because of somebody else's. They do so in a database with the addon, where the products are sold by a
connected account, and in one in which it was never installed, by turns. The queue is left alone at first, so that what
is measured is marking, and waking the scheduled action; then a server drains it at the same time to a shop, which costs
processor time that the writers then lack where processors are few.
"""

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from statistics import median

import psycopg2

from dev import clone, database, odoo, sandboxes, say, server
from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine

PRODUCTS = 10
PIECES = 1_000_000
WRITERS = 8
SECONDS = 5.0
WARM_UP_SECONDS = 2.0
PAIRS = 15
DRAINING_PAIRS = 5


def measure(machine: Machine) -> None:
    """Compare the databases."""
    with _databases(machine) as (off, on), _Writers(on, off) as writers:
        pairs = list(writers.pairs(PAIRS))
        base = median(without["done"] for _with, without in pairs) / SECONDS
        say.line(f"  {WRITERS} writers do {base:.1f} moves a second without the addon")
        figures.note("hot.throughput_ratio", _ratios(pairs))
        for number, name in enumerate(("on", "off")):
            counts = [pair[number] for pair in pairs]
            figures.note(f"hot.retries_per_1000.{name}", [1000 * each["retries"] / each["done"] for each in counts])
        with server.serving(machine, on):
            figures.note("hot.throughput_ratio.draining", _ratios(writers.pairs(DRAINING_PAIRS)))


def _ratios(pairs) -> list[float]:
    return [with_it["done"] / without["done"] for with_it, without in pairs]


@contextmanager
def _databases(machine: Machine) -> Iterator[tuple[str, str]]:
    """Give two databases with the same goods: without the addon, and with it and an account that sells them."""
    names = off, on = [clone.database(f"bench_{purpose}") for purpose in ("off", "on")]
    with ExitStack() as stack:
        for name in names:
            database.fresh(machine, name)
            stack.callback(database.drop, name)
        odoo.install_cleanly(machine, on)
        shop = stack.enter_context(sandboxes.running(machine, "shopify"))
        data.stock_shop(shop, [data.SKU % number for number in range(1, PRODUCTS + 1)])
        for name in names:
            data.add_products(name, PRODUCTS)
        with environment(on) as env:
            data.connect(env, shop)
            env["product.product"].search([("default_code", "like", "BENCH-")]).write({shop.tick: True})
            env.cr.commit()
        yield off, on


class _Writers:
    """Processes that change stock when they are told to, in either database.

    They are forked from this one, which has loaded both registries by then.
    """

    def __init__(self, on: str, off: str):
        self._on, self._off = on, off
        self._processes, self._pipes = [], []

    def __enter__(self) -> "_Writers":
        from odoo import sql_db

        for name in (self._on, self._off):
            with environment(name):
                pass
        sql_db.close_all()  # a connection can't be shared with a child
        forking = multiprocessing.get_context("fork")
        for number in range(WRITERS):
            ours, theirs = forking.Pipe()
            process = forking.Process(target=_write_when_told, args=(theirs, number), daemon=True)
            process.start()
            self._processes.append(process)
            self._pipes.append(ours)
        for name in (self._on, self._off):
            self._round(name, WARM_UP_SECONDS)
        return self

    def __exit__(self, *_error) -> None:
        for process in self._processes:
            process.terminate()
            process.join()

    def pairs(self, number: int) -> Iterator[tuple[dict, dict]]:
        """Yield what was done with and without the addon, each going first every other time."""
        for turn in range(number):
            order = (self._on, self._off) if turn % 2 else (self._off, self._on)
            counts = {name: self._round(name, SECONDS) for name in order}
            yield counts[self._on], counts[self._off]

    def _round(self, name: str, seconds: float) -> dict:
        """Have all of them write for so many seconds; return how many moves were done, and tried again."""
        _settle(name)
        for pipe in self._pipes:
            pipe.send((name, seconds))
        counts = [pipe.recv() for pipe in self._pipes]
        return {what: sum(count[what] for count in counts) for what in ("done", "retries")}


def _settle(name: str) -> None:
    """One quant of each product with plenty in it, and an empty queue."""
    with environment(name) as env:
        products = env["product.product"].search([("default_code", "like", "BENCH-")])
        quants = env["stock.quant"].search([("product_id", "in", products.ids)])
        env.cr.execute("DELETE FROM stock_quant WHERE id = ANY(%s)", [quants.ids])
        for product in products:
            env["stock.quant"]._update_available_quantity(product, env.ref("stock.stock_location_stock"), PIECES)
        env.cr.commit()
    data.tidy(name, "stock_quant", "stock_move", "stock_move_line")


def _write_when_told(pipe, seed: int) -> None:
    """Be one writer, until the process is ended."""
    chance = random.Random(seed)
    while True:
        name, seconds = pipe.recv()
        pipe.send(_write(name, seconds, chance))


def _write(name: str, seconds: float, chance: random.Random) -> dict:
    """Move pieces of one product after the other until the time is over."""
    from odoo.service.model import retrying

    done = tries = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        place, is_delivery = chance.randrange(PRODUCTS), chance.random() < 0.5
        with environment(name) as env:

            def move(env=env, place=place, is_delivery=is_delivery):
                nonlocal tries
                tries += 1
                _move(env, place, is_delivery)

            with suppress(psycopg2.OperationalError):  # five tries in vain: a user would be told
                retrying(move, env)
                done += 1
    return {"done": done, "retries": tries - done}


def _move(env, place: int, is_delivery: bool) -> None:
    """One piece of the product with that number leaves the stock, or comes into it."""
    product = env["product.product"].search([("default_code", "=", data.SKU % (place + 1))])
    stock, outside = env.ref("stock.stock_location_stock"), env.ref("stock.stock_location_customers")
    source, destination = (stock, outside) if is_delivery else (outside, stock)
    move = env["stock.move"].create({
        "product_id": product.id,
        "product_uom_qty": 1,
        "location_id": source.id,
        "location_dest_id": destination.id,
    })
    move._action_confirm()
    move._action_assign()
    move.quantity = 1
    move.picked = True
    move._action_done()
