# SPDX-License-Identifier: LGPL-3.0-or-later
"""The process a group of figures is measured in: Odoo is loaded here, with no server around it."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev import clone, provision, run, say
from dev.provision import Machine
from dev.say import Trouble


def main() -> None:
    """Measure the group named on the command line; what follows its name is the group's own business.

    A group is a module of this package, or one of another package by its full name.
    """
    group, *arguments = sys.argv[1:]
    machine = provision.ready("dev.bench.inside")
    _load_odoo(group)
    importlib.import_module(group if "." in group else f"dev.bench.{group}").measure(machine, *arguments)


def child(machine: Machine, group: str, *arguments: str) -> None:
    """Run such a process, and stop it when we are told to stop."""
    process = subprocess.Popen(
        [str(machine.python), "-m", "dev.bench.inside", group, *arguments],
        cwd=clone.ROOT,
        env=run.environment(PYTHONPATH=machine.odoo.source),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the command alone; told to stop, a child stops its own in order
    )
    try:
        status = process.wait()
    finally:
        run.stop(process)
    if status:
        raise Trouble(f"The bench {group} did not come to its end: Odoo's log is {_log(group)}.")


def _log(group: str) -> Path:
    return clone.LOGS / f"bench-{group}.log"


def _load_odoo(group: str) -> None:
    from odoo.tools import config

    config.parse_config(["-c", str(clone.CONFIG), "--logfile", str(_log(group))], setup_logging=True)


@contextmanager
def environment(database: str) -> Iterator:
    """Give Odoo's environment on a cursor of its own, as superuser; what is not committed is rolled back."""
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    cr = Registry(database).cursor()
    try:
        yield api.Environment(cr, SUPERUSER_ID, {})
    finally:
        cr.close()


if __name__ == "__main__":
    say.command(main)
