# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an adapter tells of its requests, collected while it works: plain data, no database."""

import math
from collections import deque
from statistics import median

from ..adapters.exchange import Exchange, Recorder
from ..adapters.wire.recording import settle

# Of each part of a push the last ones are kept, and the first that failed, which most often says what is wrong: nobody
# reads more, and memory is that of a few megabytes at most.
FAILED, OTHERS = 30, 100
TIMED = 10_000  # requests whose answer times count


class Witness:
    """Takes down the requests of one adapter; bounded, whatever goes on.

    :param everything: also those that went well
    """

    def __init__(self, everything=False):
        # What went well must not push out what failed.
        self._first, self._failed, self._others = [], deque(maxlen=FAILED - 1), deque(maxlen=OTHERS)
        self._seconds = deque(maxlen=TIMED)
        self.recorder = Recorder(self._keep, self._seconds.append, everything)

    def _keep(self, exchange: Exchange):
        if not exchange.trouble:
            self._others.append(exchange)
        else:
            # Two threads may both be the first: then both are kept.
            (self._failed if self._first else self._first).append(exchange)

    def take(self) -> list[Exchange]:
        """What was taken down since the last time, the oldest first. Call it when no request is under way."""
        settle()
        taken = sorted([*self._first, *self._failed, *self._others], key=lambda exchange: exchange.sent_at)
        for exchanges in (self._first, self._failed, self._others):
            exchanges.clear()
        return taken

    def answer_times(self) -> dict:
        """Milliseconds from sending a request to the end of its answer: the median, and what 95 in 100 stay below;
        nothing where nothing was sent."""
        times = sorted(1000 * seconds for seconds in self._seconds)
        if not times:
            return {}
        return {"answer_median_ms": median(times), "answer_p95_ms": times[math.ceil(0.95 * len(times)) - 1]}
