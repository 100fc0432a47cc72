# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a suite did without the addon, kept in the cache until Odoo, the packages or the runner change."""

import hashlib
import shutil
from pathlib import Path

from dev import database
from dev.suites import outcomes
from dev.suites.outcomes import Run
from dev.suites.plan import Suite
from dev.suites.sides import Side

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")  # those Odoo looks for
RUNNER = ("inside.py", "recorder.py", "served.py")


def known(side: Side, suite: Suite) -> Run | None:
    """Return what is kept, None when nothing is."""
    kept = _kept(side, suite)
    return outcomes.read(kept) if kept.exists() else None


def keep(side: Side, suite: Suite) -> None:
    """Keep what a run left."""
    kept = _kept(side, suite)
    kept.parent.mkdir(exist_ok=True)
    whole = kept.with_suffix(".part")
    shutil.copyfile(side.outcomes(suite), whole)
    whole.rename(kept)


def _kept(side: Side, suite: Suite) -> Path:
    """Return the file, named by all that a run's outcome depends on."""
    machine = side.machine
    tests = next(folder for folder in machine.odoo.addons if (folder / suite.module).exists()) / suite.module / "tests"
    files = [*sorted(tests.rglob("*.py")), *(Path(__file__).with_name(name) for name in RUNNER)]
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    template = database.template(machine, suite.installed)
    key = hashlib.sha256(f"{template} {suite.tags} {machine.python} {browser}".encode())
    for file in files:
        key.update(file.read_bytes())
    return machine.cache / "suites" / f"{suite.module}-{key.hexdigest()[:12]}.jsonl"
