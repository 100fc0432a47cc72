# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the nightly cleaning takes: where there is nothing to clean, and where 100,000 orphans are.

The rarer kinds are looked for in all listings and all published numbers: what a chunk of those costs is compared, and
how long the whole of such a night takes is told.
"""

import time

from dev import say
from dev.bench import figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.say import Trouble
from dev.scale.comparing import Database, compare

TIMES = 9
NIGHTS = 3
ORPHANS = 100_000
GONE = 1_000_000_000  # added to an id, nothing has it


def measure(machine: Machine, *names: str) -> None:
    """Clean in turns."""
    databases = tuple(map(Database, names))
    compare("scale.gc_idle_ratio", databases, idle, times=TIMES, prepare=Database.fill_queue)
    compare("scale.gc_orphans_ratio", databases, collect, times=TIMES, prepare=orphan)
    for kind, table in (("listings", "marketplace_listing"), ("levels", "marketplace_level"),
                        ("old", "marketplace_history")):
        _compare_chunks(kind, table, databases)
    for database in databases:
        database.empty_queue()


def orphan(database: Database) -> None:
    """Leave 100,000 orphans behind them, half of products, half of listings."""
    database.fill_queue()
    database.execute(
        """
        INSERT INTO stock_availability_dirty (product_id, product_tmpl_id, listing_id, config_id, reason)
        SELECT n + %(gone)s, n + %(gone)s, CASE WHEN n %% 2 = 0 THEN n + %(gone)s END,
               CASE WHEN n %% 2 = 0 THEN %(account)s END, 'scale'
          FROM generate_series(1, %(orphans)s) AS n
        """, gone=GONE, orphans=ORPHANS)


def idle(env, _database: Database) -> None:
    """Look for orphans where there are none."""
    _collect(env, 0)


def collect(env, _database: Database) -> None:
    """Remove them, a chunk a transaction."""
    _collect(env, ORPHANS)


def _collect(env, expected: int) -> None:
    removed, more = 0, True
    while more:
        count, more = env["stock.availability.dirty"]._gc_invalid_records()
        env.cr.commit()
        removed += count
    if removed != expected:
        raise Trouble(f"The collection removed {removed:,} orphans.")


def _compare_chunks(kind: str, table: str, databases: tuple[Database, Database]) -> None:
    """Compare what it costs to look at 1,000 rows of a table, none of which is garbage."""
    ratios, nights = [], []
    for turn in range(NIGHTS + 1):
        costs = []
        for database in databases:
            with environment(database.name) as env:
                model = env[table.replace("_", ".")] if kind == "old" else env["marketplace.garbage"]
                [[rows]] = env.execute_query(_count(table))
                started = time.perf_counter()
                removed, more = getattr(model, f"_gc_{kind}")()
                seconds = time.perf_counter() - started
            if removed or more:
                raise Trouble(f"There was garbage in {table}.")
            costs.append(seconds / rows)
        if turn:
            ratios.append(costs[1] / costs[0])
            nights.append(seconds)
    say.line(f"  {table}: {costs[1] * 1e6:.2f} ms for 1,000 rows, a night of the large database {max(nights):.1f} s")
    figures.note(f"scale.gc_{table.removeprefix('marketplace_')}_ratio", ratios)


def _count(table: str):
    from odoo.tools import SQL

    return SQL("SELECT greatest(reltuples, 1) FROM pg_class WHERE relname = %s", table)
