# SPDX-License-Identifier: LGPL-3.0-or-later
"""Decides when a call may go, and whether it is tried again.

Retries are tenacity's. The circuit breaker is ours: the kept ones (pybreaker, circuitbreaker) hold a lock while they
call, or let every waiting thread go when they half-open; here exactly one call probes and the others wait for it.
"""

import copy
import threading
from collections import deque
from collections.abc import Callable
from typing import NoReturn, TypeVar

import tenacity

from ..base import AdapterError, Connection, Unavailable
from ..words import _lt
from .trouble import Busy, Crashed, Limited, RequestRefused

T = TypeVar("T")

TRIP = 5  # failures on end, of whatever calls, that open the breaker
CRASHES = 10  # HTTP 500 on end that do: fewer may be due to what was sent
PROBES = 3  # probes on end that may meet HTTP 500 before it counts as the marketplace's trouble
FIRST_PAUSE = 0.25  # seconds, at most, before the first retry; doubles each time
LONGEST_PAUSE = 5.0  # seconds

_CLOSED, _OPEN, _PROBING = "closed", "open", "probing"


class Gate:
    """The way to one account, for all threads of one adapter.

    Closed: calls go as the pace allows, and one that meets `Unavailable` is tried again after a random part of an
    exponentially growing pause (full jitter), never before a `Retry-After` is over. After `TRIP` failures on end
    the breaker opens: everybody gets the trouble at once. Whoever comes when the last of them has left probes: one
    call goes alone, the others wait for what comes of it. When it meets HTTP 500, which may be due to what it holds,
    the one that has waited longest probes after it.

    :param connection: its `attempts`, `max_wait`, `probe` and `pace`
    :param clock: seconds since the epoch
    :param sleep: waits a number of seconds
    """

    def __init__(self, connection: Connection, clock: Callable[[], float], sleep: Callable[[float], None]):
        self._max_wait, self._attempts, self._pace = connection.max_wait, connection.attempts, connection.pace
        self._clock, self._sleep = clock, sleep
        # Held by the one thread that waits for its turn: more of them would only reserve turns further away.
        self._turn = threading.Lock()
        # A turn that nobody has used yet, in seconds since the epoch: the next call's.
        self._reserved: float | None = None
        self._state = threading.Condition()
        self._mode = _OPEN if connection.probe else _CLOSED
        # How many calls are past `_arrive`, and how many tries on end have failed.
        self._engaged = self._failures = self._crashes = 0
        # Who waits for the probe, in their order, and which of them is the next one.
        self._line: deque[object] = deque()
        self._successor: object = None
        self._held_until = 0.0
        self._trouble: AdapterError = Unavailable(_lt("The shop can't be reached."))

    def run(self, send: Callable[[], T]) -> T:
        """What `send` returns, perhaps after some tries.

        :raises Unavailable: it could not be had now
        :raises AdapterError: whatever else `send` raises, at once
        """
        begun: list[float] = []
        met: list[type[AdapterError]] = []

        def attempt() -> T:
            self._wait_for_turn()
            begun.append(self._clock())
            try:
                return self._judged(send)
            except AdapterError as error:
                met.append(type(error))
                raise

        self._arrive()
        try:
            return self._retrying(begun)(attempt)
        except Crashed as error:
            if all(issubclass(kind, Crashed) for kind in met):
                raise
            # Other tries of it met other trouble: what it holds is not to blame.
            trouble = Unavailable(error.reason, error.retry_after, error.request_id)
        finally:
            self._leave()
        raise trouble

    def check(self) -> None:
        """Raise the trouble that others ran into meanwhile: for a `send` that has waited for something itself.

        :raises AdapterError: the breaker is open
        """
        with self._state:
            if self._mode == _OPEN:
                self._raise_trouble()

    # === RETRIES === #

    def _retrying(self, begun: list[float]) -> tenacity.Retrying:
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._is_worth_another_try),
            wait=self._pause_after,
            # A call that took long to fail had its chance; and so long a pause is left to the caller.
            stop=tenacity.stop_after_attempt(self._attempts)
            | (lambda state: self._clock() - begun[0] + state.upcoming_sleep > self._max_wait),
            sleep=self._sleep,
            reraise=True,
        )

    def _is_worth_another_try(self, error: BaseException) -> bool:
        if not isinstance(error, Unavailable) or isinstance(error, Limited):
            return False
        with self._state:
            return self._mode == _CLOSED and not (isinstance(error, Crashed) and self._crashes >= TRIP)

    def _pause_after(self, state: tenacity.RetryCallState) -> float:
        jitter = tenacity.wait_random_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE)
        return max(jitter(state), state.outcome.exception().retry_after or 0)

    # === TURNS === #

    def _wait_for_turn(self) -> None:
        """Wait as long as the pace and the marketplace ask for, unless that is too long or the breaker opens."""
        with self._turn:
            self.check()
            if self._reserved is None:
                self._reserved = self._clock() + (self._pace.take() if self._pace else 0.0)
            reached = self._clock()
            while (due := max(self._reserved, self._held_until)) > reached:
                wait = due - reached
                if wait > self._max_wait:
                    raise Limited(self._why_held(), wait)
                self._sleep(wait)
                # Somebody else may have run into trouble meanwhile.
                self.check()
                reached = max(due, self._clock())
            self._reserved = None

    def _why_held(self) -> str:
        with self._state:
            held = self._held_until > self._clock() and isinstance(self._trouble, Unavailable)
            return self._trouble.reason if held else _lt("The account's calls are limited.")

    # === ONE TRY === #

    def _judged(self, send: Callable[[], T]) -> T:
        """Send, and learn from what comes of it."""
        try:
            result = send()
        except Limited:
            raise
        except (Busy, RequestRefused):
            # An answer that refuses is an answer: the marketplace is there.
            self._answered()
            raise
        except AdapterError as error:
            trouble = self._failed(error)
            if trouble is error:
                raise
        else:
            self._answered()
            return result
        raise trouble

    def _failed(self, error: AdapterError) -> AdapterError:
        """Note a failure; gives what it is to be raised as."""
        wait = getattr(error, "retry_after", None)
        with self._state:
            self._failures += isinstance(error, Unavailable) and not isinstance(error, Crashed)
            self._crashes += isinstance(error, Crashed)
            too_often = self._failures >= TRIP or self._crashes >= (PROBES if self._mode == _PROBING else CRASHES)
            if isinstance(error, Crashed) and (too_often or self._mode == _OPEN):
                # No longer the trouble of one request.
                error = Unavailable(error.reason, wait, error.request_id)
            self._trouble = error
            if too_often:
                self._failures = self._crashes = 0
                self._mode = _OPEN if self._mode == _CLOSED else self._mode
            if wait:
                self._held_until = max(self._held_until, self._clock() + wait)
        if wait and self._pace:
            self._pace.hold(min(wait, self._max_wait))
        return error

    def _answered(self) -> None:
        with self._state:
            self._failures = self._crashes = 0
            if self._mode == _PROBING:
                self._mode = _CLOSED
                self._line.clear()
                self._state.notify_all()

    # === THE BREAKER === #

    def _arrive(self) -> None:
        with self._state:
            if self._mode == _PROBING:
                self._wait_for_probe()
            elif self._mode == _OPEN and not self._engaged:
                self._mode = _PROBING
            self._engaged += 1

    def _wait_for_probe(self) -> None:
        """Wait until the probe is over, or it is this call's turn to be the next."""
        place = object()
        self._line.append(place)
        self._state.wait_for(lambda: self._mode != _PROBING or self._successor is place)

    def _leave(self) -> None:
        with self._state:
            self._engaged -= 1
            # Only the probe can leave while probing: without an answer, however it ended.
            if self._mode != _PROBING:
                return
            if isinstance(self._trouble, Crashed) and self._line:
                self._successor = self._line.popleft()
            else:
                self._mode = _OPEN
                self._line.clear()
            self._state.notify_all()

    def _raise_trouble(self) -> NoReturn:
        """Raise again what others ran into, as an exception of its own: one raised by many threads would mix up
        their tracebacks."""
        if not isinstance(self._trouble, Unavailable):
            raise copy.copy(self._trouble)
        left = self._held_until - self._clock()
        raise Unavailable(self._trouble.reason, left if left > 0 else None, self._trouble.request_id)
