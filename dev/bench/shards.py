# SPDX-License-Identifier: LGPL-3.0-or-later
"""How much faster one account is pushed in several parts, by one Odoo server and by two on the same database.

Real servers do it, woken as a stock change wakes them: timed is from waking them until nothing waits any more. Four
cron workers are there in all, more than any account needs here: on one server as threads, on one as processes
(`--workers`), and as processes on two servers, two each. An account of one shard keeps one of them busy at a time.

The shop is a process of its own; PostgreSQL, the shop and the servers share the machine's processors, so that these
figures are as much about their number as about shards. docs/scaling.md says what to make of them.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from tenacity import retry, stop_after_delay, wait_fixed

from dev import clone, postgres, run, say, server
from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.sandboxes import Shop
from dev.say import Trouble

LISTINGS = 10_000
SHARDS = (1, 2, 4)
CRON_WORKERS = 4
RUNS = 2
SLOW_MS = 100
PATIENCE = 120
GLANCE = 0.01
QUIET_SECONDS = 0.5
# How the cron workers are spread: what to call it, the number of servers, and whether they are processes.
SETUPS = (
    ("threads of one server", 1, False),
    ("processes of one server", 1, True),
    ("processes of two servers", 2, True),
)


def measure(machine: Machine) -> None:
    """Push the same listings with each number of shards in each setup."""
    rows = []
    with data.selling(machine, LISTINGS) as (name, shop, account_id):
        bench = _Bench(name, shop, account_id)
        for title, servers, forked in SETUPS:
            with _serving(machine, name, servers, forked=forked):
                for shards in SHARDS:
                    fast, slow = bench.speeds(shards)
                    if forked:
                        figures.note(f"drain.shards.{shards}x{servers}", slow)
                    rows.append((title, shards, median(fast), median(slow)))
    say.line(f"\nListings a second, {os.cpu_count()} processors:\n\n" + _table(rows) + "\n")


class _Bench:
    """One account, pushed by servers."""

    def __init__(self, name: str, shop: Shop, account_id: int):
        self._name, self._shop, self._account_id = name, shop, account_id
        self._pieces = data.PIECES

    def speeds(self, shards: int) -> tuple[list[float], list[float]]:
        """Return the listings a second with a shop that answers at once, and with a slow one."""
        self._deal(shards)
        self._seconds()  # the first one fills caches
        found = []
        for latency in (0, SLOW_MS):
            self._shop.post("settings", latency_ms=latency)
            found.append([LISTINGS / self._seconds() for _ in range(RUNS)])
        self._shop.post("settings", latency_ms=0)
        self._compare()
        return found[0], found[1]

    @retry(stop=stop_after_delay(PATIENCE), wait=wait_fixed(QUIET_SECONDS))
    def _deal(self, shards: int) -> None:
        """Deal the listings to so many shards; refused while the scheduled action looks after them, or says it has."""
        with environment(self._name) as env:
            env["marketplace.config"].browse(self._account_id).shards = shards
            env.cr.commit()

    def _seconds(self) -> float:
        """Change every listing, wake the servers, and wait until they have pushed it all."""
        self._pieces += 1
        with postgres.connected(self._name) as cursor, environment(self._name) as env:
            # Scheduled actions that are just ending would begin before they are woken.
            cursor.execute("UPDATE marketplace_config SET state = 'paused'")
            data.set_all(self._name, self._pieces)
            data.tidy(self._name, "stock_quant", "marketplace_level", "stock_availability_dirty")
            time.sleep(QUIET_SECONDS)
            cursor.execute("UPDATE marketplace_config SET state = 'connected'")
            started = time.perf_counter()
            env["stock.availability.dirty"]._wake()
            while self._waiting(cursor):
                if time.perf_counter() - started > PATIENCE:
                    raise Trouble(f"The servers did not push {LISTINGS:,} listings within {PATIENCE} seconds.")
                time.sleep(GLANCE)
            return time.perf_counter() - started

    def _waiting(self, cursor) -> bool:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM stock_availability_dirty)")
        return cursor.fetchone()[0]

    def _compare(self) -> None:
        """Refuse pushes that did not bring every number into the shop."""
        right = sum(pieces == self._pieces for pieces in self._shop.quantities().values())
        if right != LISTINGS:
            raise Trouble(f"Of {LISTINGS:,} listings {right:,} are right in the shop.")


@contextmanager
def _serving(machine: Machine, name: str, servers: int, *, forked: bool) -> Iterator[None]:
    """Serve the database while the block runs, with CRON_WORKERS in all."""
    started = []
    try:
        for number in range(servers):
            options = ["--workers", "1", "--gevent-port", str(server.any_port())] if forked else []
            log = clone.LOGS / f"server-{name}-{number}.log"
            threads = CRON_WORKERS // servers
            port = server.any_port()
            started.append(
                server.start(machine, name, port=port, cron_threads=threads, log=log, options=options))
        for each in started:
            server.wait_until_it_answers(each)
        yield
    finally:
        for each in started:
            run.stop(each.process)


def _table(rows: list[tuple[str, int, float, float]]) -> str:
    lines = [f"| cron workers | shards | answers at once | answers after {SLOW_MS} ms |", "|---|---:|---:|---:|"]
    lines += [f"| {title} | {shards} | {fast:,.0f} | {slow:,.0f} |" for title, shards, fast, slow in rows]
    return "\n".join(lines)
