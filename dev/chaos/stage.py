# SPDX-License-Identifier: LGPL-3.0-or-later
"""Set the chaos up: two databases with the same goods, four shops, writers in either database."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from odoo import sql_db
from odoo.tools import config

from dev import clone, odoo, run, sandboxes, say
from dev.chaos import goods, writer
from dev.chaos.ground import Ground
from dev.chaos.scene import Scene
from dev.postgres import connected
from dev.provision import Machine
from dev.say import Trouble

WRITERS = 4
START_SECONDS = 60
KEY = "MARKETPLACE_SYNC_KEY"
SECRETS = ("client_secret", "access_token", "password")


def load_odoo() -> None:
    """Configure Odoo in this process, and give it and its children a key for the accounts' secrets."""
    os.environ[KEY] = Fernet.generate_key().decode()
    log = clone.LOGS / "chaos.log"
    config.parse_config(["-c", str(clone.CONFIG), "--logfile", str(log)], setup_logging=True)


def disconnect() -> None:
    """Close this process's connections to PostgreSQL: Odoo's pool stumbles over those a restart has ended."""
    sql_db.close_all()


def set_up(machine: Machine, ground: Ground, seed: int, without_seconds: float, stack: ExitStack) -> Scene:
    """Make the databases and the shops.

    :param without_seconds: how long the writers work in the database without the addon, at least
    :param stack: closes the shops
    """
    without, name = clone.database("chaos_without"), clone.database("chaos")
    shops = {
        sandbox: stack.enter_context(sandboxes.running(machine, sandbox, *goods.OPTIONS.get(sandbox, ())))
        for sandbox in sandboxes.ACCOUNTS
    }
    known = {shop.account[key] for shop in shops.values() for key in SECRETS if key in shop.account}
    scene = Scene(machine, name, shops, secrets=sorted(known | {os.environ[KEY]}))
    ground.copy(ground.template, without)
    goods.make(without)
    disconnect()
    ground.copy(without, name)
    say.line(f"Databases: installing {clone.ADDON} in one, while the same writers work in the one without it")
    with writers(scene, seed, without, scene.writers_without):
        began = time.monotonic()
        odoo.install_cleanly(machine, name)
        time.sleep(max(0.0, without_seconds - (time.monotonic() - began)))
    for number, shop in enumerate(shops.values()):
        goods.open_shop(shop, seed + number)
    scene.accounts = goods.sell(name, shops)
    with connected() as cursor:
        cursor.execute("CHECKPOINT")  # a crash is not to recover what was copied until now
    return scene


@contextmanager
def writers(scene: Scene, seed: int, database: str, diaries: list[Path]) -> Iterator[None]:
    """Have writers at work in a database while the block runs.

    :param diaries: gets their files
    :raise Trouble: when one of them did not start, or did not last
    """
    processes = []
    try:
        for number in range(WRITERS):
            diaries.append(clone.RUN / f"{database}-writer{number + 1}.jsonl")
            scene.logs.append(clone.LOGS / f"{database}-writer{number + 1}.log")
            told = f"{seed}-{number}"
            processes.append(writer.start(scene.machine, database, told, diaries[-1], scene.logs[-1]))
        _wait_for(diaries, processes)
        yield
        _refuse_ended(processes)
    finally:
        for process in processes:
            process.terminate()  # all at once, then each is waited for
        for process in processes:
            run.stop(process)


def _wait_for(diaries: list[Path], processes: list) -> None:
    """Wait until all have written something."""
    deadline = time.monotonic() + START_SECONDS
    while not all(diary.exists() and diary.stat().st_size for diary in diaries):
        _refuse_ended(processes)
        if time.monotonic() > deadline:
            raise Trouble(f"The writers did not start within {START_SECONDS} seconds: see {clone.LOGS}.")
        time.sleep(0.1)


def _refuse_ended(processes: list) -> None:
    if any(process.poll() is not None for process in processes):
        raise Trouble(f"A writer ended by itself: see {clone.LOGS}.")
