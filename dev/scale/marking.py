# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a stock change of 100 products takes, Odoo's own part of it included."""

from dev.provision import Machine
from dev.scale import paths
from dev.scale.comparing import Database, compare

TIMES = 40


def measure(machine: Machine, *names: str) -> None:
    """Change stock in turns."""
    databases = tuple(map(Database, names))
    compare("scale.mark_ratio", databases, paths.change, times=TIMES, prepare=Database.empty_queue)
