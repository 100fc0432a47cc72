# SPDX-License-Identifier: LGPL-3.0-or-later
"""How fast orphans leave the dirty table, and how long the longest transaction is that removes them.

1,000,000 orphans, half of them marks of deleted products, half of deleted listings, behind 100,000 marks that are
still waited for. They are removed as Odoo's nightly cleaning does it: a chunk, a commit, the next chunk. A
transaction counts from its beginning, before anything is locked, until its commit has returned.
"""

import time

from dev import postgres
from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.say import Trouble

LISTINGS = 10_000
VALID = 100_000
ORPHANS = 1_000_000
RUNS = 5
GONE = 1_000_000_000  # added to an id, nothing has it


def measure(machine: Machine) -> None:
    """Orphan and collect again and again."""
    with data.selling(machine, LISTINGS) as (name, _shop, _account_id):
        _fill(name)
        _collect(name)  # the first one fills caches
        speeds, longest = [], []
        for _ in range(RUNS):
            _fill(name)
            chunks = _collect(name)
            speeds.append(ORPHANS / sum(chunks))
            longest.append(max(chunks))
        figures.note("gc.orphans_per_s", speeds)
        figures.note("gc.longest_lock_s", longest, max(longest))


def _fill(name: str) -> None:
    """Leave the valid marks, then the orphans, and nothing else; statistics are as old as a busy night leaves them."""
    with postgres.connected(name) as cursor:
        cursor.execute("TRUNCATE stock_availability_dirty")
        columns = "stock_availability_dirty (product_id, product_tmpl_id, listing_id, config_id, reason)"
        marks = f"""
            INSERT INTO {columns}
            SELECT product_id + %(gone)s * (n %% 2), product_tmpl_id + %(gone)s * (n %% 2),
                   CASE WHEN n %% 2 = 0 THEN id + %(gone)s END, CASE WHEN n %% 2 = 0 THEN config_id END, 'bench'
              FROM marketplace_listing, generate_series(1, %(rounds)s) AS n
             ORDER BY n, id
            """
        cursor.execute(marks, {"gone": 0, "rounds": VALID // LISTINGS})
        cursor.execute(marks, {"gone": GONE, "rounds": ORPHANS // LISTINGS})


def _collect(name: str) -> list[float]:
    """Return the seconds of each transaction."""
    chunks, removed, more = [], 0, True
    with environment(name) as env:
        while more:
            started = time.perf_counter()
            count, more = env["stock.availability.dirty"]._gc_invalid_records()
            env.cr.commit()
            chunks.append(time.perf_counter() - started)
            removed += count
    if removed != ORPHANS:
        raise Trouble(f"The collection did not remove {ORPHANS:,} orphans but {removed:,}.")
    return chunks
