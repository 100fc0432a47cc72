# SPDX-License-Identifier: LGPL-3.0-or-later
"""Set the chaos up: two databases with the same goods, four shops."""

import os
import time
from contextlib import ExitStack

from cryptography.fernet import Fernet

from odoo import sql_db
from odoo.tools import config

from dev import clone, odoo, sandboxes, say
from dev.chaos import goods
from dev.chaos.crew import Crew
from dev.chaos.scene import Scene
from dev.ground import Ground
from dev.postgres import connected
from dev.provision import Machine

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
    with Crew(scene, without, seed, scene.writers_without).working():
        began = time.monotonic()
        odoo.install_cleanly(machine, name)
        time.sleep(max(0.0, without_seconds - (time.monotonic() - began)))
    for number, shop in enumerate(shops.values()):
        goods.open_shop(shop, seed + number)
    scene.accounts = goods.sell(name, shops)
    with connected() as cursor:
        cursor.execute("CHECKPOINT")  # a crash is not to recover what was copied until now
    return scene
