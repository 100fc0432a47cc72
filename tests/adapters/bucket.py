# SPDX-License-Identifier: LGPL-3.0-or-later
"""A pace for the tests: a token bucket, kept as the one moment at which it will be full again, as in `models.pace`."""

import threading
from collections.abc import Callable


class Bucket:
    """A `Pace` for the threads of one process.

    The generic cell rate algorithm: a call costs `1 / rate` seconds of the bucket's future, and may be made once that
    future is at most `burst` calls away.

    :param rate: calls a second
    :param burst: calls that may go at once after a pause
    :param clock: seconds; only differences matter
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float]):
        self._interval, self._burst, self._clock = 1 / rate, burst, clock
        self._lock = threading.Lock()
        self._full_at = clock()

    def take(self) -> float:
        with self._lock:
            now = self._clock()
            self._full_at = max(self._full_at, now) + self._interval
            return max(0.0, self._full_at - self._burst * self._interval - now)

    def hold(self, seconds: float) -> None:
        with self._lock:
            # The bucket is empty when the wait is over, so that what waited does not all go at once.
            self._full_at = max(self._full_at, self._clock() + seconds + (self._burst - 1) * self._interval)
