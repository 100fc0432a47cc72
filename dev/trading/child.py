# SPDX-License-Identifier: LGPL-3.0-or-later
"""The process one policy's day is spent in: time is frozen here before Odoo is loaded."""

import json
import subprocess
import sys
from pathlib import Path
from random import seed as seed_random

from dev import clone, provision, run, say
from dev.provision import Machine
from dev.trading.policies import POLICIES

READY = "ready"  # not a policy: makes the database they all begin with


def main() -> None:
    """Spend the day the command line describes, and leave what came of it in a file."""
    policy, options = sys.argv[1], json.loads(sys.argv[2])
    machine = provision.ready("dev.trading.child")
    from dev.trading.clock import Clock, freeze

    clock = Clock()
    if policy != READY:
        freeze(clock)
    from dev.trading import spend

    spend.load_odoo(log(policy))
    seed_random(options["seed"])  # what the addon draws by chance, such as how long it leaves a shop alone
    if policy == READY:
        spend.prepare(machine, options)
        return
    result(policy).write_text(json.dumps(spend.spend(machine, clock, POLICIES[policy], policy, options)))


def start(machine: Machine, policy: str, options: dict) -> subprocess.Popen:
    """Start such a process."""
    return subprocess.Popen(
        [str(machine.python), "-m", "dev.trading.child", policy, json.dumps(options)],
        cwd=clone.ROOT,
        env=run.environment(PYTHONPATH=machine.odoo.source, PYTHONHASHSEED="0"),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the command alone; told to stop, a child stops its own in order
    )


def result(policy: str) -> Path:
    """Return the file it leaves."""
    return clone.RUN / f"trading-{policy}.json"


def log(policy: str) -> Path:
    """Return Odoo's log."""
    return clone.LOGS / f"trading-{policy}.log"


if __name__ == "__main__":
    say.command(main)
