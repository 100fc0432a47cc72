# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reading Retry-After, and keeping secrets out of what is said."""

from datetime import UTC, datetime
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.trouble import seconds_of, without_secrets

NOW = 1_795_000_000.0


@given(st.integers(-(10**8), 10**8), st.integers(-12, 14))
def test_retry_after_as_a_date(seconds, hours):
    """Whatever zone it is written in."""
    moment = datetime.fromtimestamp(NOW + seconds, UTC)
    written = moment.strftime("%a, %d %b %Y %H:%M:%S ")
    assert seconds_of(written + "GMT", NOW) == max(0, seconds)
    assert seconds_of(format_datetime(moment), NOW) == max(0, seconds)
    assert seconds_of(f"{written}{hours:+03d}00", NOW) == max(0, seconds - 3600 * hours)


@given(st.floats(0, 1e9))
def test_retry_after_in_seconds(seconds):
    assert seconds_of(repr(seconds), NOW) == seconds


@given(st.text() | st.sampled_from(["nan", "inf", "-inf", "1e999", "Mon, 99 Foo 2026 00:00:00 GMT", "0" * 5000 + "x"]))
def test_retry_after_of_any_shape(text):
    seconds = seconds_of(text, NOW)
    assert seconds is None or 0 <= seconds < float("inf")


@given(
    st.integers(0, 99999), st.integers(0, 13), st.integers(0, 32), st.integers(0, 61), st.integers(-(10**10), 10**10)
)
def test_retry_after_that_only_looks_like_a_date(year, month, day, hour, zone):
    months = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Foo"]
    seconds = seconds_of(f"Mon, {day:02d} {months[month]} {year:04d} {hour:02d}:00:00 {zone:+05d}", NOW)
    assert seconds is None or seconds >= 0


def test_secret_within_another_one():
    assert without_secrets("abcd-efgh, abcd, abc", ["abcd", "abcd-efgh", "abc", "", None]) == "•••, •••, abc"
