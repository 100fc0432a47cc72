# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long 10,000 changed listings take into a shop that answers at once, sorting included."""

from dev.provision import Machine
from dev.scale import paths, shops
from dev.scale.comparing import Database, compare

TIMES = 9


def measure(machine: Machine, *names: str) -> None:
    """Push in turns."""
    databases = tuple(map(Database, names))
    with shops.open_for(machine, databases):
        compare("scale.drain_ratio", databases, paths.drain, times=TIMES, prepare=shops.change)
    for database in databases:
        database.empty_queue()
