# SPDX-License-Identifier: LGPL-3.0-or-later
"""Calls about many rows that are refused, or fail, as a whole: find the row to blame, and let the others go on.

A call is done again in halves until the row stands alone. Two things are not the rows' fault, and end this:
a refusal that meets all of them alike concerns the account, and a failure that nothing survives the marketplace.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from ..base import Refused
from ..words import _lt
from .trouble import Crashed, RequestRefused

# Refusals alike on end, of one kind of call, that are the account's: a batch halved five times, of which each part was
# refused. Fewer would be met by bad rows that are spread evenly. The last word has a row that is sent alone: when it is
# accepted, the calls were too long.
ALIKE = 63


@dataclass(slots=True)
class Step:
    """What one task brought: results for the caller, and tasks that have to follow."""

    results: list = field(default_factory=list)
    follow_ups: list[Callable[[], "Step"]] = field(default_factory=list)


R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Batch(Generic[R]):
    """A task for `workers.run` that does one call about several rows, and can be done in parts.

    When `task` raises `RequestRefused` or `Crashed` it is done for each half of the rows; a single row is given to
    `reject`. A single row that makes the marketplace crash is only rejected once another call has shown that the
    marketplace works.

    :param task: does the call for the rows it is given
    :param rows: at least one
    :param reject: what becomes of a row that stands alone, and the reason for it
    :param suspect: the rows were refused before: that all are again says nothing about the account
    """

    task: Callable[[Sequence[R]], Step]
    rows: Sequence[R]
    reject: Callable[[R, RequestRefused], Step]
    suspect: bool = False

    def __call__(self) -> Step:
        return self.task(self.rows)

    @property
    def kind(self) -> Any:
        """What tells the calls of one document from those of another."""
        return self.task.func if isinstance(self.task, partial) else self.task

    def halves(self) -> "list[Batch[R]]":
        """The same for each half of at least two rows."""
        return self._parted(len(self.rows) // 2)

    def one_and_rest(self) -> "list[Batch[R]]":
        """The same for the first of at least two rows, and for the others."""
        return self._parted(1)

    def _parted(self, at: int) -> "list[Batch[R]]":
        return [Batch(self.task, rows, self.reject, self.suspect) for rows in (self.rows[:at], self.rows[at:])]


class Apart:
    """Says what follows from the refusals and crashes of one run. For one thread."""

    def __init__(self):
        # Refusals on end by kind of call: what they have in common, and how many.
        self._refusals: dict[Any, tuple[str, int]] = {}
        # Rows that stand alone and crashed, until something shows that the marketplace works.
        self._parked: list[tuple[Batch, Crashed]] = []
        self._has_worked = False
        # Kinds of call of which one was accepted, and of the others what becomes of the rows refused alone so far:
        # calls end in any order, so that a row may stand alone before it shows that all are refused alike.
        self._accepted: set[Any] = set()
        self._held: dict[Any, list[Step]] = {}

    def after(self, task: Callable[[], Step], outcome: "Step | RequestRefused | Crashed") -> Step:
        """What follows when a task has ended thus.

        :raises Refused: it is the same for whatever is sent
        """
        if not isinstance(task, Batch):
            return outcome
        if isinstance(outcome, RequestRefused):
            return self._refused(task, outcome)
        if isinstance(outcome, Crashed):
            return self._crashed(task, outcome)
        self._refusals.pop(task.kind, None)
        self._accepted.add(task.kind)
        return _together([outcome, *self._held.pop(task.kind, []), self._works()])

    def ended(self) -> Step:
        """What follows when nothing else is left to do.

        :raises Crashed: nothing went through that would tell a row's fault from the marketplace's
        """
        if self._parked and not self._has_worked:
            raise self._parked[0][1]
        held = [step for steps in self._held.values() for step in steps]
        self._held.clear()
        return _together([*held, self._works()])

    def _refused(self, batch: Batch, error: RequestRefused) -> Step:
        alike, count = self._refusals.get(batch.kind, ("", 0))
        count = count + 1 if alike == error.alike else 1
        self._refusals[batch.kind] = error.alike, count
        is_everywhere = count >= ALIKE and not batch.suspect
        if len(batch.rows) > 1:
            step = Step(follow_ups=batch.one_and_rest() if is_everywhere else batch.halves())
        elif is_everywhere:
            raise Refused(error.reason, error.request_id)
        else:
            step = batch.reject(batch.rows[0], error)
            if batch.kind not in self._accepted and not batch.suspect:
                self._held.setdefault(batch.kind, []).append(step)
                step = Step()
        return _together([step, self._works()])

    def _crashed(self, batch: Batch, error: Crashed) -> Step:
        """The marketplace failed at the call, again and again."""
        if len(batch.rows) > 1:
            return Step(follow_ups=batch.halves())
        self._parked.append((batch, error))
        return Step()

    def _works(self) -> Step:
        """The marketplace answered: what it failed at has itself to blame."""
        self._has_worked = True
        parked, self._parked = self._parked, []
        return _together([batch.reject(batch.rows[0], _blame(error)) for batch, error in parked])


def _blame(error: Crashed) -> RequestRefused:
    reason = _lt(
        "The marketplace fails each time it is sent this item (%s), and takes others: look at the item there, or ask"
        " the marketplace's support.",
        error.code,
    )
    return RequestRefused(reason, error.code, error.request_id)


def _together(steps: list[Step]) -> Step:
    return Step([r for step in steps for r in step.results], [task for step in steps for task in step.follow_ups])
