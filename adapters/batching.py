# SPDX-License-Identifier: LGPL-3.0-or-later
"""Lists of quantities: cutting them to size, what becomes of a refused one, and reading why it was refused."""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from .base import Level, Rejected
from .wire import Answer, Batch, Step
from .wire.trouble import RequestRefused, quote


class HasLevel(Protocol):
    """What an adapter makes of a level to send it."""

    @property
    def level(self) -> Level: ...


T = TypeVar("T")
Row = TypeVar("Row", bound=HasLevel)

# The names under which APIs commonly say what is wrong.
_WORDS = ("error", "errors", "message", "detail", "error_description", "title")


def cut(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """`rows` in lists of `size`, the last one perhaps shorter."""
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def batch_of(task: Callable[[Sequence[Row]], Step], rows: Sequence[Row]) -> Batch[Row]:
    """A `Batch` of rows that are all suspect or all not; a row to blame is rejected in the marketplace's words."""
    return Batch(task, rows, reject_row, suspect=rows[0].level.suspect)


def reject_row(row: Row, refusal: RequestRefused) -> Step:
    """What becomes of a row that is refused when it stands alone."""
    return Step([rejected(row.level, refusal)])


def rejected(level: Level, refusal: RequestRefused) -> Rejected:
    """The outcome of a level that a refusal is about."""
    return Rejected(level.key, refusal.reason, refusal.code, refusal.request_id)


def without_doubles(levels: Iterable[Level], place: Callable[[Level], Hashable]) -> tuple[list[Level], list[Level]]:
    """Levels whose place comes for the first time, and the others.

    Written at the same time, two numbers for one place would leave it to chance which one stays.

    :param place: what a level's number is stored under
    """
    seen, first, doubles = set(), [], []
    for level in levels:
        (doubles if place(level) in seen else first).append(level)
        seen.add(place(level))
    return first, doubles


def words_of(answer: Answer) -> str:
    """What a refusal says in its own words, empty when it says nothing that can be read."""
    try:
        return words_in(json.loads(answer.body))
    except (ValueError, RecursionError):
        return ""


def words_in(body: Any) -> str:
    """The first text found under a name that APIs use for what is wrong, empty when there is none."""
    while True:
        match body:
            case str():
                return quote(body)
            case [first, *_]:
                body = first
            case dict():
                body = next((body[name] for name in _WORDS if body.get(name)), None)
            case _:
                return ""
