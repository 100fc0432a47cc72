# SPDX-License-Identifier: LGPL-3.0-or-later
"""Show the main job: a stock change in Odoo reaches a Shopify store.

    make demo                 on a terminal Odoo then stays, for you to try, until Ctrl-C
    DEMO_EXIT=1 make demo     stop when the table is printed; exit status 1 if a number differs
"""

import os
import sys
import time
from contextlib import closing

from dev import clone, provision, say
from dev.say import Trouble

WATCH_SECONDS = 0.5


def main() -> int:
    """Set everything up, let goods move, compare, and stay if there is somebody to stay for."""
    machine = provision.ready("dev.demo")
    from dev import cache, postgres, sandbox_shopify, server  # only importable inside the environment
    from dev.demo import story, table
    from dev.rpc import Client

    with cache.lock(clone.RUN / "demo.lock"), postgres.running(machine):
        name = _database(machine)
        with sandbox_shopify.running(machine, "--name", story.SHOP) as shop:
            say.line(f"Sandbox Shopify: {shop.url}")
            say.line("Odoo: starting, with two threads for scheduled actions")
            with server.serving(machine, name) as odoo, closing(Client(odoo.url, name)) as client:
                told = story.Story(client, shop, name)
                told.play()
                differing = table.show(told.rows)
                if _somebody_is_there():
                    _stay(odoo, shop, told)
    return int(differing > 0)


def _database(machine) -> str:
    from dev import database, odoo

    name = clone.database("demo")
    say.line(f"Database: a fresh copy of Odoo's demo data, installing {clone.ADDON}")
    database.fresh(machine, name)
    odoo.install_cleanly(machine, name)
    return name


def _somebody_is_there() -> bool:
    return os.environ.get("DEMO_EXIT", "") in ("", "0") and sys.stdin.isatty() and sys.stdout.isatty()


def _stay(odoo, shop, told) -> None:
    """Keep everything running and show what reaches the shop, until Ctrl-C."""
    from dev.demo import story

    say.line(f"""
Odoo stays at {odoo.url} - sign in as admin, password admin. Try:
  - {odoo.url}/odoo/marketplace.config/{told.account_id}: the account; Sync now, Listings, Log, Scheduled Action
  - Inventory > Products: open one, change its quantity on hand, and watch the line that appears here
  - a product of your own: give it a SKU the shop lacks, tick Sell on Shopify, and see what its listing says
  - Settings > Technical > Scheduled Actions (developer mode): "Marketplace Sync: push stock to {story.SHOP}"
Odoo's log: {odoo.log}
Ctrl-C stops all of it. What reaches the shop from now on:""")
    seen = shop.get("stats")["writes"]
    try:
        while odoo.process.poll() is None and shop.process.poll() is None:
            time.sleep(WATCH_SECONDS)
            for write in shop.writes(seen):
                seen += 1
                say.line(f"  {time.strftime('%H:%M:%S')}  {write['sku']}: {write['from']} -> {write['to']}")
    except KeyboardInterrupt:
        say.line("\nStopping")
        return
    raise Trouble(f"Odoo or the sandbox stopped by itself: Odoo's log is {odoo.log}.")


if __name__ == "__main__":
    say.command(main)
