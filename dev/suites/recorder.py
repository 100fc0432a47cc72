# SPDX-License-Identifier: LGPL-3.0-or-later
"""What Odoo's own runner tells of a suite, a line of JSON a test. Imported where Odoo is."""

import json
import re
import time
from collections.abc import Callable
from typing import TextIO

from odoo.tests.result import OdooTestResult

from dev.suites.outcomes import PASSED, SKIPPED

# How unittest names what goes wrong around the tests of a class: setUpClass (odoo.addons.stock.tests.test_x.TestX).
_AROUND_CLASS = re.compile(r"\w+ \((?P<name>[\w.]+)\)")


def _now() -> float:
    """Return seconds by the one clock that tests which freeze time leave alone."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


class Recorder(OdooTestResult):
    """Odoo's own result, which counts and logs, made to keep the outcome of every test.

    :param to: where the lines go, flushed one by one: what a run that died had found is not lost
    :param marked: says how often the addon has marked something so far
    """

    def __init__(self, to: TextIO, marked: Callable[[], int]):
        super().__init__()
        self._to = to
        self._marked = marked
        self._outcome, self._told = PASSED, []

    def note(self, **fields) -> None:
        """Write a line."""
        self._to.write(json.dumps(fields) + "\n")
        self._to.flush()

    def startTest(self, test):  # noqa: N802  unittest's name
        super().startTest(test)
        self._outcome, self._told = PASSED, []
        self._started, self._before = _now(), self._marked()

    def stopTest(self, test):  # noqa: N802
        super().stopTest(test)
        self.note(
            test=test.id(),
            what=self._outcome,
            told="\n".join(self._told),
            seconds=round(_now() - self._started, 3),
            marked=self._marked() - self._before,
        )

    def addError(self, test, err):  # noqa: N802
        super().addError(test, err)
        self._keep("error", test, self._exc_info_to_string(err, test))

    def addFailure(self, test, err):  # noqa: N802
        super().addFailure(test, err)
        self._keep("failed", test, self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):  # noqa: N802
        super().addSkip(test, reason)
        self._keep(SKIPPED, test, reason)

    def _keep(self, outcome, test, told):
        if around := _AROUND_CLASS.fullmatch(test.id()):
            self.note(all_of=around["name"], what=outcome, told=told)
            return
        # A test has many parts (subtests, cleanups): the worst of them is its outcome, and each has its say.
        if self._outcome in (PASSED, SKIPPED):
            self._outcome = outcome
        self._told.append(told)
