# SPDX-License-Identifier: LGPL-3.0-or-later
"""A writer: a process that moves stock at random by Odoo's own methods, each change a transaction of its own.

A transaction that fails as concurrent ones may is tried again by Odoo's `retrying`, as it would be for a user; every
try is noted. When PostgreSQL goes away, the writer goes on when it is back. Told to by `DIE_AFTER_COMMIT`, it receives
something and kills itself right after that was committed, before anything that Odoo does after a commit.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random

import psycopg2
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from dev import clone, run, say
from dev.chaos import goods
from dev.chaos.diary import Diary, outcome
from dev.provision import Machine

# How often each is done, in relation to the others.
ACTIONS = {"receive": 5, "deliver": 5, "adjust": 3, "reserve": 4, "unreserve": 2, "ship": 2, "cancel": 2}
HOT_SHARE = 0.6
BREATH = 0.02  # seconds between two transactions, at most five times as long
PAUSE = 0.3  # seconds without PostgreSQL until it is tried again
LONGEST_LIST = 30  # of moves that are still open
BEGIN_SECONDS = 120  # that PostgreSQL may be away while a writer begins
DIE_AFTER_COMMIT = signal.SIGUSR1


def main() -> None:
    """Write until told to stop."""
    told = json.loads(sys.argv[1])
    from odoo.tools import config

    config.parse_config(["-c", str(clone.CONFIG), "--logfile", told["log"]], setup_logging=True)
    stopping, dying = [], []
    signal.signal(signal.SIGTERM, lambda *_signal: stopping.append(True))
    signal.signal(DIE_AFTER_COMMIT, lambda *_signal: dying.append(True))
    beginning = Retrying(
        retry=retry_if_exception_type(psycopg2.Error), stop=stop_after_delay(BEGIN_SECONDS), wait=wait_fixed(PAUSE),
        reraise=True,
    )  # fmt: skip
    writer = beginning(Writer, told["database"], told["seed"], Diary(Path(told["diary"])), dying)
    while not stopping and os.getppid() == told["parent"]:
        writer.write()


def start(machine: Machine, database: str, seed: str, diary: Path, log: Path) -> subprocess.Popen:
    """Start a writer; stop it with `run.stop`, and it first ends what it is doing.

    :param seed: of all it does
    """
    diary.unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    told = {"database": database, "seed": seed, "diary": str(diary), "log": str(log), "parent": os.getpid()}
    return subprocess.Popen(
        [str(machine.python), "-m", "dev.chaos.writer", json.dumps(told)],
        cwd=clone.ROOT,
        env=run.environment(PYTHONPATH=machine.odoo.source),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the command alone; told to stop, a child stops in order
    )


class Writer:
    """Moves stock at random.

    :param database: its name, with the products of `dev.chaos.goods`
    :param seed: the same one does the same things, as far as nothing fails
    :param dying: not empty when it is to kill itself after its next commit
    """

    def __init__(self, database: str, seed: str, diary: Diary, dying: list):
        from odoo.modules.registry import Registry

        self._random, self._diary, self._dying = Random(seed), diary, dying
        self._registry = Registry(database)
        self._moves: list[int] = []  # that it has reserved and not finished
        with self._registry.cursor() as cr:
            env = self._environment(cr)
            found = env["product.product"].search([("default_code", "like", "CHAOS-")], order="default_code")
            found = found.filtered(lambda product: product.default_code != goods.KIT)
            self._hot, self._others = found.ids[: goods.HOT], found.ids[goods.HOT :]
            refs = ("stock.stock_location_stock", "stock.stock_location_customers", "stock.stock_location_suppliers")
            self._stock, self._customers, self._suppliers = (env.ref(name).id for name in refs)
            self._shelves = [self._stock, env["stock.location"].search([("name", "=", goods.BACK_ROOM)]).id]

    def write(self) -> None:
        """Change something, or try to."""
        # Most of the others may find that there is nothing to change.
        what = "receive" if self._dying else self._random.choices(list(ACTIONS), ACTIONS.values())[0]
        pieces = {product: self._random.randint(1, 9) for product in self._some_products()}
        shelf = self._random.choice(self._shelves)
        moves = [self._moves.pop(self._random.randrange(len(self._moves)))] if self._moves else []
        if what in ("unreserve", "ship", "cancel"):
            work, pieces = partial(getattr(self, f"_{what}"), moves=moves), {}
        else:
            self._moves += moves
            work = partial(getattr(self, f"_{what}"), pieces=pieces, shelf=shelf)
        self._carry_out(what, pieces, work)
        time.sleep(self._random.uniform(BREATH, 5 * BREATH))

    def _some_products(self) -> list[int]:
        """Choose products in any order, so that writers get into each other's way."""
        number = self._random.randint(1, 3)
        chosen = [
            self._random.choice(self._hot if self._random.random() < HOT_SHARE else self._others)
            for _ in range(number)
        ]  # fmt: skip
        return list(dict.fromkeys(chosen))

    def _carry_out(self, what: str, products: dict[int, int], work) -> None:
        """Do something in a transaction, as Odoo does what a user asked for."""
        from odoo.service.model import retrying

        cr, noted = None, []

        def attempt():
            env = self._environment(cr)
            if self._dying and what == "receive":
                cr.postcommit.add(_die)  # the first of what is done after the commit
            try:
                done = work(env)
                env.cr.flush()
                return done
            except Exception as error:
                noted.append(error)
                self._diary.note(what, products, error, cr)
                raise

        try:
            self._registry = self._registry.check_signaling()
            cr = self._registry.cursor()
            reserved = retrying(attempt, self._environment(cr))
            self._diary.note(what, products)
            self._moves = [*self._moves, *(reserved or [])][-LONGEST_LIST:]
        except Exception as error:  # noqa: BLE001  (noted, and the next one is tried: nothing stops a writer)
            if error.__context__ not in noted and error not in noted:
                self._diary.note(what, products, error, cr)
            if outcome(error) == "connection":
                time.sleep(PAUSE)
        finally:
            if cr is not None:
                with suppress(psycopg2.Error):  # the connection has ended: there is nothing to roll back
                    cr.close()

    def _environment(self, cr):
        from odoo import SUPERUSER_ID, api

        return api.Environment(cr, SUPERUSER_ID, {})

    # === WHAT IT DOES === #

    def _receive(self, env, pieces, shelf):
        self._finish(self._confirmed(env, pieces, self._suppliers, shelf))

    def _deliver(self, env, pieces, shelf):
        moves = self._confirmed(env, pieces, shelf, self._customers)
        moves._action_assign()
        ready = moves.filtered(lambda move: move.state == "assigned")
        (moves - ready)._action_cancel()
        self._finish(ready)

    def _adjust(self, env, pieces, shelf):
        for product, counted in pieces.items():
            quant = env["stock.quant"].with_context(inventory_mode=True).create(
                {"product_id": product, "location_id": shelf, "inventory_quantity": 10 * counted}
            )  # fmt: skip
            quant.action_apply_inventory()

    def _reserve(self, env, pieces, shelf):
        moves = self._confirmed(env, pieces, shelf, self._customers)
        moves._action_assign()
        return moves.ids

    def _unreserve(self, env, moves):
        self._open(env, moves)._do_unreserve()
        return moves

    def _ship(self, env, moves):
        self._finish(self._open(env, moves).filtered(lambda move: move.state == "assigned"))

    def _cancel(self, env, moves):
        self._open(env, moves)._action_cancel()

    def _open(self, env, moves):
        return env["stock.move"].browse(moves).exists().filtered(lambda move: move.state not in ("done", "cancel"))

    def _confirmed(self, env, pieces, origin, destination):
        moves = env["stock.move"].create(
            [
                {"product_id": product, "product_uom_qty": number, "location_id": origin,
                 "location_dest_id": destination}
                for product, number in pieces.items()
            ]
        )  # fmt: skip
        return moves._action_confirm(merge=False)

    def _finish(self, moves):
        for move in moves:
            move.quantity = move.product_uom_qty
        moves.picked = True
        moves._action_done()


def _die() -> None:
    """kill -9 of this process, as the kernel does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    say.command(main)
