# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tell which numbers a shop has, where its profile says how: an item a call, or all items, perhaps in pages.

Where it says both, a few items are asked for one by one, and of many as many pages are read as there are items to find:
how many a shop has is not known before the last is read. Then what is missing is asked for, and the whole costs at most
twice what the better way would.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from ..base import Level, Shown
from ..reading import Look, looks_of, shown, unreadable, whole
from ..wire import Answer, Batch, Step
from .answers import UNKNOWN, Reader, as_text
from .message import Composer, filled
from .profile import RestProfile, names_item

# What is filled into a path: placeholders and their values.
Values = tuple[tuple[str, str], ...]

FEW = 20  # items that are asked for one by one


class Reading:
    """Reads the numbers of one profile's shop.

    :param composer: of the profile
    :param reader: of the profile
    :param get: gives the answer to a GET of a path; where there is nothing, None if that is possible, which is the
        second argument, and else it raises
    """

    def __init__(
        self, profile: RestProfile, composer: Composer, reader: Reader, get: Callable[[str, bool], Answer | None]
    ):
        self._profile, self._composer, self._reader, self._get = profile, composer, reader, get

    def tasks(self, levels: Sequence[Level]) -> Iterator[Callable[[], Step]]:
        """Tasks for `workers.run` that together tell what the shop has for `levels`, as `Shown`."""
        is_few = self._singly(levels) <= FEW
        return self._tasks(levels, self._profile.look_path if is_few else self._profile.read_path)

    def _singly(self, levels: Sequence[Level]) -> float:
        """How many calls ask for `levels` one by one where there is a list; infinite when that can't be done."""
        path = self._profile.look_path
        if not path or any(self._composer.reason_against_reading(level, path) for level in levels):
            return math.inf
        return len(self._looks(levels, path))

    def _looks(self, levels: Sequence[Level], path: str) -> list[Look[Values]]:
        return looks_of(levels, lambda level: tuple(self._composer.in_path(level, path).items()))

    def _tasks(self, levels: Sequence[Level], path: str) -> Iterator[Callable[[], Step]]:
        reasons = {level.key: self._composer.reason_against_reading(level, path) for level in levels}
        if refused := [Shown(key, None, reason) for key, reason in reasons.items() if reason]:
            yield partial(Step, refused)
        possible = [level for level in levels if not reasons[level.key]]
        for look in self._looks(possible, path):
            if names_item(path):
                # Where nothing is looked up, many an item may be none, and each is refused in the same words.
                task = partial(self._read_one, path)
                yield Batch(task, [look], unreadable, suspect=not self._profile.lookup_path)
            else:
                sought = Sought(self._profile, self._reader, look, path)
                yield partial(self._read_page, sought, self._singly(look.levels))

    def _read_one(self, path: str, looks: Sequence[Look[Values]]) -> Step:
        [look] = looks
        sought = Sought(self._profile, self._reader, look, path)
        answer = self._get(filled(path, dict(look.target)), True)
        return Step([*(sought.in_answer(answer) if answer else ()), *sought.missing(answer)])

    def _read_page(self, sought: "Sought", most_pages: float, page: int = 1) -> Step:
        """Read one page of all items, or all of them where the path has no pages."""
        values = {**dict(sought.look.target), "page": str(page)}
        answer = self._get(filled(self._profile.read_path, values), page > 1)
        step = Step(sought.in_answer(answer) if answer else [])
        goes_on = answer and sought.goes_on and "{page}" in self._profile.read_path
        if goes_on and page < most_pages:
            # One after the other: how many there are is known only when the last has been read.
            step.follow_ups.append(partial(self._read_page, sought, most_pages, page + 1))
        elif goes_on or self._singly(sought.left) <= FEW:
            # Pages shift while they are read, and few that slipped through can be asked for.
            step.follow_ups += self._tasks(sought.left, self._profile.look_path)
        else:
            step.results += sought.missing(answer)
        return step


class Sought:
    """The levels one path tells of, and those of them that are not found yet. One thread at a time."""

    def __init__(self, profile: RestProfile, reader: Reader, look: Look[Values], path: str):
        self.look = look
        self._is_aside = path == profile.look_path
        self._is_one_place = "{location}" in path or len(profile.locations) < 2
        self._profile, self._reader = profile, reader
        self._names = reader.names(look.levels)
        self._left = dict(enumerate(look.levels))
        self._seen: set[tuple[str | None, str | None]] = set()
        #: whether another page may tell more: the last one told something new, and not yet all
        self.goes_on = True

    def in_answer(self, answer: Answer) -> list[Shown]:
        """What an answer tells of the levels not found yet; of several items for one of them the first counts."""
        items = [(self._of(self._profile.read_ref, item, answer), item) for item in self._items(answer)]
        numbers_of = self._names.of(dict.fromkeys(ref for ref, _item in items))
        # One item that does not say which it is, or where, is what was asked for; of several it may be any.
        says_little = self._is_aside and len(items) == 1
        found, is_new = [], False
        for ref, item in items:
            place = self._of(self._profile.read_location, item, answer)
            is_new = is_new or (ref, place) not in self._seen
            self._seen.add((ref, place))
            is_any = not self._profile.read_ref or (says_little and not ref)
            numbers = tuple(self._left) if is_any else numbers_of.get(ref, ())
            for number in self._there(numbers, place, says_little):
                found.append(self._shown(self._left.pop(number), item, answer))
        self.goes_on = bool(self._left) and is_new
        return found

    def _there(self, numbers: Iterable[int], place: str | None, says_little: bool) -> list[int]:
        """Those of `numbers` whose levels are not found yet and at the place that an item names."""
        is_anywhere = not self._profile.read_location or (says_little and not place and self._is_one_place)
        left = ((number, self._left[number]) for number in numbers if number in self._left)
        return [number for number, level in left if is_anywhere or place == level.location_id]

    @property
    def left(self) -> list[Level]:
        """The levels that are not found yet."""
        return list(self._left.values())

    def missing(self, answer: Answer | None) -> list[Shown]:
        """What is to be said of levels that were not found; `answer` is the last."""
        request_id = answer.request_id if answer else ""
        return [Shown(level.key, None, UNKNOWN, request_id) for level in self.left]

    def _items(self, answer: Answer) -> list[Any]:
        content = self._reader.content(answer)
        if not self._profile.read_items:
            return [content]
        found = self._reader.evaluated(self._profile.read_items, content, answer)
        if found is None and self._is_aside:
            found = content
        return found if isinstance(found, list) else [] if found is None else [found]

    def _of(self, expression: str, item: Any, answer: Answer) -> str | None:
        return as_text(self._reader.evaluated(expression, item, answer))

    def _shown(self, level: Level, item: Any, answer: Answer) -> Shown:
        quantity = whole(self._reader.evaluated(self._profile.read_quantity, item, answer))
        return shown(level, quantity, answer.request_id)
