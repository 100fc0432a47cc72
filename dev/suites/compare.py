# SPDX-License-Identifier: LGPL-3.0-or-later
"""Have both sides run, and find the tests that pass only without the addon."""

from collections.abc import Sequence

from dev import say
from dev.suites import baseline, outcomes, sides
from dev.suites.outcomes import Broken, Runs
from dev.suites.plan import Suite
from dev.suites.sides import Side

REPEATS = 2


def both(without: Side, with_addon: Side, suites: Sequence[Suite], *, renew: bool) -> tuple[Runs, Runs]:
    """Run what has to be run; return what became of the suites without the addon and with it.

    :param renew: whether to run the side without the addon although its outcomes are known
    """
    known = {} if renew else {suite.module: kept for suite in suites if (kept := baseline.known(without, suite))}
    if known:
        say.line(f"Known {without}: {', '.join(known)}")
    jobs = {with_addon: suites, without: [suite for suite in suites if suite.module not in known]}
    runs = {with_addon: {}, without: known}
    for side, suite, seconds in sides.together(jobs):
        runs[side][suite.module] = run = side.result(suite)
        say.line(f"  {suite.module} {side}: {len(run.outcomes)} tests, {len(run.failing)} fail, {seconds:.0f} s")
        if suite in jobs[without] and all(suite.module in ended for ended in runs.values()):
            _keep(without, suite, *runs.values())
    return runs[without], runs[with_addon]


def _keep(without: Side, suite: Suite, with_addon: Runs, known: Runs) -> None:
    """Keep what came of a suite without the addon, unless it had bad luck: a test that fails there compares nothing."""
    unlucky = outcomes.broken(with_addon[suite.module], known[suite.module])
    if unlucky:
        say.line(f"  {suite.module}: {len(unlucky)} tests passed with the addon only; {without} it is not kept")
    else:
        baseline.keep(without, suite)


def sifted(side: Side, suites: Sequence[Suite], without: Runs, with_addon: Runs) -> tuple[Broken, list[str]]:
    """Return the tests that pass only without the addon, and those that do now and then.

    A suite with such a test is run again as a whole: what fails may depend on what ran before.

    :param side: the one with the addon
    """
    broken = {module: outcomes.broken(without[module], run) for module, run in with_addon.items()}
    at_first = [test for tests in broken.values() for test in tests]
    for _ in range(REPEATS):
        again = [suite for suite in suites if broken[suite.module]]
        if again:
            say.line(f"Running again, for tests that failed with the addon only: {', '.join(s.module for s in again)}")
        for _side, suite, _seconds in sides.together({side: again}):
            still = outcomes.broken(without[suite.module], side.result(suite))
            broken[suite.module] = [test for test in broken[suite.module] if test in still]
    return broken, [test for test in at_first if not any(test in tests for tests in broken.values())]
