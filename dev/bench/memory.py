# SPDX-License-Identifier: LGPL-3.0-or-later
"""How much memory a large drain takes: the most the process ever had, less what it had before."""

import re
from pathlib import Path

from dev.bench import data, figures, inside
from dev.bench.inside import environment
from dev.provision import Machine
from dev.say import Trouble

LISTINGS = 100_000
WARM_UP = 100
KB = 1024
PROCESS = Path("/proc/self")


def measure(machine: Machine, name: str = "", account_id: str = "") -> None:
    """Prepare the goods, then measure in a process that never held them."""
    if name:
        _measure_here(name, int(account_id))
        return
    with data.selling(machine, LISTINGS) as (name, _shop, account):
        inside.child(machine, "memory", name, str(account))


def _measure_here(name: str, account_id: int) -> None:
    """Push a little, so that all that is loaded once is loaded; then push everything."""
    data.set_all(name, data.PIECES + 1, up_to=WARM_UP)
    _drain(name, account_id)
    data.set_all(name, data.PIECES + 2)
    (PROCESS / "clear_refs").write_text("5")  # the kernel's way to forget the peak so far
    idle = _kilobytes("VmRSS")
    done = _drain(name, account_id)
    if done != LISTINGS:
        raise Trouble(f"The drain pushed {done} of {LISTINGS} listings.")
    figures.note("drain.rss_mb", [(_kilobytes("VmHWM") - idle) / KB])


def _drain(name: str, account_id: int) -> int:
    """Drain until nothing is left; return how many listings were pushed."""
    pushed = 0
    with environment(name) as env:
        account = env["marketplace.config"].browse(account_id)
        while done := account._drain():
            pushed += done["done"]
            if not done["remaining"] or not done["done"]:
                return pushed
    return pushed


def _kilobytes(name: str) -> int:
    return int(re.search(rf"{name}:\s+(\d+) kB", (PROCESS / "status").read_text())[1])
