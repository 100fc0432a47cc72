# SPDX-License-Identifier: LGPL-3.0-or-later
"""The way from pieces in stock to the number in the shop, one small function a step, in the order of `STEPS`.

Each takes a quantity and the listing's `Rules` and gives a quantity. All but `made_to_order` never give more than
they got (in pieces), and give more for more.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .rules import Rules

# Quantities are floats: 0.7 * 10 is 6.999..., and nobody would understand a shop that shows 6.
DIGITS = 6
# Shopify takes no larger quantity, and PostgreSQL's integers hold not much more. No shop has had so many.
LARGEST = 1_000_000_000


def in_sale_units(pieces: float, rules: Rules) -> float:
    """How many whole units the shop sells can be made of so many pieces."""
    if rules.unit_factor == 1:
        return pieces
    return float(math.floor(round(pieces / rules.unit_factor, DIGITS)))


def share_shown(quantity: float, rules: Rules) -> float:
    """The percentage of it that is shown; of less than nothing all, so that no step makes more of it."""
    return round(quantity * rules.percentage / 100, DIGITS) if quantity > 0 else quantity


def less_buffer(quantity: float, rules: Rules) -> float:
    """What is left above the safety buffer."""
    return round(quantity - rules.buffer, DIGITS)  # 2.3 - 0.3 is less than a minimum of 2 otherwise


def none_below_minimum(quantity: float, rules: Rules) -> float:
    """Nothing where there is less than the minimum."""
    return 0.0 if 0 < quantity < rules.minimum else quantity


def capped(quantity: float, rules: Rules) -> float:
    """No more than the maximum."""
    return quantity if rules.maximum is None else min(quantity, rules.maximum)


def made_to_order(quantity: float, rules: Rules) -> float:
    """The fixed quantity of what is made to order."""
    return quantity if rules.fixed is None else rules.fixed


def whole(quantity: float, rules: Rules) -> float:
    """Whole units, never less than none, nor more than a shop can be told."""
    return float(min(LARGEST, max(0, math.floor(round(quantity, DIGITS)))))


#: name, function, and the rule it obeys, in their order
STEPS: tuple[tuple[str, Callable[[float, Rules], float], str], ...] = (
    ("unit_factor", in_sale_units, "unit_factor"),
    ("percentage", share_shown, "percentage"),
    ("buffer", less_buffer, "buffer"),
    ("minimum", none_below_minimum, "minimum"),
    ("maximum", capped, "maximum"),
    ("fixed", made_to_order, "fixed"),
    ("whole", whole, ""),
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one step made of a quantity.

    :param name: its name in `STEPS`
    :param parameter: the value of the rule it obeyed, None where it has none or none is set
    """

    name: str
    parameter: float | None
    before: float
    after: float


def published(pieces: float, rules: Rules) -> int:
    """The number to publish for so many pieces in stock, in whole sale units, never negative."""
    quantity = pieces
    for _name, function, _rule in STEPS:
        quantity = function(quantity, rules)
    return int(quantity)


def steps(pieces: float, rules: Rules) -> list[Step]:
    """The same, step by step; the last one's `after` is the number to publish."""
    taken, quantity = [], pieces
    for name, function, rule in STEPS:
        after = function(quantity, rules)
        taken.append(Step(name, getattr(rules, rule) if rule else None, quantity, after))
        quantity = after
    return taken
