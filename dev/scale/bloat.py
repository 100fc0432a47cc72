# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether the dirty table is still small, and sorted as fast, after millions of marks have gone through it.

A writer appends marks of random products, 500 a transaction, in bursts: it rests when PEAK of them wait and goes on
when a quarter is left and it is not ahead of A_SECOND. Meanwhile marks are sorted, claimed and forgotten as a drain
does it, by its own methods; that the shop takes the numbers is taken for granted. Autovacuum runs as it is set, and
what dies between two of its visits, a minute apart, is what the table holds beside its content: traffic that is faster
than real would leave more of it than there ever is.

Then the same on a smaller scale beside a transaction that stays open all the time, as a backup's does.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

from dev import postgres, say
from dev.bench import figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.say import Trouble
from dev.scale import paths
from dev.scale.comparing import Database
from dev.scale.goods import SMALL

AT_ONCE = 500  # marks in a transaction of the writer's
PEAK = 200_000  # marks that wait at most
A_SECOND = 10_000_000 / 3600  # marks on average: an hour's traffic takes an hour
SORTS = 9
TABLE = "stock_availability_dirty"
LISTINGS = 10_000  # claimed at once


def measure(machine: Machine, name: str, marks: str) -> None:
    """Send the marks through."""
    database = Database(name)
    database.empty_queue()
    # The other account is paused: what waits for it is nobody's.
    database.execute("UPDATE marketplace_listing SET active = FALSE WHERE config_id <> %(account)s")
    try:
        _measure(database, int(marks))
    finally:
        database.execute("UPDATE marketplace_listing SET active = TRUE", "VACUUM ANALYZE marketplace_listing")
        database.empty_queue()


def _measure(database: Database, marks: int) -> None:
    packed = _packed_size(database)
    before = _sort_seconds(database)
    traffic = Traffic(database)
    seconds = traffic.run(marks)
    size, dead = _size(database)
    say.line(f"  {marks:,} marks in {seconds:.0f} s; at most {traffic.peak:,} rows at a time; afterwards"
             f" {size / 1e6:.1f} MB (at most {traffic.peak_size / 1e6:.1f}) and {dead:,} dead rows; {PEAK:,} freshly"
             f" packed rows are {packed / 1e6:.1f} MB")
    figures.note("scale.dirty_bloat_ratio", [size / (packed / PEAK * traffic.peak)])
    after = _sort_seconds(database)
    figures.note("scale.sort_end_ratio", [end / median(before) for end in after])
    with _open_transaction(database):
        seconds = traffic.run(marks // 10)
        after = _sort_seconds(database)
    size, dead = _size(database)
    say.line(f"  with a transaction open, {marks // 10:,} marks in {seconds:.0f} s: {size / 1e6:.1f} MB,"
             f" {dead:,} dead rows")
    figures.note("scale.sort_held_ratio", [end / median(before) for end in after])


class Traffic:
    """Marks that come and go.

    :ivar peak: the most rows there were at a time
    :ivar peak_size: the most bytes they, their indexes and what was left of others took
    """

    def __init__(self, database: Database):
        self._database = database
        self.peak = self.peak_size = 0
        self._written = self._taken = 0
        self._started = 0.0
        self._is_over = False

    def run(self, marks: int) -> float:
        """Send so many through and return the seconds it took."""
        self._written = self._taken = 0
        self._is_over = False
        self._started = time.perf_counter()
        with ThreadPoolExecutor(1) as pool, environment(self._database.name) as env:
            writer = pool.submit(self._write, marks)
            try:
                while self._taken < marks and not (writer.done() and writer.exception()):
                    self._sort(env)
                    self._drain(env)
            finally:
                self._is_over = True  # whatever went wrong, the writer is not to wait for it
            writer.result()
        return time.perf_counter() - self._started

    def _write(self, marks: int) -> None:
        with postgres.connected(self._database.name) as cursor:
            cursor.execute("SET synchronous_commit = off")  # what the disk takes is not what is looked at
            while self._written < marks and not self._is_over:
                if self._written - self._taken >= PEAK:
                    self._rest()
                changed = random.choices(self._database.product_ids, k=AT_ONCE)
                cursor.execute(
                    f"""
                    INSERT INTO {TABLE} (product_id, product_tmpl_id, reason)
                    SELECT product.id, product.product_tmpl_id, 'quant'
                      FROM unnest(%s) AS mark (product_id) JOIN product_product product ON product.id = product_id
                    """, [changed])
                self._written += AT_ONCE

    def _rest(self) -> None:
        resumes = self._started + (self._written - PEAK) / A_SECOND
        while (self._written - self._taken > PEAK // 4 or time.perf_counter() < resumes) and not self._is_over:
            time.sleep(0.01)

    def _sort(self, env) -> None:
        """Sort a chunk, and see how much there is."""
        self._taken += env["stock.availability.dirty"]._sort()
        [[rows, size]] = env.execute_query(_rows_and_size())
        env.cr.commit()
        self.peak, self.peak_size = max(self.peak, rows + self._written - self._taken), max(self.peak_size, size)

    def _drain(self, env) -> None:
        """Claim what waits and forget it, as after it was acknowledged."""
        drain, run = env["marketplace.drain"], Claim(env["marketplace.config"].browse(self._database.account_id))
        waiting = True
        while waiting:
            waiting, _last = drain._claim(run, 0, 0)
            drain._forget_marks(waiting)
            env.cr.commit()


class Claim:
    """What `_claim` wants to know of a drain."""

    def __init__(self, account):
        self.account = account

    def chunk_size(self) -> int:
        """Listings."""
        return LISTINGS

    def set_aside(self) -> list[int]:
        """Listings that are left alone."""
        return []


def _rows_and_size():
    from odoo.tools import SQL

    return SQL(
        "SELECT count(*) FILTER (WHERE listing_id IS NOT NULL), pg_total_relation_size(%s) FROM %s",
        TABLE, SQL.identifier(TABLE))


def _size(database: Database) -> tuple[int, int]:
    """Return the table's size in bytes, indexes included, and how many dead rows PostgreSQL counts in it."""
    with postgres.connected(database.name) as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s), n_dead_tup FROM pg_stat_user_tables WHERE relname = %s",
                       [TABLE, TABLE])
        return cursor.fetchone()


def _packed_size(database: Database) -> int:
    """Return the bytes that PEAK marks take in a table nothing was ever deleted from."""
    with postgres.connected(database.name) as cursor:
        cursor.execute(f"CREATE TABLE scale_packed (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING INDEXES)")
        try:
            cursor.execute(
                """
                INSERT INTO scale_packed (product_id, product_tmpl_id, reason)
                SELECT product_id, product_tmpl_id, 'quant' FROM marketplace_listing, generate_series(1, %s)
                 WHERE active LIMIT %s
                """, [PEAK // SMALL, PEAK])
            if cursor.rowcount != PEAK:
                raise Trouble(f"There were {cursor.rowcount} rows to pack.")
            cursor.execute("SELECT pg_total_relation_size('scale_packed')")
            return cursor.fetchone()[0]
        finally:
            cursor.execute("DROP TABLE scale_packed")


def _sort_seconds(database: Database) -> list[float]:
    """Return what it takes to sort 10,000 marks, one after the other in a queue that has nothing else."""
    seconds = []
    for _ in range(SORTS):
        with environment(database.name) as env:
            _mark(env, database)
            started = time.perf_counter()
            paths.sort(env, database)
            seconds.append(time.perf_counter() - started)
            env.cr.execute(f"DELETE FROM {TABLE}")
            env.cr.commit()
    return seconds


def _mark(env, database: Database) -> None:
    env.cr.execute(
        f"""
        INSERT INTO {TABLE} (product_id, product_tmpl_id, reason)
        SELECT id, product_tmpl_id, 'quant' FROM product_product WHERE id = ANY(%s) ORDER BY id
        """, [database.product_ids])
    env.cr.commit()


@contextmanager
def _open_transaction(database: Database):
    """Keep a snapshot from now to the end."""
    with postgres.connected(database.name) as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT 1 FROM res_users LIMIT 1")
        yield
        cursor.execute("ROLLBACK")
