# SPDX-License-Identifier: LGPL-3.0-or-later
"""Dealing one stock out to several shops, so that together they never show more than there is."""

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """What one shop may show of a stock that several shops sell.

    :param allotment: so many pieces, before the others' percentages; None for a percentage
    :param percentage: of what the allotments leave, 0 to 100
    """

    allotment: int | None = None
    percentage: float = 0.0


def apportioned(pieces: int, shares: Sequence[Share]) -> list[int]:
    """How many whole pieces each share gets.

    Allotments are served first, in their order. What is left is dealt out piece by piece, each to the percentage that
    is furthest behind (the method of D'Hondt, https://en.wikipedia.org/wiki/D%27Hondt_method): the last piece is shown
    by one shop and not by none, percentages that add up to 100 deal out everything, and more in stock never makes a
    shop show less. What percentages that add up to less leave over is nobody's.

    :param pieces: what there is; less than nothing counts as nothing
    :param shares: in an order that stays the same; percentages that add up to more than 100 are shares of their sum
    """
    left = max(0, pieces)
    dealt = [0] * len(shares)
    for index, share in enumerate(shares):
        if share.allotment is not None:
            dealt[index] = min(left, max(0, share.allotment))
            left -= dealt[index]
    weights = {index: share.percentage for index, share in enumerate(shares)
               if share.allotment is None and share.percentage > 0}
    nobody = len(shares)
    weights[nobody] = max(0.0, 100.0 - sum(weights.values()))
    for index, seats in _dhondt(left, weights).items():
        if index != nobody:
            dealt[index] = seats
    return dealt


def _dhondt(seats: int, weights: dict[int, float]) -> dict[int, int]:
    """Deal out `seats` by weight; ties go to the lower index."""
    total = sum(weights.values())  # 100, unless somebody promised more than there is
    # Nobody ever gets less than his percentage rounded down: only the few left over have to be dealt one by one.
    won = {index: math.floor(seats * weight / total) for index, weight in weights.items()}
    queue = [(-weight / (won[index] + 1), index) for index, weight in weights.items() if weight > 0]
    heapq.heapify(queue)
    for _ in range(seats - sum(won.values())):
        _quotient, index = heapq.heappop(queue)
        won[index] += 1
        heapq.heappush(queue, (-weights[index] / (won[index] + 1), index))
    return won


def dealt(stocks: Sequence[tuple[float, Collection[int]]], shares: Mapping[int, Share], wanted: int) -> int:
    """How many whole pieces one shop gets of a product that is kept in several parts of the warehouse.

    :param stocks: for each part the pieces in it and whose share it is in, in an order that stays the same
    :param shares: by the name used there; allotments are served in the order of these names, part after part
    :param wanted: whose number is asked for
    """
    names = sorted(shares)
    due = dict(shares)
    total = 0
    for pieces, members in stocks:
        own = [name for name in names if name in members]
        got = dict(zip(own, apportioned(math.floor(round(pieces, 6)), [due[name] for name in own]), strict=True))
        total += got.get(wanted, 0)
        for name, number in got.items():
            if due[name].allotment is not None:
                due[name] = Share(allotment=due[name].allotment - number)
    # What one part owes is taken out of the others, as in Odoo's own sum.
    return min(total, max(0, math.floor(round(sum(pieces for pieces, _members in stocks), 6))))
