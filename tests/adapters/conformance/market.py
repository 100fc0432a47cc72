# SPDX-License-Identifier: LGPL-3.0-or-later
"""A sandbox that is being served, an account on it, and what must hold whatever happens to a push."""

import base64
import logging
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

from adapters.base import (
    Acknowledged,
    Adapter,
    AdapterError,
    Conflict,
    Connection,
    Level,
    Outcome,
    Refused,
    Rejected,
    Shown,
    Token,
    Unauthorized,
    Unavailable,
)
from sandbox.serving import serve

from .harness import Harness

ROUNDS = 12  # a drain that comes back for the rest, at most


class Clock:
    """Seconds since the epoch, which pass only while somebody sleeps."""

    def __init__(self):
        self._lock = threading.Lock()
        self._now = time.time()
        self.slept = 0.0

    def __call__(self):
        return self._now

    def sleep(self, seconds):
        with self._lock:
            self._now += seconds
            self.slept += seconds


class Records(logging.Handler):
    """Whatever anybody logs, of every level, as text."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@dataclass
class Pushed:
    """What came of a push, or a read: outcomes by key, the error it ended in, requests sent, the token fetched."""

    outcomes: dict[object, Outcome | Shown] = field(default_factory=dict)
    error: AdapterError | None = None
    calls: int = 0
    token: Token | None = None

    def keys(self, kind: type[Outcome]) -> list:
        """The keys of all outcomes of that kind, in order."""
        return sorted(key for key, outcome in self.outcomes.items() if isinstance(outcome, kind))


class Market:
    """One marketplace under test.

    :param harness: what it is
    """

    def __init__(self, harness: type[Harness]):
        self.clock = Clock()
        self.harness = harness(self.clock)
        self.shop = self.harness.shop
        self.secrets = set(self.harness.credentials.values())
        self._server = serve(self.shop)
        self._records = Records()

    def __enter__(self):
        self._url = self._server.__enter__().url
        root = logging.getLogger()
        self._level_before = root.level
        root.addHandler(self._records)
        root.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *trouble):
        root = logging.getLogger()
        root.setLevel(self._level_before)
        root.removeHandler(self._records)
        return self._server.__exit__(*trouble)

    def adapter(self, *, credentials: Mapping[str, str] | None = None, **settings) -> Adapter:
        """A new adapter, as for a new push.

        :param credentials: instead of the harness's own
        :param settings: of `Connection`
        """
        harness = self.harness
        connection = Connection(
            self._url,
            harness.api_version,
            harness.credentials if credentials is None else credentials,
            harness.options,
            # Waits that would overlap add up on our clock, so the adapter is let wait for more than its usual 10 s.
            **{"batch_size": harness.batch, "read_timeout": 20.0, "max_wait": 60.0, "allow_private": True, **settings},
        )
        self.secrets.update(connection.credentials.values())
        return harness.adapter(connection, self.clock, self.clock.sleep)

    def stock(self, skus: Sequence[str], quantity: int = 8, previous: int | None = 5) -> list[Level]:
        """Put items on sale, 5 pieces each, and give levels for them, whose keys are their places.

        :param quantity: to be published, in pieces
        """
        ids = [self.harness.add(sku, 5) for sku in skus]
        location = self.harness.location
        return [
            Level(key, external_id, location, quantity, previous, sku=sku)
            for key, (external_id, sku) in enumerate(zip(ids, skus, strict=True))
        ]

    def level(self, level: Level) -> int:
        """Pieces on sale of what `level` is about."""
        return self.harness.level(level.external_id)

    def faults_met(self) -> int:
        """Requests that were hit by trouble so far."""
        return self.shop.stats.faults

    # === PUSHING === #

    def push(self, levels: Sequence[Level], **settings) -> Pushed:
        """Push with a new adapter, and check all that must hold however it goes.

        :param settings: as for `adapter`
        """
        return self._run("push", levels, **settings)

    def _run(self, act: str, levels: Sequence[Level], **settings) -> Pushed:
        by_key, threads = {level.key: level for level in levels}, set(threading.enumerate())
        adapter, pushed = self.adapter(**settings), Pushed()
        try:
            for outcome in getattr(adapter, act)(levels):
                assert outcome.key not in pushed.outcomes, "a level has two outcomes"
                self._check(outcome, by_key[outcome.key])
                pushed.outcomes[outcome.key] = outcome
        except AdapterError as error:
            pushed.error = error
            assert isinstance(error, Unavailable | Unauthorized | Refused), repr(error)
        finally:
            adapter.close()
        assert threads.issuperset(threading.enumerate()), "a thread is left: what it sends would come too late"
        pushed.calls, pushed.token = adapter.calls, adapter.token
        if pushed.error is None:
            assert pushed.outcomes.keys() == by_key.keys(), "levels without an outcome, and no error"
        self._check_secrets(adapter, pushed)
        return pushed

    def push_rest(self, levels: Sequence[Level], pushed: Pushed, rounds: int = ROUNDS, **settings) -> None:
        """Push what has no outcome, as later drains do, with newer numbers, until all is acknowledged; check it all."""
        expected = {level.key: level for level in levels}
        for _round in range(rounds):
            for key in pushed.keys(Acknowledged):
                done = expected.pop(key)
                assert self.level(done) == done.quantity
            if not expected:
                break
            levels = [_later(level, pushed.outcomes.get(level.key)) for level in expected.values()]
            expected = {level.key: level for level in levels}
            # Longer than any breaker, back-off or Retry-After.
            self.clock.sleep(3600)
            pushed = self.push(levels, probe=True, **settings)
        assert not expected, f"{len(expected)} levels were never acknowledged"
        self.check_order()

    # === READING === #

    def read(self, levels: Sequence[Level], **settings) -> Pushed:
        """Read with a new adapter, and check all that must hold however it goes.

        :param settings: as for `adapter`
        """
        writes = len(self.shop.writes)
        read = self._run("read", levels, **settings)
        assert len(self.shop.writes) == writes, "reading has changed something"
        return read

    def read_rest(self, levels: Sequence[Level], read: Pushed, rounds: int = ROUNDS) -> None:
        """Read what has no answer, as later comparisons do, until every number is known."""
        for _round in range(rounds):
            levels = [level for level in levels if level.key not in read.outcomes]
            if not levels:
                return
            self.clock.sleep(3600)
            read = self.read(levels, probe=True)
        raise AssertionError(f"{len(levels)} levels were never read")

    # === WHAT MUST HOLD === #

    def check_order(self) -> None:
        """No number was written over a newer one: those of one item only ever grow here."""
        written = defaultdict(list)
        for write in self.shop.writes:
            written[write.item, write.sku, write.location].append(write.to_quantity)
        assert all(numbers == sorted(numbers) for numbers in written.values())

    def _check(self, outcome: Outcome, level: Level) -> None:
        if isinstance(outcome, Acknowledged):
            assert outcome.quantity == level.quantity
            assert self.level(level) == level.quantity, "acknowledged, but not there"
        if isinstance(outcome, Rejected):
            assert len(outcome.reason.split()) > 1, f"not a reason for people: {outcome.reason!r}"
        if isinstance(outcome, Shown) and outcome.quantity is None:
            assert len(outcome.reason.split()) > 1, f"not a reason for people: {outcome.reason!r}"
        elif isinstance(outcome, Shown):
            assert outcome.quantity == self.level(level), "another number than the one that is there"
            assert not outcome.reason

    def _check_secrets(self, adapter: Adapter, pushed: Pushed) -> None:
        """No secret in anything that could end up in a log, on a screen or in a bug report."""
        if pushed.token:
            self.secrets.add(pushed.token.value)
        texts = [repr(adapter), repr(vars(adapter)), repr(pushed), *self._records.lines]
        if pushed.error:
            texts += [pushed.error.reason, *traceback.format_exception(pushed.error)]
        said = "\n".join(texts)
        pairs = (base64.b64encode(":".join(pair).encode()).decode() for pair in permutations(self.secrets, 2))
        for secret in {*self.secrets, *pairs}:
            assert secret not in said, "a secret is told"


def _later(level: Level, outcome: Outcome | None) -> Level:
    """What a later drain pushes: the number has changed again, and a conflict has told what is there."""
    assert outcome is None or isinstance(outcome, Conflict), outcome
    previous = outcome.actual if outcome else level.previous
    return replace(level, quantity=level.quantity + 1, revision=level.revision + 1, previous=previous)
