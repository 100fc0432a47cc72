# SPDX-License-Identifier: LGPL-3.0-or-later
"""The two connectors, driven alike: put back as they were, told of changes, served, asked whether they are done."""

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dev import postgres, server
from dev.bench import data
from dev.bench.inside import environment
from dev.bench.reconcile import compared
from dev.provision import Machine
from dev.run import stop
from dev.say import Trouble

# Two threads for scheduled actions, Odoo's default.
CRON_THREADS = 2
# As the other connector's README has it, and with four jobs at a time, so that nobody says it was held back.
CHANNELS = "root:4,root.shopify.import:2,root.shopify.export:1,root.shopify.webhook:1"
CHANNELS_OF_FOUR = "root:4,root.shopify.export:4"
RUNNER_STARTS = 7  # seconds: the job runner begins 5 after its server
GLANCE = 0.02


class Connector(ABC):
    """A connector in its database.

    :param account_id: what the database calls the shop
    """

    TABLES: tuple[str, ...]  # that a turn fills
    WAITING: str  # a query for how many changes still wait

    def __init__(self, machine: Machine, database: str, account_id: int):
        self.machine, self.database, self.account_id = machine, database, account_id

    def settle(self) -> None:
        """Put everything back on PIECES, with nothing that waits: as long after the last push."""
        settle_stock(self.database)
        with environment(self.database) as env:
            self._forget(env)
            env.cr.commit()
        data.tidy(self.database, "stock_quant", *self.TABLES)

    def change(self, numbers: Sequence[int], pieces: float) -> float:
        """Add so many pieces of the products with these numbers, in one transaction, as every move does.

        :return: when its commit began, in seconds since the epoch
        """
        with environment(self.database) as env:
            self.add(env, numbers, pieces)
            committed_at = time.time()
            env.cr.commit()
        return committed_at

    @staticmethod
    def add(env, numbers: Sequence[int], pieces: float) -> None:
        """Add pieces, and leave the commit to the caller."""
        codes = [data.SKU % number for number in numbers]
        for product in env["product.product"].search([("default_code", "in", codes)], order="id"):
            env["stock.quant"]._update_available_quantity(product, env.ref("stock.stock_location_stock"), pieces)

    def waiting(self) -> int:
        """Return how many committed changes have not been pushed yet."""
        with postgres.connected(self.database) as cursor:
            cursor.execute(self.WAITING)
            return cursor.fetchone()[0]

    def wait(self, seconds: float) -> float:
        """Wait until nothing waits; return when that was, in seconds since the epoch."""
        deadline = time.time() + seconds
        with postgres.connected(self.database) as cursor:
            while True:
                cursor.execute(self.WAITING)
                now = time.time()
                if not cursor.fetchone()[0]:
                    return now
                if now > deadline:
                    raise Trouble(f"{self.database} was not done after {seconds:.0f} seconds.")
                time.sleep(GLANCE)

    @contextmanager
    def serving(self, *options: str, settle: float = 0.0) -> Iterator[None]:
        """Have an Odoo server that pushes while the block runs; it has nothing to do to begin with."""
        self.settle()
        started = server.start(
            self.machine, self.database, port=server.any_port(), cron_threads=CRON_THREADS, options=options
        )
        try:
            server.wait_until_it_answers(started)
            time.sleep(settle)
            yield
        finally:
            stop(started.process)

    @abstractmethod
    def release(self, number: int) -> float:
        """Change the first so many products by a piece and let them be pushed; return when, since the epoch."""

    @abstractmethod
    def reconcile(self) -> float:
        """Compare all numbers with the shop and set right what differs; return the seconds it takes."""

    @abstractmethod
    def _forget(self, env) -> None:
        """Remember PIECES of everything, and nothing else."""


class Ours(Connector):
    """This addon: its scheduled action pushes."""

    TABLES = ("marketplace_level", "stock_availability_dirty", "marketplace_drift", "ir_cron_trigger")
    WAITING = "SELECT count(*) FROM stock_availability_dirty"

    def release(self, number: int) -> float:
        data.set_all(self.database, data.PIECES + 1, up_to=number)
        data.tidy(self.database, "stock_quant", "stock_availability_dirty")
        with environment(self.database) as env:
            started = time.time()
            env["marketplace.config"]._wake()  # what the addon itself does after a commit
            env.cr.commit()
        return started

    def reconcile(self) -> float:
        with environment(self.database) as env:
            account = env["marketplace.config"].browse(self.account_id)
            account.conflict_policy = "overwrite"  # what was bought is put on sale again, as the other always does
            seconds = compared(env, account)
            account.conflict_policy = "respect"
            env.cr.commit()
        return seconds

    def _forget(self, env) -> None:
        env.cr.execute(
            "UPDATE marketplace_level SET quantity = %(pieces)s, stock = %(pieces)s, differs = FALSE",
            {"pieces": data.PIECES},
        )
        env.cr.execute("TRUNCATE stock_availability_dirty")
        env["marketplace.hold"].search([]).unlink()
        crons = env["marketplace.config"].search([]).cron_id
        env["ir.cron.trigger"].search([("cron_id", "in", crons.ids)]).unlink()


class Theirs(Connector):
    """OCA's shopify_connector: queue_job's runner pushes, a job for each product and location."""

    TABLES = ("shopify_inventory_state", "queue_job")
    WAITING = "SELECT count(*) FROM queue_job WHERE state NOT IN ('done', 'failed', 'cancelled')"

    @contextmanager
    def serving(self, *options: str, channels: str = CHANNELS) -> Iterator[None]:
        os.environ["ODOO_QUEUE_JOB_CHANNELS"] = channels
        try:
            with super().serving("--load", "base,rpc,web,queue_job", *options, settle=RUNNER_STARTS):
                yield
        finally:
            del os.environ["ODOO_QUEUE_JOB_CHANNELS"]

    def release(self, number: int) -> float:
        return self.change(range(1, number + 1), 1)

    def reconcile(self) -> float:
        with environment(self.database) as env:
            instance = env["shopify.instance"].browse(self.account_id)
            started = time.perf_counter()
            instance._job_reconcile_inventory()
            env.cr.commit()
            return time.perf_counter() - started

    def _forget(self, env) -> None:
        # Each row says so when it goes: a runner would else wait for good for jobs it has begun.
        env.cr.execute("DELETE FROM queue_job")
        env.cr.execute("TRUNCATE shopify_log")
        env.cr.execute(
            "UPDATE shopify_inventory_state SET last_pushed_quantity = %(pieces)s, last_shopify_quantity = %(pieces)s",
            {"pieces": data.PIECES},
        )


def settle_stock(database: str) -> None:
    """Have PIECES of every product in stock, and none reserved."""
    with postgres.connected(database) as cursor:
        cursor.execute(
            "UPDATE stock_quant SET quantity = %s, reserved_quantity = 0 WHERE product_id IN "
            "(SELECT id FROM product_product WHERE default_code LIKE 'BENCH-%%') "
            "AND (quantity, reserved_quantity) IS DISTINCT FROM (%s, 0)",
            [data.PIECES, data.PIECES],
        )
