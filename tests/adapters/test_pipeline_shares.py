# SPDX-License-Identifier: LGPL-3.0-or-later
"""One stock dealt out to several shops: together they never show more than there is."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import Share, apportioned, dealt

pieces = st.integers(-10, 400)
allotments = st.lists(st.integers(0, 60).map(Share), max_size=4)


@st.composite
def percentages(draw, total=None):
    """Shares in hundredths of a percent that add up to `total` percent, or to 100 at most."""
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), max_size=5)))
    parts = [(high - low) / 100 for low, high in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return [Share(percentage=part) for part in (parts if total == 100 else parts[:-1])]


@st.composite
def shares(draw):
    """Allotments and percentages, in any order."""
    return draw(st.permutations([*draw(allotments), *draw(percentages())]))


@pytest.mark.parametrize(("stock", "dealt_to", "expected"), [
    (10, [Share(percentage=50), Share(percentage=50)], [5, 5]),
    (1, [Share(percentage=50), Share(percentage=50)], [1, 0]),
    (3, [Share(percentage=50), Share(percentage=50)], [2, 1]),
    (10, [Share(percentage=60), Share(percentage=30), Share(percentage=10)], [6, 3, 1]),
    (10, [Share(percentage=70)], [7]),
    (10, [Share(percentage=100)], [10]),
    (10, [Share(percentage=0), Share(percentage=100)], [0, 10]),
    (10, [Share(allotment=4), Share(percentage=100)], [4, 6]),
    (10, [Share(percentage=100), Share(allotment=4)], [6, 4]),
    (10, [Share(allotment=4), Share(allotment=8), Share(percentage=100)], [4, 6, 0]),
    (10, [Share(allotment=4)], [4]),
    (0, [Share(allotment=4), Share(percentage=100)], [0, 0]),
    (-5, [Share(allotment=4), Share(percentage=100)], [0, 0]),
    (10, [], []),
    (10, [Share(allotment=-3), Share(percentage=100)], [0, 10]),
    (10, [Share(percentage=80), Share(percentage=120)], [4, 6]),  # more was promised than there is
])
def test_dealt(stock, dealt_to, expected):
    assert apportioned(stock, dealt_to) == expected


@given(pieces, shares())
def test_never_more_than_the_whole(stock, dealt_to):
    dealt = apportioned(stock, dealt_to)
    assert len(dealt) == len(dealt_to)
    assert all(isinstance(number, int) and number >= 0 for number in dealt)
    assert sum(dealt) <= max(0, stock)


@given(pieces, st.lists(st.floats(0, 500).map(lambda part: Share(percentage=part))), allotments)
def test_never_more_than_the_whole_whatever_was_promised(stock, promised, allotted):
    assert sum(apportioned(stock, [*allotted, *promised])) <= max(0, stock)


@given(pieces, percentages(total=100), allotments)
def test_hundred_percent_deal_out_everything(stock, dealt_to, allotted):
    assert sum(apportioned(stock, [*allotted, *dealt_to])) == max(0, stock)


@given(pieces, pieces, shares())
def test_more_in_stock_never_gives_a_shop_less(one, another, dealt_to):
    less, more = (apportioned(stock, dealt_to) for stock in sorted((one, another)))
    assert all(few <= many for few, many in zip(less, more, strict=True))


@given(pieces, allotments, percentages())
def test_allotments_come_first(stock, allotted, others):
    """They get theirs whatever the percentages are, in their order, until nothing is left."""
    dealt = apportioned(stock, [*others, *allotted])[len(others):]
    left = max(0, stock)
    for share, number in zip(allotted, dealt, strict=True):
        assert number == min(left, share.allotment)
        left -= number


@given(pieces, st.lists(st.integers(1, 25), max_size=4))
def test_next_piece_is_for_whom_it_is_most_due(stock, whole_percentages):
    """The method itself, the slow way: the pieces go to the greatest of all quotients, what is nobody's included."""
    weights = [*whole_percentages, 100 - sum(whole_percentages)]
    quotients = sorted(
        (-Fraction(weight, place), index) for index, weight in enumerate(weights) if weight
        for place in range(1, max(0, stock) + 1))
    winners = [index for _quotient, index in quotients[:max(0, stock)]]
    dealt_out = apportioned(stock, [Share(percentage=float(part)) for part in whole_percentages])
    assert dealt_out == [winners.count(index) for index in range(len(whole_percentages))]


@given(pieces, percentages())
def test_never_less_than_the_percentage_rounded_down(stock, dealt_to):
    for share, number in zip(dealt_to, apportioned(stock, dealt_to), strict=True):
        assert number >= math.floor(round(max(0, stock) * share.percentage, 4) / 100)


# === SEVERAL PARTS OF A WAREHOUSE === #

names = st.integers(1, 4)
parts = st.lists(st.tuples(st.integers(-500, 50_000).map(lambda number: number / 100), st.sets(names)), max_size=4)


@given(parts, shares())
def test_parts_together_never_give_more_than_they_hold(stocks, dealt_to):
    by_name = dict(enumerate(dealt_to, 1))
    stocks = [(held, members & by_name.keys()) for held, members in stocks]
    given_out = {name: dealt(stocks, by_name, name) for name in by_name}
    for some in ({name} for name in by_name), [set(by_name)]:
        for shops in some:
            reached = sum(max(0, math.floor(held)) for held, members in stocks if members & shops)
            assert sum(given_out[name] for name in shops) <= reached


@given(parts, allotments)
def test_an_allotment_is_given_once_over_all_parts(stocks, allotted):
    by_name = dict(enumerate(allotted, 1))
    stocks = [(held, members & by_name.keys()) for held, members in stocks]
    for name, share in by_name.items():
        assert dealt(stocks, by_name, name) <= share.allotment


@given(st.lists(st.tuples(st.integers(-9, 20), st.sets(st.integers(0, 2), min_size=1)), max_size=5),
       st.lists(shares().map(lambda some: [*some, *[Share()] * 3][:3]), min_size=1, max_size=1))
def test_debts_of_one_part_are_paid_by_the_others(stocks, some):
    by_name = dict(enumerate(some[0]))
    for name in by_name:
        own = [(pieces, members) for pieces, members in stocks if name in members]
        assert 0 <= dealt(own, by_name, name) <= max(0, sum(pieces for pieces, _members in own))
