# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long it takes to sort 10,000 marks into those of 20,000 listings."""

from dev.provision import Machine
from dev.scale import paths
from dev.scale.comparing import Database, compare

TIMES = 15


def measure(machine: Machine, *names: str) -> None:
    """Sort in turns."""
    databases = tuple(map(Database, names))
    compare("scale.sort_ratio", databases, paths.sort, times=TIMES, prepare=Database.mark)
    for database in databases:
        database.empty_queue()
