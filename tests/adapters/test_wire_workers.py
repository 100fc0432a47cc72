# SPDX-License-Identifier: LGPL-3.0-or-later
"""Many calls at the same time: what a failing one does to the others."""

import threading
import time

from adapter_kit import outcomes_until
from adapters.base import Refused, Unavailable
from adapters.wire import Apart, Batch, Step
from adapters.wire.trouble import RequestRefused
from adapters.wire.workers import run


def test_trouble_stops_what_is_waiting_for_a_worker():
    ran, drawn = [], threading.Event()

    def fail():
        drawn.wait()
        # Long enough for the other task to be handed over behind this one.
        time.sleep(0.1)
        raise Unavailable("down", 3)

    def tasks():
        yield fail
        drawn.set()
        yield lambda: ran.append(1)

    _seen, error = outcomes_until(run(tasks(), parallel=1), Unavailable)
    assert ran == []
    assert error.retry_after == 3


def test_gravest_trouble_is_raised():
    def failing(error):
        def fail():
            barrier.wait()
            raise error

        return fail

    barrier = threading.Barrier(3)
    longest = [Unavailable("a", 3), Unavailable("b", 7), Unavailable("c")]
    assert outcomes_until(run(map(failing, longest), 3), Unavailable)[1].retry_after == 7
    mixed = [Unavailable("a", 3), Refused("b"), Unavailable("c", 9)]
    assert outcomes_until(run(map(failing, mixed), 3), Refused)[1].reason == "b"


def test_a_row_alone_is_blamed_once_another_is_accepted_or_all_is_over():
    """Calls end in any order: a row may stand alone before it shows that all are refused alike."""

    def task(_rows):
        return Step()

    def lone(row):
        return Batch(task, [row], lambda row, _refusal: Step([row]))

    apart = Apart()
    assert apart.after(lone("bad"), RequestRefused("no", "x")).results == []
    assert apart.after(lone("good"), Step(["accepted"])).results == ["accepted", "bad"]
    assert apart.after(lone("worse"), RequestRefused("no", "x")).results == ["worse"]
    apart = Apart()
    assert apart.after(lone("bad"), RequestRefused("no", "x")).results == []
    assert apart.ended().results == ["bad"]
