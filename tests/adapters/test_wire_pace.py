# SPDX-License-Identifier: LGPL-3.0-or-later
"""The token bucket: never faster than its rate, never slower than it must be."""

from hypothesis import given
from hypothesis import strategies as st

from bucket import Bucket
from wire_kit import Time

PAUSES = st.floats(0, 5)


@given(st.floats(0.1, 50), st.integers(1, 6), st.lists(PAUSES, min_size=1, max_size=60))
def test_never_above_the_rate(rate, burst, pauses):
    """In no stretch of time are there more calls than the burst and what flowed back meanwhile."""
    time = Time(0.0)
    bucket, sent = Bucket(rate, burst, time), []
    for pause in pauses:
        time.now += pause
        time.now += bucket.take()
        sent.append(time.now)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= burst + (sent[last] - sent[first]) * rate + 1e-6


@given(st.floats(0.1, 50), st.integers(1, 6), st.integers(1, 40))
def test_all_of_the_rate_is_used(rate, burst, count):
    time = Time(0.0)
    bucket = Bucket(rate, burst, time)
    for _ in range(burst + count):
        time.now += bucket.take()
    assert abs(time.now - count / rate) < 1e-6


def test_reservations_line_up():
    time = Time(0.0)
    bucket = Bucket(2, 1, time)
    assert [bucket.take() for _ in range(4)] == [0, 0.5, 1, 1.5]


@given(st.floats(0.1, 50), st.integers(1, 6), st.floats(0, 100), st.integers(0, 20))
def test_nobody_calls_while_it_is_held(rate, burst, seconds, before):
    time = Time(0.0)
    bucket = Bucket(rate, burst, time)
    for _ in range(before):
        bucket.take()
    bucket.hold(seconds)
    first = bucket.take()
    assert first >= seconds - 1e-6
    # And what waited does not all go at once.
    assert bucket.take() - first >= 1 / rate - 1e-6


def test_holding_for_less_than_what_is_reserved_changes_nothing():
    time = Time(0.0)
    bucket = Bucket(1, 1, time)
    for _ in range(5):
        bucket.take()
    bucket.hold(2)
    assert bucket.take() == 5
