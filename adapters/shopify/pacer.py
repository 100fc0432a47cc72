# SPDX-License-Identifier: LGPL-3.0-or-later
"""Stay below Shopify's rate limit instead of running into it.

Shopify gives every app and shop a bucket of points that refills at a steady rate, and tells in each answer
how full it is (https://shopify.dev/docs/api/usage/limits). How big and how fast depends on the shop's plan,
so nothing is assumed: the first call goes alone, as a probe, and the rest follows what its answer said.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ..wire.trouble import SPENT, Limited

# The points reported may be rounded; without this a rounded-up report would be spent to the last point.
_SLACK = 1.0
# A sleep shorter than this only spins.
_SHORTEST_SLEEP = 0.001
# Far beyond any bucket of Shopify's.
_MOST_POINTS = 1e9


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer says about points (`extensions.cost`).

    :param requested: points this call had to have in the bucket before it ran
    :param actual: points it really took, 0 when it was throttled
    :param maximum: points the bucket holds when full
    :param available: points in the bucket when the answer was made
    :param rate: points that flow back per second
    """

    requested: float
    actual: float
    maximum: float
    available: float
    rate: float

    @classmethod
    def of(cls, extensions: object) -> "Cost | None":
        """Read the `extensions` of an answer; None when they say nothing usable."""
        try:
            cost = extensions["cost"]
            status = cost["throttleStatus"]
            return cls(
                requested=_points(cost["requestedQueryCost"]),
                actual=_points(cost["actualQueryCost"] or 0),
                maximum=_points(status["maximumAvailable"]),
                available=_points(status["currentlyAvailable"]),
                rate=_points(status["restoreRate"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    @property
    def seconds_short(self) -> float | None:
        """Seconds until the bucket holds what this call wanted; None if it never refills."""
        return max(0.0, self.requested - self.available) / self.rate if self.rate > 0 else None


def _points(value: object) -> float:
    """A number of points; ValueError for what no bucket holds, such as NaN, which nobody can wait for."""
    points = float(value)
    if not abs(points) <= _MOST_POINTS:
        raise ValueError(value)
    return points


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to send one call; `settled_before` is the pacer's total of settled points when it was given."""

    name: str
    units: int
    cost: float
    settled_before: float


class Pacer:
    """Lets calls go when the bucket is estimated to hold their cost. Thread-safe.

    The estimate is always at or below the truth as long as nobody else draws on the bucket: the cost of a
    call is taken off when it is let go and what it did not use is given back when it is answered. Somebody
    else's draws show in the answers, which pull the estimate down.

    :param max_wait: the longest pause taken for one call, in seconds
    :param clock: gives the time in seconds; only differences matter
    :param sleep: waits a number of seconds
    """

    def __init__(self, max_wait: float, clock: Callable[[], float], sleep: Callable[[float], None]):
        self._max_wait, self._clock, self._sleep = max_wait, clock, sleep
        # Held by the one thread that is waiting for points: who came first goes first, so that a dear call is
        # not starved by cheap ones.
        self._turn = threading.Lock()
        self._state = threading.Condition()
        self._probed = False
        self._running = 0
        self._maximum = self._available = float("inf")
        self._rate = 0.0
        self._updated = clock()
        self._in_flight = self._admitted = self._settled = 0.0
        self._learned: dict[tuple[str, int], float] = {}

    def admit(self, name: str, units: int, guess: float) -> Ticket:
        """Wait until a call may go, and reserve its cost. Every ticket must be given to `settle`.

        :param name: which document is sent; with `units` it tells what the call will cost
        :param units: ids the call asks about
        :param guess: points it costs if no such call has been answered yet
        :raises Limited: the wait would be longer than `max_wait`; nothing is reserved
        """
        waited = 0.0
        with self._turn:
            while pause := self._missing(cost := self._expected(name, units, guess)):
                if waited + pause > self._max_wait:
                    raise Limited(SPENT % "Shopify", pause if pause < float("inf") else None)
                self._sleep(pause)
                waited += pause
            return self._reserve(name, units, cost)

    def settle(self, ticket: Ticket, cost: Cost | None, answered: bool) -> None:
        """Take in what came of a call.

        :param cost: what the answer said about points, None if nothing
        :param answered: whether Shopify answered at all
        """
        with self._state:
            self._refill()
            if cost:
                self._learned[ticket.name, ticket.units] = cost.requested
                self._correct(ticket, cost)
            self._probed = self._probed or answered or cost is not None
            self._running -= 1
            self._in_flight -= ticket.cost
            self._settled += ticket.cost
            self._state.notify_all()

    def _expected(self, name: str, units: int, guess: float) -> float:
        """Points such a call will cost, never more than the bucket holds (Shopify decides about those)."""
        with self._state:
            return min(self._learned.get((name, units), guess), self._maximum)

    def _missing(self, cost: float) -> float:
        """Seconds until the bucket holds `cost` points; 0 when it does."""
        with self._state:
            # Refilling is only counted up to what calls under way leave free, see `_refill`: beyond that,
            # waiting for the clock is in vain, one of those calls has to end first.
            self._state.wait_for(
                lambda: not self._running or (self._probed and cost + self._in_flight <= self._maximum)
            )
            self._refill()
            short = cost - self._available
            if short <= 0:
                return 0.0
            return max(short / self._rate, _SHORTEST_SLEEP) if self._rate > 0 else float("inf")

    def _reserve(self, name: str, units: int, cost: float) -> Ticket:
        with self._state:
            self._available -= cost
            self._running += 1
            self._in_flight += cost
            self._admitted += cost
            return Ticket(name, units, cost, self._settled)

    def _refill(self) -> None:
        """Count the points that flowed back since the last look."""
        now = self._clock()
        # A full bucket does not fill up while a call is on its way to it, so the points of calls under way
        # count as gone; a clock set back must not take points away.
        room = self._maximum - self._in_flight
        self._available = min(room, self._available + self._rate * max(0.0, now - self._updated))
        self._updated = now

    def _correct(self, ticket: Ticket, cost: Cost) -> None:
        """Hold the estimate against the report of an answer.

        Calls that were under way at the same time may or may not be in the report already: those settled
        before this one began certainly are. So the truth lies between the report and the report less all
        others, and the estimate is only moved as far as needed to lie there too.
        """
        report = cost.available - _SLACK
        overlapping = self._admitted - ticket.settled_before - ticket.cost
        self._maximum, self._rate = cost.maximum - _SLACK, cost.rate
        estimate = self._available + ticket.cost - cost.actual
        self._available = min(max(estimate, report - overlapping), report)
