# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a connector costs whoever moves stock: the same work without one, with this addon, with the other, in turns.

No job runner and no scheduled action runs meanwhile: what is measured ends when the last commit has returned.
"""

from collections.abc import Callable

from dev.bench.stock_work import PRODUCTS, Cost, deliver, sample, update
from dev.peer.connectors import settle_stock
from dev.peer.goods import OFF, OURS, THEIRS, Goods

ROLES = (OFF, OURS, THEIRS)
# The other connector's part of a delivery is seconds, ours is below what one pair can tell: more pairs for ours, where
# the ratio is taken.
PAIRS_A_ROUND = 40


def quants(goods: Goods, rounds: int) -> dict:
    """One transaction that changes the quants of 100 products: milliseconds and statements a product."""
    samples = _rounds(goods, update, [ROLES] * rounds * 3)
    return {
        role: {"ms": [cost.seconds * 1000 / PRODUCTS for cost in costs], "sql": [_sql(cost) for cost in costs]}
        for role, costs in samples.items()
    }


def delivery(goods: Goods, rounds: int) -> dict:
    """A delivery of 100 lines from its confirmation to its validation: seconds and statements."""
    more = PAIRS_A_ROUND - 1 if goods.is_large else 0
    samples = _rounds(goods, deliver, [ROLES, *[(OFF, OURS)] * more] * rounds)
    return {
        role: {"s": [cost.seconds for cost in costs], "sql": [_sql(cost) * PRODUCTS for cost in costs]}
        for role, costs in samples.items()
    }


def _sql(cost: Cost) -> float:
    """Return the statements a product, those of the wake-up after the commit included."""
    return (cost.sql + cost.wake_sql) / PRODUCTS


def _rounds(goods: Goods, work: Callable, rounds: list[tuple[str, ...]]) -> dict[str, list[Cost]]:
    """Return the costs by role; each goes first in turn."""
    databases = {OFF: goods.off, **{role: connector.database for role, connector in goods.connectors.items()}}

    def settle(name: str) -> None:
        connector = next((each for each in goods.connectors.values() if each.database == name), None)
        connector.settle() if connector else settle_stock(name)

    for role in ROLES:
        sample(databases[role], work, settle)  # the first one fills caches
    costs = {role: [] for role in ROLES}
    for turn, roles in enumerate(rounds):
        first = turn % len(roles)
        for role in (*roles[first:], *roles[:first]):
            costs[role].append(sample(databases[role], work, settle))
    return costs
