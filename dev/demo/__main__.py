# SPDX-License-Identifier: LGPL-3.0-or-later
"""Show the main job: a stock change in Odoo reaches four marketplaces, each in its own way.

    make demo                 on a terminal Odoo then stays, for you to try, until Ctrl-C
    DEMO_EXIT=1 make demo     stop when the table is printed; exit status 1 if a number differs
"""

import os
import sys
import time

from dev import provision, say
from dev.say import Trouble

WATCH_SECONDS = 0.5


def main() -> int:
    """Set everything up, let goods move, compare, and stay if there is somebody to stay for."""
    machine = provision.ready("dev.demo")
    from dev.demo import scene, story, table  # only importable inside the environment

    with scene.opened(machine) as stage:
        told = story.Story(stage.client, stage.stalls, stage.database)
        told.play()
        differing = table.show(told.rows)
        if _somebody_is_there():
            _stay(stage.odoo, stage.stalls)
    return int(differing > 0)


def _somebody_is_there() -> bool:
    return os.environ.get("DEMO_EXIT", "") in ("", "0") and sys.stdin.isatty() and sys.stdout.isatty()


def _stay(odoo, sold_at) -> None:
    """Keep everything running and show what reaches which shop, until Ctrl-C."""
    accounts = "\n".join(
        f"  - {odoo.url}/odoo/marketplace.config/{stall.account_id}: the account {stall.name}" for stall in sold_at
    )
    say.line(f"""
Odoo stays at {odoo.url} - sign in as admin, password admin. Try:
{accounts}
    Sync now, Listings, Log, Scheduled Action
  - Inventory > Products: open one, change its quantity on hand, and watch the lines that appear here
  - a product of your own: give it a SKU the shops lack, tick Sell on eBay, and see what its listing says
  - Settings > Technical > Scheduled Actions (developer mode): "Marketplace Sync: push stock to ..."
Odoo's log: {odoo.log}
Ctrl-C stops all of it. What reaches the shops from now on:""")
    seen = {stall: stall.written() for stall in sold_at}
    width = max(len(stall.name) for stall in sold_at)
    try:
        while odoo.process.poll() is None and all(stall.shop.process.poll() is None for stall in sold_at):
            time.sleep(WATCH_SECONDS)
            for stall in sold_at:
                for sku, write in stall.writes(seen[stall]):
                    seen[stall] += 1
                    now = time.strftime("%H:%M:%S")
                    say.line(f"  {now}  {stall.name:{width}}  {sku}: {write['from']} -> {write['to']}")
    except KeyboardInterrupt:
        say.line("\nStopping")
        return
    raise Trouble(f"Odoo or a sandbox stopped by itself: Odoo's log is {odoo.log}.")


if __name__ == "__main__":
    say.command(main)
