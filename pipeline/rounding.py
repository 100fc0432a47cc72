# SPDX-License-Identifier: LGPL-3.0-or-later
"""Odoo's own rounding of quantities, without Odoo.

Every unit of measure rounds to the digits of the precision *Product Unit* (`uom.uom.round`), by Odoo's `float_round`.
Odoo rounds a little generously: a number that misses the next step by no more than what floats lose on the way counts
as having reached it. Whoever wants Odoo's number has to be generous in the same way, to the last bit.
"""

import math


def half_up(value: float, digits: int) -> float:
    """The nearest number with so many decimals, the further from zero of two equally near ones."""
    if not value:
        return 0.0
    steps, little = _steps(value, digits)
    steps = abs(steps) + little
    whole = math.floor(steps)
    return math.copysign((whole + 1 if steps - whole >= 0.5 else whole) / _factor(digits), value)


def up(value: float, digits: int) -> float:
    """The next number with so many decimals, away from zero."""
    if not value:
        return 0.0
    steps, little = _steps(value, digits)
    return math.trunc(steps + math.copysign(1 - little, steps)) / _factor(digits)


def down(value: float, digits: int) -> float:
    """The next number with so many decimals, towards zero."""
    if not value:
        return 0.0
    steps, little = _steps(value, digits)
    return math.trunc(steps + math.copysign(little, steps)) / _factor(digits)


def _steps(value: float, digits: int) -> tuple[float, float]:
    """How many steps of the last decimal that is, and the little that floats may have lost of it."""
    steps = value * _factor(digits)
    return steps, 2 ** (math.log2(abs(steps)) - 50)


def _factor(digits: int) -> float:
    return 10.0 ** digits
