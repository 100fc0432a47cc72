# SPDX-License-Identifier: LGPL-3.0-or-later
"""From pieces in stock to the number in the shop: each step, and what holds for all of them together (I7)."""

import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import Rules, Step, published, steps
from pipeline.steps import (
    LARGEST,
    STEPS,
    capped,
    in_sale_units,
    less_buffer,
    made_to_order,
    none_below_minimum,
    share_shown,
    whole,
)

# Odoo keeps stock to the hundredth, and people set percentages no finer.
hundredths = st.integers(-100_000, 10_000_000)
units = st.integers(0, 100_000).map(lambda number: number / 100)
RULES = {
    "unit_factor": st.one_of(st.integers(1, 1000).map(float), st.sampled_from([0.25, 0.5, 1.0, 12.0])),
    "percentage": st.integers(0, 10_000).map(lambda number: number / 100),
    "buffer": units, "minimum": units, "maximum": st.none() | units,
}
stock_decides = st.builds(Rules, **RULES)
any_rules = st.builds(Rules, **RULES, fixed=st.none() | units)


# === EACH STEP === #


@pytest.mark.parametrize(("factor", "pieces", "expected"), [
    (1, 7.5, 7.5), (12, 24, 2), (12, 35, 2), (12, 36, 3), (12, 11, 0), (12, -1, -1), (0.5, 3, 6), (0.1, 0.7, 7),
    (0.1, 1.2, 12)])
def test_in_sale_units(factor, pieces, expected):
    assert in_sale_units(pieces, Rules(unit_factor=factor)) == expected


@pytest.mark.parametrize(("percentage", "quantity", "expected"), [
    (90, 9, 8.1), (100, 9, 9), (0, 9, 0), (50, 0, 0), (70, 10, 7), (90, 0.7, 0.63), (50, -4, -4)])
def test_share_shown(percentage, quantity, expected):
    assert share_shown(quantity, Rules(percentage=percentage)) == expected


@pytest.mark.parametrize(("buffer", "quantity", "expected"), [(2, 8.1, 6.1), (0.3, 2.3, 2), (0, 5, 5), (5, 3, -2)])
def test_less_buffer(buffer, quantity, expected):
    assert less_buffer(quantity, Rules(buffer=buffer)) == expected


@pytest.mark.parametrize(("minimum", "quantity", "expected"), [
    (5, 4.9, 0), (5, 5, 5), (5, 6, 6), (0, 1, 1), (5, 0, 0), (5, -3, -3)])
def test_none_below_minimum(minimum, quantity, expected):
    assert none_below_minimum(quantity, Rules(minimum=minimum)) == expected


@pytest.mark.parametrize(("maximum", "quantity", "expected"), [
    (None, 1e6, 1e6), (50, 60, 50), (50, 50, 50), (50, 4, 4), (0, 4, 0), (50, -4, -4)])
def test_capped(maximum, quantity, expected):
    assert capped(quantity, Rules(maximum=maximum)) == expected


@pytest.mark.parametrize(("fixed", "quantity", "expected"), [(None, 3, 3), (7, 3, 7), (7, -3, 7), (0, 3, 0)])
def test_made_to_order(fixed, quantity, expected):
    assert made_to_order(quantity, Rules(fixed=fixed)) == expected


@pytest.mark.parametrize(("quantity", "expected"), [
    (6.1, 6), (6, 6), (6.999999999, 7), (6.9999, 6), (-0.5, 0), (-9, 0), (0.7 * 10, 7), (5e9, LARGEST)])
def test_whole(quantity, expected):
    assert whole(quantity, Rules()) == expected


# === ALL OF THEM === #


def test_order_of_the_steps():
    """Each pair would give another number the other way round."""
    for rules, expected in (
            (Rules(unit_factor=12, percentage=50), 1),  # 35 pieces are 2 boxes; half the pieces would be 1.46
            (Rules(percentage=50, buffer=10), 7),  # (35 - 10) / 2 = 12.5
            (Rules(buffer=10, minimum=30), 0),
            (Rules(minimum=20, maximum=10), 10),
            (Rules(buffer=10, maximum=20), 20),  # 25 are left, not 20 - 10
            (Rules(maximum=10, fixed=20), 20)):
        assert published(35, rules) == expected
    assert [name for name, _step, _rule in STEPS] == [
        "unit_factor", "percentage", "buffer", "minimum", "maximum", "fixed", "whole"]


def test_steps_spell_the_sum_out():
    """The example of the issue: of 9, 90 % are 8.1; a buffer of 2 leaves 6."""
    taken = {step.name: step for step in steps(9, Rules(percentage=90, buffer=2))}
    assert taken["percentage"] == Step("percentage", 90, 9, 8.1)
    assert taken["buffer"] == Step("buffer", 2, 8.1, 6.1)
    assert taken["whole"].after == 6
    assert taken["maximum"].parameter is None


def exact(number):
    """What was written down in hundredths."""
    return Fraction(round(number * 100), 100)


def by_fractions(pieces, rules):
    """What the rules say in exact arithmetic."""
    factor = exact(rules.unit_factor)
    quantity = pieces if factor == 1 else Fraction(math.floor(pieces / factor))
    quantity = max(quantity, 0) * exact(rules.percentage) / 100 - exact(rules.buffer)
    if quantity < exact(rules.minimum):
        quantity = 0
    if rules.maximum is not None:
        quantity = min(quantity, exact(rules.maximum))
    return max(0, math.floor(quantity if rules.fixed is None else exact(rules.fixed)))


@given(hundredths, any_rules)
@example(230, Rules(buffer=0.3, minimum=2))
def test_no_number_comes_from_floating_point(number, rules):
    assert published(number / 100, rules) == by_fractions(Fraction(number, 100), rules)


@given(hundredths, stock_decides)
def test_never_more_than_there_is(number, rules):
    assert Fraction(published(number / 100, rules)) * exact(rules.unit_factor) <= max(0, Fraction(number, 100))


@given(hundredths, any_rules)
def test_never_negative_and_whole(number, rules):
    shown = published(number / 100, rules)
    assert isinstance(shown, int)
    assert shown >= 0


@given(hundredths, hundredths, any_rules)
def test_more_in_stock_never_shows_less(one, another, rules):
    less, more = sorted((one, another))
    assert published(less / 100, rules) <= published(more / 100, rules)


@given(hundredths, any_rules)
def test_no_step_but_the_fixed_quantity_makes_more_of_it(number, rules):
    for step in steps(number / 100, rules):
        if step.name not in ("fixed", "unit_factor"):
            assert step.after <= max(0, step.before) + 1e-6


@given(hundredths, any_rules)
def test_steps_tell_how_the_number_came_about(number, rules):
    taken = steps(number / 100, rules)
    assert taken[0].before == number / 100
    assert [step.before for step in taken[1:]] == [step.after for step in taken[:-1]]
    assert taken[-1].after == published(number / 100, rules)


@given(hundredths, units)
def test_fixed_is_shown_whatever_is_in_stock(number, fixed):
    assert published(number / 100, Rules(fixed=fixed)) == math.floor(fixed)
