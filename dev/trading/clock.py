# SPDX-License-Identifier: LGPL-3.0-or-later
"""Simulated time: what happens next is what is due next, and waiting takes none of ours.

Whatever takes time runs in a greenlet of its own: `Clock.sleep` lets everything else happen that is due meanwhile, and
then goes on. So several pushes are under way side by side, buyers come while an answer is waited for, and still only
one thing happens at a time, in the same order each time.
"""

import heapq
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from itertools import count
from unittest import mock

import freezegun
from greenlet import getcurrent, greenlet

MORNING = datetime(2026, 3, 2, tzinfo=UTC)


class Clock:
    """The day's time: `now` is in seconds since its beginning.

    Each of `listeners` is called with the new time, as a datetime, before anything happens at it.
    """

    def __init__(self):
        self.now = 0.0
        self.listeners: list[Callable[[datetime], None]] = []
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._hub: greenlet | None = None
        self._under_way: set[greenlet] = set()

    def at(self, when: float, act: Callable[[], None]) -> None:
        """Do something at a time; what is late is done next."""
        heapq.heappush(self._due, (max(when, self.now), next(self._order), act))

    def spawn(self, work: Callable[[], None]) -> None:
        """Begin something now that takes time."""

        def done() -> None:
            work()
            self._under_way.discard(getcurrent())

        def begin() -> None:
            begun = greenlet(done)
            self._under_way.add(begun)
            begun.switch()

        self.at(self.now, begin)

    def sleep(self, seconds: float) -> None:
        """Go on after so many seconds, with all that is due until then done; alone, time just passes."""
        me = getcurrent()
        if self._hub in (None, me):
            self._move(self.now + seconds)
            return
        self.at(self.now + seconds, me.switch)
        self._hub.switch()

    def run(self, until: float) -> None:
        """Let everything happen that is due before a time, in its order; what is under way then is broken off."""
        self._hub = getcurrent()
        try:
            while self._due and self._due[0][0] < until:
                when, _order, act = heapq.heappop(self._due)
                self._move(when)
                act()
            self._move(until)
            self._break_off()
        finally:
            self._hub = None

    def _break_off(self) -> None:
        """Let those who still wait give back what they hold: locks, connections."""
        while self._under_way:
            self._under_way.pop().throw()

    def _move(self, when: float) -> None:
        if when > self.now:
            self.now = when
            for listener in self.listeners:
                listener(MORNING + timedelta(seconds=when))


def freeze(clock: Clock) -> None:
    """Make it this process's time, before anything is imported that keeps a clock or a sleep of its own."""
    frozen = freezegun.freeze_time(MORNING.replace(tzinfo=None)).start()
    clock.listeners.append(lambda moment: frozen.move_to(moment.replace(tzinfo=None)))
    mock.patch.object(time, "sleep", clock.sleep).start()


class Inline:
    """A thread pool without threads: what is submitted is done at once, so that its waiting is the submitter's."""

    def __init__(self, *_args, **_options):
        pass

    def submit(self, work: Callable, *args) -> Future:
        future = Future()
        try:
            future.set_result(work(*args))
        except Exception as error:  # noqa: BLE001 - a pool hands on whatever it was
            future.set_exception(error)
        return future

    def shutdown(self, **_options) -> None:
        """Nothing is under way."""
