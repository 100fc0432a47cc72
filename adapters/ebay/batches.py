# SPDX-License-Identifier: LGPL-3.0-or-later
"""How levels become rows: what can be sent at all, and what goes together."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..base import Level, Outcome, Rejected
from .errors import BAD_SKU, DUPLICATE, LONG_SKU, LONGEST_SKU, NOT_LINKED
from .targets import Inventory, Target, target_of
from .trading import can_carry


@dataclass(frozen=True, slots=True)
class Row:
    """A level and what it is published to."""

    level: Level
    target: Target


def sorted_out(levels: Iterable[Level]) -> tuple[list[Row], list[Outcome]]:
    """The rows that can be sent, and what becomes of the other levels without a call.

    Of two levels for one place only the first is sent: on their way at the same time, it would be left to chance
    which number stays.
    """
    rows, refused, seen = [], [], set()
    for level in levels:
        target = target_of(level.external_id)
        reason = reason_not_to_send(target)
        if reason is None and not seen.isdisjoint(target.excluded):
            reason = DUPLICATE
        if reason:
            refused.append(Rejected(level.key, reason))
        else:
            seen |= target.taken
            rows.append(Row(level, target))
    return rows, refused


def reason_not_to_send(target: Target | None) -> str | None:
    """Why eBay cannot be told of `target`, for people; None when it can."""
    if target is None:
        return NOT_LINKED
    if isinstance(target, Inventory):
        return LONG_SKU if len(target.sku) > LONGEST_SKU else None
    return None if can_carry(target.sku) else BAD_SKU
