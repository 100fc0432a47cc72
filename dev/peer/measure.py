# SPDX-License-Identifier: LGPL-3.0-or-later
"""The process everything is measured in: all parts, for each number of products."""

import json
import time

from dev import say
from dev.peer import costs, drains, goods, install, reconcile, results, wrongs
from dev.provision import Machine

PARTS = {
    "quants": costs.quants,
    "delivery": costs.delivery,
    "drain": drains.measure,
    "reconcile": reconcile.measure,
    "lost": wrongs.lost_updates,
    "oversold": wrongs.oversold,
}


def measure(machine: Machine, options: str) -> None:
    """Measure the parts asked for, and keep every sample in a file.

    :param options: as JSON: `parts`, `products` (numbers of them), `rounds`
    """
    asked = json.loads(options)
    machine = install.beside(machine)
    for number in asked["products"]:
        with goods.stocked(machine, number) as stocked:
            for part in asked["parts"]:
                started = time.monotonic()
                say.line(f"{part}, {number:,} products")
                samples = PARTS[part](stocked, asked["rounds"])
                results.keep(number, part, samples, time.monotonic() - started)
