# SPDX-License-Identifier: LGPL-3.0-or-later
"""The database every policy begins its day with: the products, four connected accounts, and every number pushed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from dev import clone, database, odoo, postgres
from dev.bench.data import connect
from dev.bench.inside import environment
from dev.provision import Machine
from dev.trading.clock import MORNING, Clock
from dev.trading.day import Day
from dev.trading.market import Markets

MODEL = {"type": "consu", "is_storable": True, "list_price": 10.0}
# PostgreSQL's now() is the machine's. One that stands before it in the search path tells the day's; being a table's
# row, it is also the time of a transaction's beginning.
CLOCK = """
    CREATE SCHEMA simulated;
    CREATE TABLE simulated.clock AS SELECT now() AS moment;
    CREATE FUNCTION simulated.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT moment FROM simulated.clock';
"""
# These are not copied with a database. That a crash would lose something matters to nobody here.
SETTINGS = """
    ALTER DATABASE {name} SET search_path = public, simulated, pg_catalog;
    ALTER DATABASE {name} SET synchronous_commit = off;
"""
EBAY_TOKEN = "v^1.1#i^1#sandbox"  # the stand-in grants it from the beginning


def template() -> str:
    """Return the name of that database."""
    return clone.database("trading")


def make(machine: Machine, day: Day, markets: Markets) -> None:
    """Make it, with the accounts' listings linked to these shops, which have the products on sale already."""
    name = template()
    database.fresh(machine, name)
    odoo.install_cleanly(machine, name)
    with environment(name) as env:
        stock = env.ref("stock.stock_location_stock")
        products = env["product.product"].create(
            [
                {**MODEL, "name": sku, "default_code": sku, **{shop.tick: True for shop in markets.shops.values()}}
                for sku in day.stock
            ]
        )
        for product in products:
            if day.stock[product.default_code]:
                env["stock.quant"]._update_available_quantity(product, stock, day.stock[product.default_code])
        for shop in markets.shops.values():
            # One call at a time, as fast as it goes: how long it takes is the simulation's business.
            account = connect(env, shop)
            account.write({"calls_per_second": 0, "parallel": 1})
            if account.platform == "ebay":
                env["marketplace.credential"]._set(account, "refresh_token", EBAY_TOKEN)
        env.cr.commit()
        for account in env["marketplace.config"].search([]):
            account._drain()
        # The shops the day is spent with are others, with the same items: these tokens are not known to them.
        env["marketplace.credential"].search([("key", "=", "token")]).unlink()
        env.cr.commit()
    with postgres.connected(name) as cursor:
        cursor.execute(CLOCK)


@contextmanager
def copied(policy: str, markets: Markets) -> Iterator[str]:
    """Give a copy of it while the block runs, its accounts pointed at other shops that have the same items."""
    name = clone.database(f"trading_{policy}")
    database.drop(name)
    with postgres.connected() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template()}")
        cursor.execute(SETTINGS.format(name=name))
    try:
        _move_to(name, markets)
        yield name
    finally:
        database.drop(name)


def _move_to(name: str, markets: Markets) -> None:
    with postgres.connected(name) as cursor:
        for shop in markets.shops.values():
            cursor.execute(
                "UPDATE marketplace_config SET base_url = %s WHERE platform = %s", [shop.url, shop.account["platform"]]
            )


@contextmanager
def telling_time(name: str, clock: Clock) -> Iterator[None]:
    """Let PostgreSQL tell the day's time in a copy while the block runs."""
    with postgres.connected(name) as cursor:

        def move(moment: datetime) -> None:
            cursor.execute("UPDATE simulated.clock SET moment = %s", [moment])

        move(MORNING)
        clock.listeners.append(move)
        try:
            yield
        finally:
            clock.listeners.remove(move)
