# SPDX-License-Identifier: LGPL-3.0-or-later
"""What became of the tests of a suite, and which of them the addon breaks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

PASSED, SKIPPED, NEVER_RAN = "passed", "skipped", "never ran"


@dataclass(frozen=True)
class Outcome:
    """What became of one test.

    :param what: passed, failed (an assertion), error (any other exception), skipped or never ran
    :param told: its traceback, or why it was skipped
    :param seconds: how long it ran
    :param marked: how often it had the addon mark products
    """

    what: str
    told: str = ""
    seconds: float = 0.0
    marked: int = 0


@dataclass(frozen=True)
class Run:
    """What became of all tests of a suite, by their names.

    :param written: rows the addon wrote to its table of marks
    """

    outcomes: Mapping[str, Outcome]
    written: int = 0

    def count(self, what: str) -> int:
        """Return how many tests came out so."""
        return sum(outcome.what == what for outcome in self.outcomes.values())

    @cached_property
    def failing(self) -> dict[str, Outcome]:
        """Those that ended badly, or not at all."""
        return {test: outcome for test, outcome in self.outcomes.items() if outcome.what not in (PASSED, SKIPPED)}

    @property
    def marking(self) -> int:
        """How many had the addon mark something."""
        return sum(outcome.marked > 0 for outcome in self.outcomes.values())

    @property
    def seconds(self) -> float:
        """How long the tests ran, without what comes before and after each."""
        return sum(outcome.seconds for outcome in self.outcomes.values())


Runs = dict[str, Run]  # by module
Broken = dict[str, list[str]]  # tests by module


def read(file: Path) -> Run | None:
    """Read what a process wrote while it ran a suite (dev/suites/recorder.py); None when it did not come to its end."""
    outcomes, written = {}, None
    for line in map(json.loads, file.read_text().splitlines()):
        match line:
            case {"tests": names}:
                outcomes = dict.fromkeys(names, Outcome(NEVER_RAN))
            case {"test": name, **told}:
                outcomes[name] = Outcome(**told)
            case {"all_of": name, "what": what, "told": told}:
                # What goes wrong before or after all tests of a class is the failure of each.
                of_class = [test for test in outcomes if test.rpartition(".")[0] == name]
                outcomes |= {test: replace(outcomes[test], what=what, told=told) for test in of_class}
            case {"written": written}:
                pass
    return None if written is None else Run(outcomes, written)


def broken(without: Run, with_addon: Run) -> list[str]:
    """Return the tests that pass without the addon, and with it do not."""
    never = Outcome(NEVER_RAN)
    return [
        test
        for test, outcome in without.outcomes.items()
        if outcome.what == PASSED and with_addon.outcomes.get(test, never).what != PASSED
    ]
