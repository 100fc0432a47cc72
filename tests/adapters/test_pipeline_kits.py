# SPDX-License-Identifier: LGPL-3.0-or-later
"""Kits, worked out by hand: what they are made of, and how many there are. tests/test_kits_property.py asks Odoo."""

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.explosion import Book, Explosion, Line, Recipe
from pipeline.kits import Bill, Component, number
from pipeline.rounding import down, half_up, up

UNIT, DOZEN = 1, 2
KIT, INNER, OUTER, BOLT, NUT, ADVICE = 10, 11, 12, 20, 21, 22
THROUGH = 5  # an operation type


def line(product_id, quantity=1.0, unit_id=UNIT, only_for=()):
    """A line of a bill; its id tells which kits it is for, those of all where none are named."""
    return Line(hash((product_id, only_for)), product_id, quantity, unit_id, bool(only_for))


def recipe(*lines, batch=1.0, unit_id=UNIT, through=None):
    return Recipe(hash(lines), batch, unit_id, through, lines)


def book(recipes, **values):
    """A book of these recipes, one for a kit where it is no list."""
    return Book(**{
        "recipes": {kit: found if isinstance(found, list) else [found] for kit, found in recipes.items()},
        "units": {KIT: UNIT, INNER: UNIT, OUTER: UNIT, BOLT: UNIT, NUT: UNIT, ADVICE: None},
        "factors": {UNIT: 1.0, DOZEN: 12.0}, "digits": 2, "is_skipped": lambda _line, _kit: False, **values})


def components(recipes, product_id=KIT, **values):
    """What is in a kit: pieces of each component."""
    bill = Explosion(book(recipes, **values)).bill(product_id)
    assert not bill.loop
    return {component.product_id: component.quantity for component in bill.components}


class TestNumber:

    def test_the_scarcest_component_decides(self):
        bill = Bill((Component(BOLT, 2.0), Component(NUT, 1.0)))
        assert number(bill, {BOLT: 11, NUT: 4}) == 4
        assert number(bill, {BOLT: 7, NUT: 4}) == 3

    def test_whole_kits_only(self):
        assert number(Bill((Component(BOLT, 0.3),)), {BOLT: 1}) == 3

    def test_a_hair_less_than_whole_is_whole(self):
        """Three times 0.1 is a little more than 0.3: that is no reason to sell one less."""
        assert 0.3 / (0.1 + 0.1 + 0.1) < 1
        assert number(Bill((Component(BOLT, 0.1 + 0.1 + 0.1),)), {BOLT: 0.3}) == 1

    def test_batches_are_rounded_down_before_they_are_multiplied(self):
        """Bolts for 3.33 batches of twelve kits are enough for 39 kits, not for 40."""
        assert number(Bill((Component(BOLT, 3.0),), batch=12), {BOLT: 10}) == 39

    def test_component_that_is_owed(self):
        assert number(Bill((Component(BOLT, 2.0), Component(NUT, 1.0))), {BOLT: -3, NUT: 4}) == -2

    def test_component_without_stock(self):
        assert number(Bill((Component(BOLT, 2.0), Component(NUT, 1.0))), {BOLT: 8}) == 0

    def test_nothing_in_it_has_stock(self):
        assert number(Bill(), {BOLT: 8}) == 0

    def test_component_that_is_a_kit_by_itself(self):
        inner = Bill((Component(BOLT, 2.0),))
        bill = Bill((Component(INNER, 2.0, inner), Component(NUT, 1.0)))
        assert bill.component_ids == {BOLT, NUT}
        assert number(bill, {BOLT: 13, NUT: 9}) == 3

    @given(st.dictionaries(st.sampled_from([BOLT, NUT]), st.integers(0, 10_000), min_size=2),
           st.floats(0.01, 50), st.floats(0.01, 50), st.sampled_from([BOLT, NUT]))
    def test_more_in_stock_is_never_fewer_kits(self, stock, bolts, nuts, grown):
        bill = Bill((Component(BOLT, bolts), Component(NUT, nuts)))
        assert 0 <= number(bill, stock) <= number(bill, {**stock, grown: stock[grown] + 1})


class TestExplosion:

    def test_no_kit(self):
        assert Explosion(book({})).bill(BOLT) is None

    def test_lines_of_one_product_add_up(self):
        assert components({KIT: recipe(line(BOLT, 2.0), line(NUT), line(BOLT, 3.0))}) == {BOLT: 5, NUT: 1}

    def test_units(self):
        assert components({KIT: recipe(line(BOLT, 0.5, DOZEN), line(NUT, 3.0))}) == {BOLT: 6, NUT: 3}
        units = {BOLT: DOZEN, NUT: UNIT}
        assert components({KIT: recipe(line(BOLT, 6.0), line(NUT))}, units=units) == {BOLT: 0.5, NUT: 1}

    def test_what_has_no_stock_is_left_out(self):
        assert components({KIT: recipe(line(ADVICE), line(BOLT))}) == {BOLT: 1}
        assert components({KIT: recipe(line(ADVICE))}) == {}

    def test_optional_line_is_left_out(self):
        assert components({KIT: recipe(line(NUT, 0.0), line(BOLT))}) == {BOLT: 1}

    def test_nested(self):
        recipes = {
            KIT: recipe(line(INNER, 2.0), line(BOLT)),
            INNER: recipe(line(BOLT, 3.0), line(NUT))}
        assert components(recipes) == {BOLT: 7, NUT: 2}

    def test_nested_batches_and_units(self):
        """Half a dozen of what is made by the four take one batch and a half."""
        recipes = {KIT: recipe(line(INNER, 0.5, DOZEN)), INNER: recipe(line(BOLT, 4.0), batch=4.0)}
        assert components(recipes) == {BOLT: 6}
        recipes[INNER] = recipe(line(BOLT, 4.0), batch=1.0, unit_id=DOZEN)
        assert components(recipes) == {BOLT: 2}

    def test_a_part_of_the_last_decimal_is_used_up(self):
        recipes = {KIT: recipe(line(INNER)), INNER: recipe(line(BOLT), batch=3.0)}
        assert components(recipes) == {BOLT: 0.34}

    def test_lines_for_some_variants(self):
        def is_skipped(line_id, product_id):
            return (line_id, product_id) == (line(BOLT, only_for=(INNER,)).id, KIT)

        lines = recipe(line(BOLT, only_for=(INNER,)), line(NUT))
        recipes = {KIT: lines, INNER: lines, OUTER: recipe(line(INNER))}
        assert components(recipes, KIT, is_skipped=is_skipped) == {NUT: 1}
        assert components(recipes, INNER, is_skipped=is_skipped) == {BOLT: 1, NUT: 1}
        assert components(recipes, OUTER, is_skipped=is_skipped) == {BOLT: 1, NUT: 1}, "the nested kit's variant counts"

    def test_first_bill_is_taken(self):
        assert components({KIT: [recipe(line(BOLT)), recipe(line(NUT))]}) == {BOLT: 1}

    def test_nested_bill_for_the_same_operation_type(self):
        recipes = {
            KIT: recipe(line(INNER), through=THROUGH),
            INNER: [recipe(line(BOLT), through=THROUGH + 1), recipe(line(NUT), through=THROUGH)]}
        assert components(recipes) == {NUT: 1}
        assert components(recipes, INNER) == {BOLT: 1}, "by itself it is what comes first"

    def test_nested_bill_for_another_operation_type_only(self):
        recipes = {
            KIT: recipe(line(INNER, 2.0), through=THROUGH),
            INNER: recipe(line(BOLT, 3.0), through=THROUGH + 1)}
        bill = Explosion(book(recipes)).bill(KIT)
        [component] = bill.components
        assert (component.product_id, component.quantity) == (INNER, 2)
        assert component.bill.component_ids == bill.component_ids == {BOLT}


class TestLoop:

    @pytest.mark.parametrize(("recipes", "loop"), [
        ({KIT: recipe(line(KIT))}, (KIT,)),
        ({KIT: recipe(line(BOLT), line(INNER)), INNER: recipe(line(KIT))}, (KIT, INNER)),
        ({KIT: recipe(line(OUTER)), OUTER: recipe(line(INNER)), INNER: recipe(line(OUTER))}, (OUTER, INNER)),
        ({KIT: recipe(line(INNER, 0.0)), INNER: recipe(line(KIT))}, (KIT, INNER)),
        ({KIT: recipe(line(INNER), through=THROUGH), INNER: recipe(line(KIT), through=THROUGH + 1)}, (KIT, INNER)),
    ], ids=["itself", "two", "below", "optional", "operation-types"])
    def test_ends_and_names_them(self, recipes, loop):
        explosion = Explosion(book({**recipes, 99: recipe(line(BOLT))}))
        bill = explosion.bill(KIT)
        assert bill.loop == loop
        assert not bill.components
        assert number(bill, {BOLT: 100}) == 0
        assert explosion.bill(99).component_ids == {BOLT}, "others go on"

    def test_all_of_them_have_it(self):
        explosion = Explosion(book({KIT: recipe(line(INNER)), INNER: recipe(line(OUTER)), OUTER: recipe(line(KIT))}))
        assert all(set(explosion.bill(kit).loop) == {KIT, INNER, OUTER} for kit in (OUTER, KIT, INNER))

    def test_twice_is_no_loop(self):
        recipes = {KIT: recipe(line(INNER), line(OUTER)), OUTER: recipe(line(INNER)), INNER: recipe(line(BOLT))}
        assert components(recipes) == {BOLT: 2}

    def test_variant_that_goes_without_the_line(self):
        recipes = {KIT: recipe(line(BOLT), line(INNER, only_for=(OUTER,))), INNER: recipe(line(KIT))}
        assert components(recipes, is_skipped=lambda _line, kit: kit == KIT) == {BOLT: 1}

    @given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 9), min_size=1, max_size=3)))
    def test_always_ends(self, contents):
        """Whatever contains what: a kit has a loop if, and only if, it can be come back to below it."""
        def below(product_id, seen):
            for part in contents.get(product_id, ()):
                if part not in seen:
                    seen.add(part)
                    below(part, seen)
            return seen

        recipes = {kit: [recipe(*map(line, parts))] for kit, parts in contents.items()}
        explosion = Explosion(book(recipes, units=dict.fromkeys(range(10), UNIT)))
        for kit in contents:
            looping = any(part in below(part, set()) for part in {kit} | below(kit, set()))
            assert bool(explosion.bill(kit).loop) == looping


class TestRounding:
    """Odoo's `float_round`, here against decimal arithmetic; tests/test_kits_property.py asks Odoo."""

    @given(st.decimals(-10_000, 10_000, places=4), st.integers(0, 3))
    def test_equals_decimal_arithmetic(self, value, digits):
        step = Decimal(1).scaleb(-digits)
        for function, mode in ((half_up, ROUND_HALF_UP), (up, ROUND_UP), (down, ROUND_DOWN)):
            assert function(float(value), digits) == float(value.quantize(step, mode))

    def test_what_floats_lose_is_made_good(self):
        assert half_up(2.675, 2) == 2.68
        assert down(0.1 * 3 / 0.1, 0) == 3
        assert down(math.nextafter(3, 0), 0) == 3
        assert up(math.nextafter(3, 4), 0) == 3
