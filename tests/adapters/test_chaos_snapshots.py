# SPDX-License-Identifier: LGPL-3.0-or-later
"""The judge of the chaos: which number is the newer one, and did an older one ever follow it."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.chaos.snapshots import Accepted, Sending, Snapshot, inversions, sending_of, sendings

KEY = (12, 4)
OLD, MIDDLE, NEW = (Snapshot.parse(text) for text in ("10:10:", "10:15:10,12", "16:20:16"))


def said(at, snapshot, quantity, key=KEY):
    return Sending(at, 3, snapshot, {key: quantity})


def took(quantity, received_at):
    return Accepted(quantity, received_at, received_at + 0.1)


def found(writes, sent):
    return [one.write.quantity for one in inversions({KEY: writes}, sent)]


# === SNAPSHOTS === #


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("10:10:", "11:11:"),
        ("10:12:10", "12:12:"),  # 10 has ended meanwhile
        ("10:12:10,11", "11:12:11"),
        ("10:10:", "10:12:10"),  # 11 has begun and ended
        ("5:2000000000000:5", "2000000000001:2000000000001:"),
    ],
)
def test_what_sees_more_is_newer(older, newer):
    older, newer = Snapshot.parse(older), Snapshot.parse(newer)
    assert older.is_older_than(newer)
    assert not newer.is_older_than(older)
    assert older.seen < newer.seen


@pytest.mark.parametrize(("one", "other"), [("10:10:", "10:10:"), ("10:10:", "10:11:10"), ("10:12:10,11", "10:10:")])
def test_what_sees_the_same_is_neither(one, other):
    one, other = Snapshot.parse(one), Snapshot.parse(other)
    assert not one.is_older_than(other)
    assert not other.is_older_than(one)


@given(st.lists(st.sampled_from(["begin", "end", "look"]), max_size=60), st.randoms())
def test_snapshots_of_one_database_grow_with_time(events, chance):
    """As PostgreSQL makes them: what one has seen ended, every later one has seen."""
    next_id, running, taken = 1, set(), []
    for event in events:
        if event == "begin":
            running.add(next_id)
            next_id += 1
        elif event == "end" and running:
            running.remove(chance.choice(sorted(running)))
        elif event == "look":
            taken.append(Snapshot(next_id, frozenset(running)))
    for earlier, later in pairwise(taken):
        assert not later.is_older_than(earlier)
        assert earlier.is_older_than(later) == (earlier.seen < later.seen)
        assert Snapshot.parse(str(later)) == later


# === THE LOG === #

LINE = (
    "2026-11-21 12:15:51,123 4711 DEBUG chaos odoo.addons.marketplace_sync.models.marketplace_drain_sending: "
    "marketplace_sync: sending account_id=3 snapshot=10:15:10,12 levels=12@4=7 13@4=0\n"
)


def test_a_line_says_what_is_sent():
    sending = sending_of(LINE, "server1.log")
    assert (sending.account, sending.snapshot, sending.log) == (3, MIDDLE, "server1.log")
    assert sending.levels == {(12, 4): 7, (13, 4): 0}
    assert sending.at == pytest.approx(1795263351.123)


def test_half_a_line_of_a_killed_server_is_left_out(tmp_path):
    log = tmp_path / "server.log"
    log.write_text("Traceback\n" + LINE + LINE[:-3])
    assert [sending.levels[KEY] for sending in sendings([log, tmp_path / "never-written.log"])] == [7]


def test_other_lines_say_nothing():
    assert sending_of("2026-11-21 12:15:51,123 4711 INFO chaos odoo: marketplace_sync: drain taken=3\n") is None


# === INVERSIONS === #


def test_numbers_in_their_order_are_right():
    assert found([took(7, 2), took(5, 4)], [said(1, OLD, 7), said(3, NEW, 5)]) == []


def test_an_older_number_after_a_newer_one():
    assert found([took(5, 4), took(7, 5)], [said(1, OLD, 7), said(3, NEW, 5)]) == [7]


def test_every_late_number_is_found():
    sent = [said(1, OLD, 7), said(2, MIDDLE, 6), said(3, NEW, 5)]
    assert found([took(5, 4), took(7, 5), took(6, 6)], sent) == [7, 6]


def test_another_place_or_shop_is_another_matter():
    sent = [said(1, OLD, 7, (12, 5)), said(3, NEW, 5)]
    writes = {KEY: [took(5, 4)], (12, 5): [took(7, 5)]}
    assert inversions(writes, sent) == []


def test_a_resend_has_the_line_of_its_first_try():
    assert found([took(7, 2), took(7, 2.5), took(5, 4)], [said(1, OLD, 7), said(3, NEW, 5)]) == []


def test_a_killed_server_s_number_sent_again_by_the_next():
    sent = [said(1, OLD, 7), said(2, MIDDLE, 7), said(3, NEW, 5)]
    assert found([took(7, 1.5), took(7, 2.5), took(5, 3.5)], sent) == []


def test_the_same_number_comes_back_in_a_newer_snapshot():
    sent = [said(1, OLD, 7), said(2, MIDDLE, 5), said(3, NEW, 7)]
    assert found([took(7, 1.5), took(5, 2.5), took(7, 3.5)], sent) == []


def test_a_line_that_was_written_later_explains_nothing():
    sent = [said(1, OLD, 7), said(2, MIDDLE, 5), said(4, NEW, 7)]
    assert found([took(5, 2.5), took(7, 3.5), took(7, 5)], sent) == [7]


def test_the_oldest_possible_snapshot_is_taken():
    """So that the next number is given every chance, too."""
    sent = [said(1, OLD, 7), said(1.5, MIDDLE, 5), said(2, NEW, 7)]
    assert found([took(7, 3), took(5, 3.1), took(7, 3.2)], sent) == []


def test_a_number_nobody_said_was_sent():
    [inversion] = inversions({KEY: [took(9, 2)]}, [said(1, OLD, 7)])
    assert (inversion.candidates, inversion.write.quantity) == ((), 9)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=30), st.integers(0, 2**32))
def test_no_false_alarm(sent, seed):
    """Whatever is sent, lost and sent again in the order of the snapshots, few numbers coming again and again."""
    chance, clock, seen, lines, writes = random.Random(seed), 0.0, 1, [], []
    for quantity, times in sent:
        clock += 1
        seen += chance.randint(0, 1)
        lines.append(said(clock, Snapshot(seen), quantity))
        writes += [took(quantity, clock + 0.1 * chance.random()) for _ in range(times)]
    writes.sort(key=lambda write: write.received_at)
    assert found(writes, lines) == []


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=10, unique=True), st.data())
def test_each_late_arrival_among_different_numbers_is_found(quantities, data):
    lines = [said(number, Snapshot(number + 1), quantity) for number, quantity in enumerate(quantities)]
    late = data.draw(st.integers(0, len(quantities) - 2))
    arrivals = [*quantities[:late], *quantities[late + 1 :], quantities[late]]
    writes = [took(quantity, 100.0 + number) for number, quantity in enumerate(arrivals)]
    assert found(writes, lines) == [quantities[late]]
