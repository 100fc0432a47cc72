# SPDX-License-Identifier: LGPL-3.0-or-later
"""The trading day's judge and its plan, by stories whose verdicts anybody can work out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.trading.day import AWAY, DAY, SHOPS, plan
from dev.trading.judge import CLASSES, IN_FLIGHT, MISCOUNTED, OVERSOLD, UNAVOIDABLE, Judge

ANSWER = 0.5  # seconds


def judge(stock, shown=None, closed=()):
    """A judge of one product, P, in the shops A and B."""
    shown = stock if shown is None else shown
    return Judge({"P": stock}, {("A", "P"): shown, ("B", "P"): shown}, {"A": ANSWER, "B": ANSWER},
                 {"A": closed, "B": ()})  # fmt: skip


def verdicts(watching):
    return [(excess.shop, excess.kind, excess.pieces) for excess in watching.excesses]


# === PIECES THAT ARE THERE === #


def test_what_is_there_is_nobodys_fault():
    watching = judge(2)
    watching.sale(10, "A", "P", 1)
    watching.sale(20, "B", "P", 1)
    assert verdicts(watching) == []
    assert watching.products["P"].truth == 0


def test_a_receipt_makes_room_at_once():
    watching = judge(0)
    watching.moved(10, "P", 1)
    watching.sale(10, "A", "P", 1)
    assert verdicts(watching) == []


# === UNAVOIDABLE === #


def test_the_last_piece_sold_twice_before_odoo_heard_is_unavoidable():
    watching = judge(1)
    watching.sale(10, "A", "P", 1)
    watching.sale(20, "B", "P", 1)
    assert verdicts(watching) == [("B", UNAVOIDABLE, 1)]


def test_it_is_not_once_odoo_has_heard():
    watching = judge(1)
    watching.sale(10, "A", "P", 1)
    watching.heard(15, "A", "P", 1)
    watching.sale(20, "B", "P", 1)
    assert verdicts(watching) == [("B", OVERSOLD, 1)]


def test_hearing_of_the_second_sale_first_tells_the_second_shop_nothing_new():
    watching = judge(2)
    watching.sale(10, "A", "P", 1)
    watching.sale(11, "B", "P", 1)
    watching.heard(12, "B", "P", 1)
    watching.sale(20, "B", "P", 1)
    assert verdicts(watching) == [("B", UNAVOIDABLE, 1)]  # Odoo says 1, and B's own sale is in that


# === OVERSOLD === #


def test_a_shop_that_counted_down_to_nothing_and_was_put_up_again():
    watching = judge(1)
    watching.sale(10, "A", "P", 1)
    watching.shows(20, "A", "P", 1)
    watching.sale(30, "A", "P", 1)
    assert verdicts(watching) == [("A", OVERSOLD, 1)]


def test_a_shops_own_sale_that_was_written_over_counts_although_odoo_says_two():
    """A judge who looks at Odoo's number alone calls this unavoidable: Odoo says 2, and has heard of nothing."""
    watching = judge(2)
    watching.sale(10, "A", "P", 1)
    watching.shows(20, "A", "P", 2)  # somebody pushed Odoo's number over the shop's own 1
    watching.sale(30, "A", "P", 2)
    assert verdicts(watching) == [("A", OVERSOLD, 1)]


def test_who_is_to_blame_is_told_piece_by_piece():
    watching = judge(3)
    watching.sale(10, "A", "P", 1)
    watching.sale(20, "B", "P", 1)
    watching.shows(30, "A", "P", 3)
    watching.sale(40, "A", "P", 3)
    # One is there; one is not because of B, of which nobody knew; without the push there would not have been a third.
    assert verdicts(watching) == [("A", UNAVOIDABLE, 1), ("A", OVERSOLD, 1)]


def test_back_orders_come_before_buyers():
    watching = judge(1)
    for shop in "AB":
        watching.sale(10, shop, "P", 1)
    for shop in "AB":
        watching.heard(20, shop, "P", 1)
    watching.moved(30, "P", 1)  # for the one who was disappointed
    watching.shows(31, "A", "P", 1)
    watching.sale(40, "A", "P", 1)
    assert verdicts(watching) == [("B", UNAVOIDABLE, 1), ("A", OVERSOLD, 1)]


# === IN FLIGHT === #


@pytest.mark.parametrize(("after", "kind"), [(0.49, IN_FLIGHT), (0.5, OVERSOLD)])
def test_no_answer_is_faster_than_the_marketplace(after, kind):
    watching = judge(1)
    watching.sale(10, "B", "P", 1)
    watching.heard(20, "B", "P", 1)
    watching.sale(20 + after, "A", "P", 1)
    assert verdicts(watching) == [("A", kind, 1)]


@pytest.mark.parametrize(("at", "kind"), [(299.9, IN_FLIGHT), (300, OVERSOLD)])
def test_nobody_can_tell_a_marketplace_that_takes_no_numbers(at, kind):
    watching = judge(1, closed=[(15, 300)])
    watching.sale(10, "B", "P", 1)
    watching.heard(20, "B", "P", 1)
    watching.sale(at, "A", "P", 1)
    assert verdicts(watching) == [("A", kind, 1)]


def test_a_number_that_was_wrong_for_hours_is_not_in_flight_when_it_sells_out():
    """A judge who asks since when nothing is left would excuse the third piece: that began just now."""
    watching = judge(2, shown=5)
    watching.sale(9000, "A", "P", 3)
    assert verdicts(watching) == [("A", OVERSOLD, 1)]


def test_what_was_on_its_way_excuses_no_more_than_it_would_have_shown():
    watching = judge(3)
    watching.moved(100, "P", -2)
    watching.sale(100.1, "A", "P", 3)  # the fastest connector would still have shown 3
    assert verdicts(watching) == [("A", IN_FLIGHT, 1), ("A", IN_FLIGHT, 1)]
    watching.shows(100.2, "A", "P", 5)
    watching.sale(100.3, "A", "P", 1)
    assert verdicts(watching)[2:] == [("A", OVERSOLD, 1)]


# === COUNTS === #


def test_a_count_below_what_was_sold_is_a_class_of_its_own():
    watching = judge(3)
    watching.sale(10, "A", "P", 2)
    watching.moved(20, "P", -2)
    watching.moved(30, "P", -1)
    assert verdicts(watching) == [("", MISCOUNTED, 1), ("", MISCOUNTED, 1)]


# === WRONG NUMBERS === #


def test_the_time_a_number_is_wrong_and_by_how_much():
    watching = judge(2)
    watching.sale(60, "A", "P", 1)  # B shows 2 of 1
    watching.shows(120, "B", "P", 1)
    watching.moved(180, "P", 3)  # both show 1 of 4
    watching.shows(240, "A", "P", 4)
    watching.close(300)
    assert watching.minutes() == {"promised": 1, "hidden": 2 * 3 + 3, "wrong": 1 + 2 + 1}


def test_nothing_is_hidden_when_less_than_nothing_is_left():
    watching = judge(1)
    for shop in "AB":
        watching.sale(0, shop, "P", 1)
    watching.close(600)
    assert watching.minutes() == {"promised": 0, "hidden": 0, "wrong": 0}


# === ANY STORY === #

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["sale", "heard", "moved", "shows"]), st.sampled_from("AB"), st.integers(1, 3),
        st.floats(0.01, 2)), max_size=60)  # fmt: skip


def happen(watching, events):
    """Let events happen, some of which there is no reason for; give how short of pieces it got, all together."""
    at, short, waiting = 0.0, 0, {"A": 0, "B": 0}
    for kind, shop, pieces, pause in events:
        at += pause
        owed = max(0, -watching.products["P"].truth)
        if kind == "sale":
            pieces = min(pieces, max(0, watching.shown[shop, "P"].pieces))
            watching.sale(at, shop, "P", pieces)
            waiting[shop] += pieces
        elif kind == "heard":
            watching.heard(at, shop, "P", waiting[shop])
            waiting[shop] = 0
        elif kind == "moved":
            watching.moved(at, "P", pieces if shop == "A" else -pieces)
        else:
            watching.shows(at, shop, "P", pieces)
        short += max(0, max(0, -watching.products["P"].truth) - owed)
    return short


@given(st.integers(0, 5), EVENTS)
def test_every_piece_beyond_the_stock_is_in_exactly_one_class(stock, events):
    watching = judge(stock)
    short = happen(watching, events)
    assert sum(watching.units().values()) == short
    assert {excess.kind for excess in watching.excesses} <= set(CLASSES)


@given(st.integers(0, 5), EVENTS)
def test_a_connector_without_any_delay_of_its_own_is_never_blamed(stock, events):
    """What it sends arrives as late as the marketplace answers; each shop counts down by itself."""
    watching, sent, at = judge(stock), [(-ANSWER, {"A": stock, "B": stock})], 0.0
    product = watching.products["P"]
    for kind, shop, pieces, pause in events:
        at += pause
        if kind == "sale":
            [*_older, arrived] = [numbers for since, numbers in sent if since + ANSWER <= at]
            watching.shows(at, shop, "P", arrived[shop] - product.sold[shop])
            watching.sale(at, shop, "P", min(pieces, max(0, watching.shown[shop, "P"].pieces)))
        elif kind == "heard":
            watching.heard(at, shop, "P", product.sold[shop] - product.heard[shop])
        elif kind == "moved":
            watching.moved(at, "P", pieces if shop == "A" else -pieces)
        sent.append((at, {name: product.told(name) for name in "AB"}))
    assert watching.units()[OVERSOLD] == 0


# === THE PLAN === #


def test_the_same_seed_is_the_same_day():
    assert plan(7, delay=(0, 900)) == plan(7, delay=(0, 900))
    assert plan(7, delay=(0, 900)) != plan(8, delay=(0, 900))


def test_orders_are_as_late_as_asked_and_all_is_in_order():
    day = plan(1, delay=(30, 60), visits=300)
    assert len(day.visits) == 300
    assert all(30 <= visit.delay <= 60 and 0 <= visit.at <= DAY for visit in day.visits)
    for events in (day.visits, day.receipts, day.counts):
        assert [event.at for event in events] == sorted(event.at for event in events)


def test_every_shop_has_its_troubles_one_at_a_time():
    day = plan(3, delay=(0, 900))
    for shop in SHOPS:
        closed = day.closed(shop)
        assert len(closed) == 2
        assert all(end <= start for (_start, end), (start, _end) in zip(closed, closed[1:], strict=False))
    [away] = [trouble for trouble in day.troubles if trouble.kind == AWAY and trouble.shop == "ebay"]
    assert day.is_away("ebay", away.start)
    assert not day.is_away("ebay", away.end)
    assert not day.is_away("odd", away.start)


def test_some_products_are_wanted_by_many():
    visits = [visit.sku for visit in plan(1, delay=(0, 0), visits=2000).visits]
    wanted = sorted((visits.count(sku) for sku in set(visits)), reverse=True)
    assert wanted[0] > 4 * wanted[len(wanted) // 2]
