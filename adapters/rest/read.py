# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tell which numbers a shop has, where its profile says how: an item a call, or all items, perhaps in pages."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from ..base import Level, Shown
from ..reading import Look, looks_of, shown, unreadable, whole
from ..wire import Answer, Batch, Step
from .answers import UNKNOWN, Reader, as_text
from .message import Composer, filled
from .profile import RestProfile

# What is filled into the read path: placeholders and their values.
Values = tuple[tuple[str, str], ...]


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
        reasons = {level.key: self._composer.reason_against_reading(level) for level in levels}
        if refused := [Shown(key, None, reason) for key, reason in reasons.items() if reason]:
            yield partial(Step, refused)
        possible = [level for level in levels if not reasons[level.key]]
        for look in looks_of(possible, lambda level: tuple(self._composer.in_read_path(level).items())):
            if self._profile.reads_one:
                # Where nothing is looked up, many an item may be none, and each is refused in the same words.
                yield Batch(self._read_one, [look], unreadable, suspect=not self._profile.lookup_path)
            else:
                yield partial(self._read_page, Sought(self._profile, self._reader, look))

    def _read_one(self, looks: Sequence[Look[Values]]) -> Step:
        [look] = looks
        sought, answer = Sought(self._profile, self._reader, look), self._answer(look.target, True)
        return Step([*(sought.in_answer(answer) if answer else ()), *sought.missing(answer)])

    def _read_page(self, sought: "Sought", page: int = 1) -> Step:
        """Read one page of all items, or all of them where the path has no pages."""
        answer = self._answer((*sought.look.target, ("page", str(page))), page > 1)
        step = Step(sought.in_answer(answer) if answer else [])
        if answer and sought.goes_on and "{page}" in self._profile.read_path:
            # One after the other: how many there are is known only when the last has been read.
            step.follow_ups.append(partial(self._read_page, sought, page + 1))
        else:
            step.results += sought.missing(answer)
        return step

    def _answer(self, values: Values, may_lack: bool) -> Answer | None:
        return self._get(filled(self._profile.read_path, dict(values)), may_lack)


class Sought:
    """The levels one path tells of, and those of them that are not found yet. One thread at a time."""

    def __init__(self, profile: RestProfile, reader: Reader, look: Look[Values]):
        self.look = look
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
        found, is_new = [], False
        for ref, item in items:
            place = self._of(self._profile.read_location, item, answer)
            is_new = is_new or (ref, place) not in self._seen
            self._seen.add((ref, place))
            numbers = numbers_of.get(ref, ()) if self._profile.read_ref else range(len(self.look.levels))
            for number in numbers:
                level = self._left.get(number)
                if level and (not self._profile.read_location or place == level.location_id):
                    del self._left[number]
                    found.append(self._shown(level, item, answer))
        self.goes_on = bool(self._left) and is_new
        return found

    def missing(self, answer: Answer | None) -> list[Shown]:
        """What is to be said of levels that were not found; `answer` is the last."""
        request_id = answer.request_id if answer else ""
        return [Shown(level.key, None, UNKNOWN, request_id) for level in self._left.values()]

    def _items(self, answer: Answer) -> list[Any]:
        content = self._reader.content(answer)
        if not self._profile.read_items:
            return [content]
        found = self._reader.evaluated(self._profile.read_items, content, answer)
        return found if isinstance(found, list) else [] if found is None else [found]

    def _of(self, expression: str, item: Any, answer: Answer) -> str | None:
        return as_text(self._reader.evaluated(expression, item, answer))

    def _shown(self, level: Level, item: Any, answer: Answer) -> Shown:
        quantity = whole(self._reader.evaluated(self._profile.read_quantity, item, answer))
        return shown(level, quantity, answer.request_id)
