# SPDX-License-Identifier: LGPL-3.0-or-later
"""The two sides: copies of one template, the addon installed on one of them, every suite run alike on both."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev import clone, database, odoo, run
from dev.provision import Machine
from dev.say import Trouble
from dev.suites import inside, outcomes
from dev.suites.outcomes import Run
from dev.suites.plan import Suite

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Side:
    """Where suites run one after the other, each in a database made for it."""

    machine: Machine
    addon: bool

    def __str__(self):
        return "with the addon" if self.addon else "without the addon"

    @property
    def database(self) -> str:
        """The name of its database."""
        return clone.database(f"suites_{self._name}")

    def start(self, suite: Suite) -> subprocess.Popen:
        """Make the database and start a suite."""
        database.fresh(self.machine, self.database, suite.installed)
        if self.addon:
            odoo.install_cleanly(self.machine, self.database)
        self.log(suite).unlink(missing_ok=True)
        order = {"database": self.database, "addon": self.addon, "module": suite.module, "tags": suite.tags}
        files = {"outcomes": str(self.outcomes(suite)), "log": str(self.log(suite))}
        return inside.start(self.machine, order | files)

    def outcomes(self, suite: Suite) -> Path:
        """Return the file a run leaves."""
        return clone.LOGS / f"suites-{suite.module}-{self._name}.jsonl"

    def log(self, suite: Suite) -> Path:
        """Return Odoo's log of it."""
        return self.outcomes(suite).with_suffix(".log")

    def result(self, suite: Suite) -> Run:
        """Read what came of it.

        :raise Trouble: when there were no tests, or it did not come to its end
        """
        result = outcomes.read(self.outcomes(suite))
        if result is None:
            raise Trouble(f"The suite of {suite.module} {self} did not come to its end: its log is {self.log(suite)}.")
        if not result.outcomes:
            raise Trouble(f"There is no test of {suite.module} in {suite.tags}.")
        return result

    @property
    def _name(self) -> str:
        return "with" if self.addon else "without"


def together(jobs: Mapping[Side, Sequence[Suite]]) -> Iterator[tuple[Side, Suite, float]]:
    """Run suites, a side's one after the other and the sides at once; give each, and its seconds, when it ends."""
    waiting = {side: list(suites) for side, suites in jobs.items()}
    running: dict[Side, tuple[Suite, float, subprocess.Popen]] = {}
    try:
        while running or any(waiting.values()):
            for side in [side for side, suites in waiting.items() if suites and side not in running]:
                suite, started = waiting[side].pop(0), time.monotonic()
                running[side] = suite, started, side.start(suite)
            time.sleep(POLL_SECONDS)
            for side in [side for side, (_, _, process) in running.items() if process.poll() is not None]:
                suite, started, process = running.pop(side)
                if process.returncode:
                    raise Trouble(f"The suite of {suite.module} {side} broke off: its log is {side.log(suite)}.")
                yield side, suite, time.monotonic() - started
    finally:
        for _suite, _started, process in running.values():
            run.stop(process)
