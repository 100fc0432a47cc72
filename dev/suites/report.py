# SPDX-License-Identifier: LGPL-3.0-or-later
"""What `make test-odoo` says in the end."""

from collections import Counter
from collections.abc import Sequence

from dev.suites.outcomes import NEVER_RAN, PASSED, SKIPPED, Broken, Outcome, Run, Runs

HEAD = ("suite", "tests", "pass without", "pass with", "fail on both", "skipped", "marking", "marks written", "seconds")
COMMON = "odoo.addons."
AILING = 0.1  # of a suite: what fails without the addon compares nothing


def text(without: Runs, with_addon: Runs, broken: Broken, flaky: Sequence[str]) -> str:
    """Return a table of the suites, then what a reader should know, and last each test the addon breaks."""
    rows = [HEAD, *(_row(module, without[module], run) for module, run in with_addon.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    for module, run in with_addon.items():
        lines += [f"Skipped in {module}: {number}, {reason}" for reason, number in _skipped(run).items()]
        lines += [f"Fails on both sides: {_short(test)}" for test in _on_both(without[module], run)]
    lines += [f"Flaky, failed at first with the addon and then passed: {_short(test)}" for test in flaky]
    for module, tests in broken.items():
        lines += [_story(test, without[module], with_addon[module]) for test in tests]
    return "\n".join(lines)


def verdict(without: Runs, with_addon: Runs, broken: Broken) -> tuple[int, str]:
    """Return the exit status and the last line: 1 when the addon breaks a test, or when the runs prove nothing."""
    if tests := sum(map(len, broken.values())):
        return 1, f"{tests} of Odoo's tests pass only without the addon."
    if asleep := [module for module, run in with_addon.items() if not (run.marking and run.written)]:
        return 1, f"The addon marked nothing in {', '.join(asleep)}: this proves nothing."
    if ailing := [module for module, run in without.items() if len(run.failing) > AILING * len(run.outcomes)]:
        return 1, f"Too many tests of {', '.join(ailing)} fail without the addon: this proves nothing."
    all_of_them = sum(len(run.outcomes) for run in with_addon.values())
    return 0, f"None of Odoo's {all_of_them} tests passes only without the addon."


def _row(module: str, without: Run, with_addon: Run) -> tuple[str, ...]:
    numbers = (
        len(with_addon.outcomes), without.count(PASSED), with_addon.count(PASSED), len(_on_both(without, with_addon)),
        with_addon.count(SKIPPED), with_addon.marking, with_addon.written, round(with_addon.seconds),
    )  # fmt: skip
    return module, *map(str, numbers)


def _on_both(without: Run, with_addon: Run) -> list[str]:
    """Return the tests that can prove nothing: they fail, addon or not."""
    return [test for test in without.failing if test in with_addon.failing]


def _skipped(run: Run) -> Counter[str]:
    """Count the tests that did not run, by what they say for it."""
    return Counter(outcome.told or "no reason" for outcome in run.outcomes.values() if outcome.what == SKIPPED)


def _story(test: str, without: Run, with_addon: Run) -> str:
    """Return what there is to know about a test the addon breaks."""
    outcome = with_addon.outcomes.get(test, Outcome(NEVER_RAN))
    sides = f"  without: {without.outcomes[test].what}\n  with: {outcome.what}"
    return f"\nPasses only without the addon: {_short(test)}\n{sides}\n{outcome.told}"


def _short(test: str) -> str:
    return test.removeprefix(COMMON)
