# SPDX-License-Identifier: LGPL-3.0-or-later
"""What one drain carries around: plain data, no database."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg2.errors
import psycopg2.extensions

# Somebody else changed, or holds on to, the rows that were to be written.
COLLISIONS = (psycopg2.extensions.TransactionRollbackError, psycopg2.errors.LockNotAvailable)
# Calls one after the other in each of an account's lines: enough to keep them busy, few enough to stop in time.
ROUNDS = 10
MAX_CONFLICTS = 3  # of one listing in one drain
MAX_COLLISIONS = 5  # on end, with somebody else's writes: other parts of the account have theirs


@dataclass(slots=True)
class Waiting:
    """A listing that has marks, as one snapshot saw it; deleting `marks` deletes exactly what that snapshot saw."""

    listing_id: int
    product_id: int | None
    product_tmpl_id: int
    sku: str | None
    linked_sku: str | None
    external_id: str | None
    state: str
    is_sold: bool
    is_tracked: bool
    marks: list[int]
    item_id: str | None = None

    @property
    def is_linked(self):
        return bool(self.external_id) and (self.sku or None) == (self.linked_sku or None)


@dataclass
class Run:
    """One drain of one account: its limits and what it has done so far, counted in listings."""

    account: Any  # marketplace.config
    adapter: Any  # adapters.base.Adapter
    base_url: str  # the shop that is spoken to, whatever the account is changed to meanwhile
    deadline: float  # on time.monotonic()
    limit: int | None = None
    part: int = 0  # the number of the shard to begin with
    listing_ids: list[int] | None = None  # somebody chose these; None for all that waits
    known_failures: int = 0  # the account's, when the last try began
    witness: Any = None  # witness.Witness, which the adapter tells of its requests
    started: float = field(default_factory=time.monotonic)
    taken: int = 0
    acknowledged: int = 0
    unchanged: int = 0
    failed: int = 0
    linked: int = 0
    deferred: int = 0
    collisions: int = 0
    taken_at_collision: int = 0
    busy: bool = False
    gave_up: bool = False
    conflicts: Counter = field(default_factory=Counter)
    spent: Counter = field(default_factory=Counter)  # calls already written down, by the allowance's name
    looked_at: dict = field(default_factory=dict)  # what the shop was just found with, and when, by level
    called_back: set[datetime] = field(default_factory=set)  # when the scheduled action was told to come back

    @property
    def has_budget(self):
        """Whether the marketplace limits calls or changes a day."""
        return bool(self.adapter.allowance_names or self.adapter.revisions_a_day)

    @property
    def seconds(self):
        return time.monotonic() - self.started

    @property
    def seconds_left(self):
        return self.deadline - time.monotonic()

    def shards(self):
        """All shards of the account: the part's own, then those it helps with if nobody holds them."""
        shards = self.account.shards
        return [(self.part + number) % shards for number in range(shards)]

    def count(self, **listings):
        """Add to the counters named."""
        for counter, number in listings.items():
            setattr(self, counter, getattr(self, counter) + number)

    def is_over(self):
        return self.seconds_left <= 0 or (self.limit is not None and self.taken >= self.limit)

    def chunk_size(self):
        size = self.account.batch_size * self.account.parallel * ROUNDS
        return size if self.limit is None else min(size, self.limit - self.taken)

    def collides_too_often(self):
        """Count a collision; whether there were too many on end, with nothing stored in between."""
        if self.taken > self.taken_at_collision:
            self.collisions = 0
        self.collisions += 1
        self.taken_at_collision = self.taken
        return self.collisions > MAX_COLLISIONS

    def set_aside(self):
        """Listings somebody else keeps changing meanwhile: the next drain's business."""
        return [listing_id for listing_id, count in self.conflicts.items() if count >= MAX_CONFLICTS]
