# SPDX-License-Identifier: LGPL-3.0-or-later
"""The last words of a test run: what was skipped and why, then one line that sums up all of it."""

import os
from collections import Counter
from pathlib import Path

from lxml import etree

from dev import say

TESTS_FAILED, NOTHING_SELECTED = 1, 5  # of pytest's exit statuses
NEVER_STARTED = 6  # none of pytest's: what it needs could not be made


def close(runs: list[tuple[int, Path]], *, other_failures: int, may_be_empty: bool, seconds: float) -> int:
    """Say the sum of all runs, worded as pytest words one; return the exit status of the whole.

    A run may select nothing when the user said what to run; otherwise tests have gone missing.
    """
    counts, skipped = Counter(), Counter()
    for _status, junit in runs:
        _read(junit, counts, skipped)
    counts["failed"] += other_failures
    for reason, number in skipped.items():
        say.line(f"Skipped {number}: {reason}")
    if skipped and os.environ.get("MARKETPLACE_SYNC_STRICT") == "1":
        say.line("MARKETPLACE_SYNC_STRICT is set: a skipped test counts as failed.")
        counts["failed"] += counts.pop("skipped")
    counts["errors"] += _unexplained([status for status, _junit in runs], may_be_empty)
    told = [f"{counts[name]} {name}" for name in ("failed", "passed", "skipped", "errors") if counts[name]]
    say.line(f" {', '.join(told) or 'no tests ran'} in {seconds:.2f}s ".center(80, "="))
    some_failed = any(status == TESTS_FAILED for status, _junit in runs)
    return int(bool(some_failed or counts["failed"] or counts["errors"] or not counts["passed"]))


def _read(junit: Path, counts: Counter, skipped: Counter) -> None:
    """Add what pytest wrote about one run."""
    if not junit.exists():
        return
    for case in etree.parse(junit).iter("testcase"):
        kinds = {child.tag for child in case}
        if "failure" in kinds:
            counts["failed"] += 1
        elif "error" in kinds:
            counts["errors"] += 1
        elif "skipped" in kinds and case.find("skipped").get("type") != "pytest.xfail":
            counts["skipped"] += 1
            skipped[case.find("skipped").get("message")] += 1
        else:
            counts["passed"] += 1


def _unexplained(statuses: list[int], may_be_empty: bool) -> int:
    """Count the runs that ended badly, other than by a failing test: the sum must not hide them."""
    fine = (0, TESTS_FAILED, NOTHING_SELECTED) if may_be_empty else (0, TESTS_FAILED)
    return sum(status not in fine for status in statuses)
