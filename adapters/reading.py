# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reading the numbers a shop has: what is asked for, and what is said of it."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .base import Level, Shown
from .wire import Step
from .wire.trouble import RequestRefused
from .words import _lt

T = TypeVar("T", bound=Hashable)

NO_NUMBER = _lt("The shop shows no number that a quantity can be.")
# What a database's integer holds: a shop that says more says nothing.
LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Look(Generic[T]):
    """Something that is asked for once, whatever the number of levels it answers.

    :param target: what the marketplace is asked for
    :param levels: at least one
    """

    target: T
    levels: tuple[Level, ...]

    def shows(self, quantity: int, request_id: str = "") -> list[Shown]:
        """The answers when the shop has a number; `quantity` is in whole sale units."""
        return [shown(level, quantity, request_id) for level in self.levels]

    def shows_none(self, reason: str, request_id: str = "") -> list[Shown]:
        """The answers when it has none, and why, for people."""
        return [Shown(level.key, None, reason, request_id) for level in self.levels]


def looks_of(levels: Iterable[Level], target_of: Callable[[Level], T]) -> list[Look[T]]:
    """What to ask for to know all of `levels`, each target once, in their order."""
    by_target = defaultdict(list)
    for level in levels:
        by_target[target_of(level)].append(level)
    return [Look(target, tuple(group)) for target, group in by_target.items()]


def shown(level: Level, quantity: int | None, request_id: str = "") -> Shown:
    """The answer when the shop has a number, in whole sale units; None when it is none."""
    if quantity is None or abs(quantity) > LARGEST:
        return Shown(level.key, None, NO_NUMBER, request_id)
    return Shown(level.key, quantity, request_id=request_id)


def unreadable(look: Look, refusal: RequestRefused) -> Step:
    """What becomes of a look that is refused when it stands alone; for a `Batch` of them."""
    return Step(look.shows_none(refusal.reason, refusal.request_id))


def whole(value: Any) -> int | None:
    """A whole number, also one written 5.0 or "5"; None for anything else."""
    match value:
        case bool():
            return None
        case int():
            return value
        case float() if value.is_integer():
            return int(value)
        case str() if re.fullmatch(r"-?[0-9]{1,18}(\.0{1,6})?", value, re.ASCII):
            return int(value.partition(".")[0])
    return None
