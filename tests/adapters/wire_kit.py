# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the tests of the wire layer share: a clock that only sleeping moves, and calls that go as they are told."""

import threading

import pytest

from adapters.base import Connection, Unavailable
from adapters.wire import Gate


class Time:
    """A clock that only sleeping moves; `slept` are the pauses."""

    def __init__(self, now=1_795_000_000.0):
        self.now, self.slept = now, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0
        self.slept.append(seconds)
        self.now += seconds


def gate_for(time, **settings):
    return Gate(Connection("http://127.0.0.1:9", **settings), time, time.sleep)


def answering(*answers):
    """A `send` that raises or returns these, one after the other, the last of them for ever; `send.count` counts."""
    left = list(answers)

    def send():
        send.count += 1
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    send.count = 0
    return send


def failures(gate, count, error=None):
    """Let so many calls fail, each tried as often as the gate likes."""
    for _ in range(count):
        with pytest.raises(Unavailable):
            gate.run(answering(error or Unavailable("down")))


class Calls:
    """Calls through a gate, each in its own thread, which end when the test says so.

    `sent` are the names of those that were let go, in their order, `ended` what came of each.
    """

    def __init__(self, gate):
        self._gate, self._changed = gate, threading.Condition()
        self._threads, self._verdicts = [], {}
        self.sent, self.ended = [], {}

    def begin(self, *names):
        """Call, and return when each is either sent or waiting."""
        for name in names:
            thread = threading.Thread(target=self._call, args=[name], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _call(self, name):
        try:
            result = self._gate.run(lambda: self._send(name))
        except BaseException as error:  # noqa: BLE001  (whatever it is, the test looks at it)
            result = error
        with self._changed:
            self.ended[name] = result
            self._changed.notify_all()

    def _send(self, name):
        with self._changed:
            self.sent.append(name)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: name in self._verdicts, 5)
            verdict = self._verdicts.pop(name)
        if isinstance(verdict, BaseException):
            raise verdict
        return verdict

    def end(self, name, verdict):
        """Have a call that was sent answered, and wait until all is over for it."""
        with self._changed:
            self._verdicts[name] = verdict
            self._changed.notify_all()
        self.until(lambda: name in self.ended)

    def until(self, condition):
        with self._changed:
            assert self._changed.wait_for(condition, 5)

    def settle(self, waiting):
        """Wait until so many calls wait for the probe."""
        with self._gate._state:
            pass
        for _ in range(500):
            with self._gate._state:
                if len(self._gate._line) == waiting:
                    return
            threading.Event().wait(0.01)
        raise AssertionError(f"{len(self._gate._line)} calls wait, not {waiting}")
