# SPDX-License-Identifier: LGPL-3.0-or-later
"""The circuit breaker: what opens it, and the one call that probes before the others go."""

import contextlib
import traceback

import pytest

from adapters.base import Refused, Unauthorized, Unavailable
from adapters.wire import gate as gate_module
from adapters.wire.gate import CRASHES, PROBES, TRIP
from adapters.wire.trouble import Busy, Crashed, Limited, RequestRefused
from bucket import Bucket
from wire_kit import Calls, Time, answering, failures, gate_for


@pytest.fixture
def time():
    return Time()


# === THE BREAKER === #


def test_failures_on_end_open_it(time):
    gate = gate_for(time, attempts=1)
    with gate._state:
        gate._engaged += 1  # somebody is still on the way, so that nobody probes
    failures(gate, TRIP)
    send = answering("good")
    with pytest.raises(Unavailable, match="down"):
        gate.run(send)
    assert send.count == 0


@pytest.mark.parametrize("between", ["good", RequestRefused("no"), Busy("later")])
def test_any_answer_begins_the_count_anew(time, between):
    gate = gate_for(time, attempts=1)
    failures(gate, TRIP - 1)
    with contextlib.suppress(RequestRefused, Busy):
        gate.run(answering(between))
    failures(gate, TRIP - 1)
    assert gate._mode == gate_module._CLOSED


@pytest.mark.parametrize("error", [Busy("later"), RequestRefused("no"), Refused("no"), Limited("later", 99)])
def test_what_says_nothing_about_the_marketplace_does_not_open_it(time, error):
    gate = gate_for(time)
    for _ in range(5 * TRIP):
        with pytest.raises(type(error)):
            gate.run(answering(error))
    assert gate.run(answering("good")) == "good"


def test_retries_end_when_it_opens(time):
    gate = gate_for(time, attempts=2 * TRIP)
    send = answering(Unavailable("down"))
    with pytest.raises(Unavailable):
        gate.run(send)
    assert send.count == TRIP


def test_call_in_its_pause_does_not_go_when_it_opens(time):
    gate = gate_for(time)
    send = answering(Unavailable("first"), "good")

    def sleep(_seconds):
        # Meanwhile others fail.
        for _ in range(TRIP):
            with pytest.raises(Unavailable):
                gate._judged(answering(Unavailable("down")))

    gate._sleep = sleep
    with pytest.raises(Unavailable, match="down"):
        gate.run(send)
    assert send.count == 1


def test_call_that_waits_for_its_turn_does_not_go_when_it_opens(time):
    gate = gate_for(time, pace=Bucket(1, 1, time))
    gate.run(answering("good"))
    send = answering("good")

    def sleep(_seconds):
        for _ in range(TRIP):
            with pytest.raises(Unavailable):
                gate._judged(answering(Unavailable("down")))

    gate._sleep = sleep
    with pytest.raises(Unavailable, match="down"):
        gate.run(send)
    assert send.count == 0


def test_trouble_is_raised_as_an_exception_of_its_own(time):
    gate = gate_for(time, attempts=1)
    with gate._state:
        gate._engaged += 1
    failures(gate, TRIP, Unavailable("down", 4, "r"))
    raised = []
    for _ in range(3):
        with pytest.raises(Unavailable) as caught:
            gate.run(answering("good"))
        raised.append(caught.value)
        time.now += 1
    assert len(set(map(id, raised))) == 3
    assert [error.retry_after for error in raised] == [4, 3, 2]
    assert len({len(traceback.extract_tb(error.__traceback__)) for error in raised}) == 1


# === PROBING === #


def probing(time, *waiting):
    """A probe under way, and others that wait for it."""
    calls = Calls(gate_for(time, probe=True, attempts=1))
    calls.begin("probe")
    calls.until(lambda: calls.sent == ["probe"])
    for n, name in enumerate(waiting, 1):
        calls.begin(name)
        calls.settle(n)
    assert calls.sent == ["probe"]
    return calls


def test_all_go_when_the_probe_succeeded(time):
    calls = probing(time, "a", "b", "c")
    calls.end("probe", "good")
    calls.until(lambda: len(calls.sent) == 4)
    for name in "abc":
        calls.end(name, "good")
    assert set(calls.ended.values()) == {"good"}


@pytest.mark.parametrize("error", [Unavailable("down"), Unauthorized("who?"), Refused("frozen"), Busy("later")])
def test_nobody_goes_when_the_probe_failed(time, error):
    calls = probing(time, "a", "b")
    calls.end("probe", error)
    calls.until(lambda: len(calls.ended) == 3 or len(calls.sent) == 3)
    if isinstance(error, Busy):
        # The marketplace is there.
        assert len(calls.sent) == 3
        calls.end("a", "good")
        calls.end("b", "good")
        return
    assert calls.sent == ["probe"]
    assert {type(result) for result in calls.ended.values()} == {type(error)}
    # The next one probes.
    calls.begin("next")
    calls.until(lambda: calls.sent == ["probe", "next"])
    calls.begin("behind")
    calls.settle(1)
    calls.end("next", "good")
    calls.until(lambda: "behind" in calls.sent)
    calls.end("behind", "good")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("a defect of ours")])
def test_probe_that_ends_otherwise_leaves_nobody_waiting(time, error):
    calls = probing(time, "a")
    calls.end("probe", error)
    calls.until(lambda: "a" in calls.ended)
    assert isinstance(calls.ended["a"], Unavailable)


def test_probe_that_does_not_get_its_turn_leaves_nobody_waiting(time):
    gate = gate_for(time, probe=True, max_wait=1, pace=Bucket(0.1, 1, time))
    gate._pace.hold(5)
    with pytest.raises(Limited):
        gate.run(answering("good"))
    time.now += 5
    assert gate.run(answering("good")) == "good"


def test_probe_is_not_repeated(time):
    send = answering(Unavailable("down"))
    with pytest.raises(Unavailable):
        gate_for(time, probe=True).run(send)
    assert send.count == 1


def test_crash_of_the_probe_lets_those_who_waited_probe_in_turn(time):
    calls = probing(time, "a", "b")
    calls.end("probe", Crashed("oops"))
    calls.until(lambda: len(calls.sent) == 2)
    assert calls.sent == ["probe", "a"]
    calls.begin("late")
    calls.settle(2)
    calls.end("a", Crashed("oops"))
    calls.until(lambda: len(calls.sent) == 3)
    assert calls.sent == ["probe", "a", "b"]
    calls.end("b", "good")
    calls.until(lambda: "late" in calls.sent)
    calls.end("late", "good")


def test_crashes_of_probes_on_end_are_the_marketplaces(time):
    calls = probing(time, "a", "b", "c", "d")
    for name in ("probe", "a", "b")[:PROBES]:
        calls.until(lambda name=name: name in calls.sent)
        calls.end(name, Crashed("oops"))
    calls.until(lambda: len(calls.ended) == 5)
    assert len(calls.sent) == PROBES
    # No longer the trouble of one call.
    assert [type(calls.ended[name]) for name in ("b", "c", "d")] == [Unavailable] * 3


# === HTTP 500 === #


def test_crashes_open_it_later_and_are_not_repeated_for_ever(time):
    gate, sends = gate_for(time, attempts=4), []
    for _ in range(CRASHES):
        sends.append(answering(Crashed("oops")))
        with pytest.raises(Unavailable) as caught:
            gate.run(sends[-1])
        if not isinstance(caught.value, Crashed):
            break
    # Four tries of the first, and one of each that follows: enough are on end.
    assert [send.count for send in sends] == [4, 1, 1, 1, 1, 1, 1]
    assert gate._mode == gate_module._OPEN


def test_crashes_between_answers_do_not_open_it(time):
    gate = gate_for(time)
    for _ in range(CRASHES):
        with pytest.raises(Crashed):
            gate.run(answering(Crashed("oops")))
        assert gate.run(answering("good")) == "good"
