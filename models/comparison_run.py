# SPDX-License-Identifier: LGPL-3.0-or-later
"""What one comparison carries around: plain data, no database."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any

from ..adapters.base import Level, Shown
from .drain_run import Run, Waiting

ROUNDS = 4  # of calls in each of an account's lines: pushes of the shard wait that long


@dataclass
class ComparisonRun(Run):
    """One stretch of a comparison: how much of it is written down already."""

    record: Any = None  # marketplace.reconcile
    noted_calls: int = 0
    noted_seconds: float = 0.0

    def chunk_size(self):
        """Listings to compare while a lock is held."""
        return self.account.batch_size * self.account.parallel * ROUNDS

    def take_stock(self):
        """The calls and the seconds since the last time."""
        calls, seconds = self.adapter.calls - self.noted_calls, self.seconds - self.noted_seconds
        self.noted_calls += calls
        self.noted_seconds += seconds
        return calls, seconds


@dataclass
class Chunk:
    """Listings and their numbers, as one snapshot saw them.

    :param listings: by id
    :param levels: what should be shown, in the order of the listings; `previous` is what was acknowledged last
    :param since: when that was, naive UTC, by the level's key
    :param last_mark: the newest mark that snapshot saw
    :param is_last: nothing of the shard comes after them
    """

    listings: list[Waiting]
    levels: list[Level]
    since: dict[tuple[int, int], datetime]
    last_mark: int
    is_last: bool
    shown: dict[tuple[int, int], Shown] = field(default_factory=dict)

    def keep_answered(self):
        """Leave out everything from the first listing on that the shop has not said all about."""
        unanswered = {level.key[0] for level in self.levels if level.key not in self.shown}
        answered = list(takewhile(lambda waiting: waiting.listing_id not in unanswered, self.listings))
        if len(answered) < len(self.listings):
            self.is_last = False
            self.listings = answered
            last = self.last_listing_id
            self.levels = [level for level in self.levels if level.key[0] <= last]

    @property
    def last_listing_id(self):
        return self.listings[-1].listing_id if self.listings else 0
