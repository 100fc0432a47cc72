# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is kept back of a stock that several shops sell from."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline import Pool, moved, sold


def test_a_sale_is_kept_back_until_odoo_falls():
    pool = sold(Pool(seen=10), 3)
    assert pool.held == 3
    pool = moved(pool, 8)
    assert (pool.held, pool.credit) == (1, 0)
    assert moved(pool, 7).held == 0


def test_a_fall_seen_before_the_sale_explains_it():
    pool = moved(Pool(seen=10), 9)
    assert (pool.held, pool.credit) == (0, 1)
    pool = sold(pool, 1)
    assert (pool.held, pool.credit) == (0, 0)
    assert sold(pool, 1).held == 1, "it explains one sale only"


def test_a_receipt_explains_nothing():
    pool = moved(sold(Pool(seen=2), 2), 12)
    assert pool.held == 2
    assert moved(pool, 10).held == 0


def test_a_cancelled_order():
    pool = sold(sold(Pool(seen=5), 3), -2)
    assert pool.held == 1
    assert sold(pool, -9).held == 0


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=30),
    st.randoms(use_true_random=False),
    st.integers(30, 200),
)
def test_what_shops_sold_is_either_heard_of_or_kept_back(sales, dice, stock):
    """However sales, their arrival and our looks at Odoo and the shops are interleaved, once everything has been looked
    at, Odoo's stock less what is kept back is what is left."""
    left, underway, unseen = stock, [], []
    pool = Pool(seen=stock)
    for kind, pieces in sales:
        match kind:
            case 0 | 1:  # a shop sells; nobody has heard of it
                left -= pieces
                underway.append(pieces)
                unseen.append(pieces)
            case 2 if underway:  # an order, any, arrives
                stock -= underway.pop(dice.randrange(len(underway)))
                pool = moved(pool, stock)
            case 3 if unseen:  # a shop, any, is looked at
                pool = sold(pool, unseen.pop(dice.randrange(len(unseen))))
        assert pool.held >= 0 and pool.credit >= 0
    for pieces in unseen:
        pool = sold(pool, pieces)
    assert stock - pool.held == left
    for pieces in underway:
        stock -= pieces
        pool = moved(pool, stock)
    assert (pool.held, pool.credit, stock) == (0, 0, left)
