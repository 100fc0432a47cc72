# SPDX-License-Identifier: LGPL-3.0-or-later
"""When a call may go, and whether it is tried again."""

import threading

import pytest

from adapters.base import Refused, Unauthorized, Unavailable
from adapters.wire import gate as gate_module
from adapters.wire.gate import FIRST_PAUSE, LONGEST_PAUSE
from adapters.wire.trouble import Crashed, Limited, RequestRefused
from bucket import Bucket
from wire_kit import Time, answering, failures, gate_for


@pytest.fixture
def time():
    return Time()


# === RETRIES === #


def test_short_trouble_is_sat_out(time):
    send = answering(Unavailable("a"), Unavailable("b"), "good")
    assert gate_for(time).run(send) == "good"
    assert send.count == 3
    assert len(time.slept) == 2


def test_so_many_attempts(time):
    for attempts in (1, 3):
        send = answering(Unavailable("down", request_id="r"))
        with pytest.raises(Unavailable) as caught:
            gate_for(time, attempts=attempts).run(send)
        assert send.count == attempts
        assert caught.value.request_id == "r"


@pytest.mark.parametrize(
    "error", [Refused("no"), Unauthorized("no"), RequestRefused("no"), Limited("no"), ValueError()]
)
def test_what_time_does_not_heal_is_raised_at_once(time, error):
    send = answering(error)
    with pytest.raises(type(error)) as caught:
        gate_for(time).run(send)
    assert caught.value is error
    assert send.count == 1


def test_pauses_are_random_and_grow(time, monkeypatch):
    bounds = []
    monkeypatch.setattr("random.uniform", lambda low, high: bounds.append((low, high)) or high)
    monkeypatch.setattr(gate_module, "TRIP", 99)
    with pytest.raises(Unavailable):
        gate_for(time, attempts=8, max_wait=99).run(answering(Unavailable("down")))
    expected = [min(FIRST_PAUSE * 2**n, LONGEST_PAUSE) for n in range(8)]
    assert bounds == [(0, bound) for bound in expected]
    assert time.slept == expected[:-1]


@pytest.mark.parametrize(
    ("met", "is_blamed"),
    [([Crashed("500")] * 3, True), ([Unavailable("503"), Crashed("500"), Crashed("500")], False)],
)
def test_crash_blames_a_request_only_when_each_try_crashed(time, met, is_blamed):
    with pytest.raises(Unavailable) as caught:
        gate_for(time, attempts=3).run(answering(*met))
    assert isinstance(caught.value, Crashed) == is_blamed


def test_retry_after_is_waited_for(time):
    began = time.now
    assert gate_for(time).run(answering(Unavailable("busy", 4), "good")) == "good"
    assert time.now - began >= 4


def test_retry_after_that_is_too_long_is_left_to_the_caller(time):
    gate = gate_for(time, max_wait=10)
    send = answering(Unavailable("busy", 11))
    with pytest.raises(Unavailable) as caught:
        gate.run(send)
    assert (caught.value.retry_after, send.count, time.slept) == (11, 1, [])
    # The others, who would run into the same, get to know what is left of it.
    time.now += 0.5
    other = answering("good")
    with pytest.raises(Limited, match="busy") as caught:
        gate.run(other)
    assert (caught.value.retry_after, other.count) == (10.5, 0)
    time.now += 10.5
    assert gate.run(other) == "good"


def test_retry_after_holds_all_others(time):
    gate = gate_for(time, attempts=1)
    failures(gate, 1, Unavailable("busy", 3))
    began = time.now
    assert gate.run(answering("good")) == "good"
    assert time.now - began == 3


@pytest.mark.parametrize(("seconds", "count"), [(10.1, 1), (6, 2), (0.1, 4)])
def test_call_that_took_long_is_not_repeated(time, seconds, count):
    calls = []

    def send():
        time.now += seconds
        calls.append(1)
        raise Unavailable("slow")

    with pytest.raises(Unavailable):
        gate_for(time, attempts=4, max_wait=10).run(send)
    assert len(calls) == count


def test_waiting_for_a_turn_does_not_use_up_the_time_for_trying(time):
    gate = gate_for(time, max_wait=10, pace=Bucket(1 / 9, 1, time))
    gate.run(answering("good"))
    assert gate.run(answering(Unavailable("down"), "good")) == "good"
    assert time.slept[0] == 9


# === THE PACE === #


def test_turns_come_from_the_pace(time):
    gate = gate_for(time, pace=Bucket(2, 1, time))
    for _ in range(4):
        gate.run(answering("good"))
    assert time.slept == [0.5] * 3


def test_retries_take_turns_too(time):
    taken = []

    class Pace:
        def take(self):
            taken.append(1)
            return 0.0

        def hold(self, seconds):
            taken.append(seconds)

    gate_for(time, pace=Pace()).run(answering(Unavailable("down"), Unavailable("busy", 2), "good"))
    assert taken == [1, 1, 2, 1]


def test_turn_that_is_too_far_away(time):
    gate = gate_for(time, max_wait=1, pace=Bucket(0.1, 1, time))
    gate.run(answering("good"))
    send = answering("good")
    with pytest.raises(Limited) as caught:
        gate.run(send)
    assert (caught.value.retry_after, send.count) == (10, 0)


def test_threads_do_not_reserve_turns_far_away(time):
    """Ten seconds each is within the limit, one after the other; reserved at once the last would be too far away."""
    gate, asleep = gate_for(time, max_wait=10, pace=Bucket(0.1, 1, time)), threading.Semaphore(1)

    def sleep(seconds):
        assert asleep.acquire(blocking=False)
        # Long enough for another thread to come here as well.
        threading.Event().wait(0.05)
        time.sleep(seconds)
        asleep.release()

    gate._sleep = sleep
    threads = [threading.Thread(target=gate.run, args=[answering("good")]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert time.slept == [10] * 3
