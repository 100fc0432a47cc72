# SPDX-License-Identifier: LGPL-3.0-or-later
"""Staying below the rate limit."""

import heapq
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter_kit import outcomes_until
from adapters.base import Acknowledged, Unavailable
from adapters.shopify.pacer import Cost, Pacer
from test_shopify_kit import adapter_for, levels_for, stocked

sandbox = pytest.importorskip("sandbox.shopify")


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Bucket:
    """Shopify's leaky bucket, reckoned independently of the pacer."""

    def __init__(self, size, rate):
        self.size, self.rate, self.points, self.at = size, rate, size, 0.0

    def pay(self, now, points):
        self.points = min(self.size, self.points + (now - self.at) * self.rate)
        self.at = now
        assert self.points >= points, f"throttled: {self.points} of {points} points at {now}"
        self.points -= points
        return self.points


@given(
    st.integers(1, 6),
    st.sampled_from([(1000, 50), (2000, 100), (40, 10), (15, 10)]),
    st.lists(st.tuples(st.floats(0.001, 3), st.floats(0.001, 0.999)), min_size=1, max_size=150),
)
@settings(max_examples=150, deadline=None)
def test_never_throttled_when_alone(parallel, plan, delays):
    """Whatever the delays there and back, and in whatever order answers come: simulated in one thread."""
    clock, bucket = Time(), Bucket(*plan)
    pacer = Pacer(float("inf"), clock, clock.sleep)
    events = []
    reports = {}

    def happen(until=None):
        """Let requests arrive and answers come back, up to a moment or until one has come back."""
        while events and (until is None or events[0][0] <= until):
            moment, n, back, ticket = heapq.heappop(events)
            clock.now = max(clock.now, moment)
            if back is not None:
                reports[n] = Cost(10, 10, plan[0], int(bucket.pay(moment, 10)), plan[1])
                heapq.heappush(events, (moment + back, n, None, ticket))
            else:
                pacer.settle(ticket, reports.pop(n), answered=True)
                if until is None:
                    return

    def sleep(seconds):
        wake = clock.now + seconds
        happen(wake)
        clock.now = max(clock.now, wake)

    pacer._sleep = sleep
    for n, (there, share) in enumerate(delays):
        # The pacer would block its thread here until a call has come back.
        while events and (not pacer._probed or len(events) >= parallel or pacer._in_flight + 10 > pacer._maximum):
            happen()
        ticket = pacer.admit("m", 1, 10)
        heapq.heappush(events, (clock.now + there * share, n, there * (1 - share), ticket))
    while events:
        happen()


def test_standard_plan_alone_is_never_throttled():
    """With a bucket that is empty from the start; how much of the plan is used up is for the benchmark to say."""
    shop = sandbox.Shop(plan="standard", latency=0.05)
    with sandbox.serve(shop) as server:
        location, items = stocked(shop, 11_000)
        shop.bucket.change("standard", size=100)
        shop.bucket.points = 10
        outcomes = list(adapter_for(server).push(levels_for(items, location)))
    assert sum(isinstance(o, Acknowledged) for o in outcomes) == 11_000
    assert shop.stats.throttled == 0


@pytest.mark.parametrize("latency", [0, 0.03])
def test_reads_and_writes_under_a_small_bucket(latency):
    shop = sandbox.Shop(plan="advanced", latency=latency)
    with sandbox.serve(shop) as server:
        location, items = stocked(shop, 600)
        shop.bucket.change("advanced", size=1000)
        outcomes = list(adapter_for(server, parallel=8).push(levels_for(items, location, previous=None)))
    assert sum(isinstance(o, Acknowledged) for o in outcomes) == 600
    assert shop.stats.throttled == 0


def test_wait_that_is_too_long_is_left_to_the_caller():
    shop = sandbox.Shop(plan="standard")
    with sandbox.serve(shop) as server:
        location, items = stocked(shop, 50)
        shop.bucket.change("standard", size=20)
        slept = []
        adapter = adapter_for(server, batch_size=1, max_wait=0.05, sleep=lambda s: (slept.append(s), time.sleep(s)))
        seen, error = outcomes_until(adapter.push(levels_for(items, location)), Unavailable)
    assert 0.05 < error.retry_after <= 0.2
    assert len(seen) >= 1
    assert sum(slept) <= 0.05
    assert shop.stats.throttled == 0


def test_first_call_goes_alone():
    shop = sandbox.Shop(latency=0.1)
    with sandbox.serve(shop) as server:
        location, items = stocked(shop, 100)
        list(adapter_for(server, batch_size=10).push(levels_for(items, location)))
    # 0.1 s pass between the two times of a call.
    calls = sorted((write.received_at, write.applied_at) for write in shop.writes)
    (_received, answered), (later, _answered) = calls[9], calls[10]
    assert answered < later
    assert shop.stats.max_open == 4


def test_somebody_else_on_the_same_bucket_is_noticed():
    clock = Time()
    pacer = Pacer(60, clock, clock.sleep)
    pacer.settle(pacer.admit("m", 1, 10), Cost(10, 10, 1000, 500, 100), answered=True)
    pacer.settle(pacer.admit("m", 1, 10), Cost(10, 10, 1000, 4, 100), answered=True)
    pacer.admit("m", 1, 10)
    assert clock.now == pytest.approx(0.07)


def test_refund_is_used():
    clock = Time()
    pacer = Pacer(60, clock, clock.sleep)
    for _ in range(5):
        pacer.settle(pacer.admit("q", 1, 100), Cost(700, 10, 1000, 990, 50), answered=True)
    assert clock.now == 0


def test_refund_of_calls_at_the_same_time_is_used():
    clock = Time()
    pacer = Pacer(60, clock, clock.sleep)
    pacer.settle(pacer.admit("q", 1, 100), Cost(100, 0, 1000, 1000, 50), answered=True)
    first, second = pacer.admit("q", 1, 100), pacer.admit("q", 1, 100)
    pacer.settle(first, Cost(100, 10, 1000, 990, 50), answered=True)
    pacer.settle(second, Cost(100, 10, 1000, 980, 50), answered=True)
    pacer.admit("dear", 1, 979)
    assert clock.now == 0


def test_full_bucket_gains_nothing_while_a_call_is_on_its_way():
    clock = Time()
    pacer = Pacer(60, clock, clock.sleep)
    pacer.settle(pacer.admit("m", 1, 10), Cost(10, 10, 40, 40, 10), answered=True)
    # On its way for long: when it arrives, its 10 points must still be there.
    pacer.admit("m", 1, 10)
    clock.now = 1.0
    for available in (30, 20):
        pacer.settle(pacer.admit("m", 1, 10), Cost(10, 10, 40, available, 10), answered=True)
    pacer.admit("m", 1, 10)
    assert clock.now == pytest.approx(1.1)


def test_answers_without_cost_do_not_slow_down():
    clock = Time()
    pacer = Pacer(60, clock, clock.sleep)
    pacer.settle(pacer.admit("m", 1, 10), None, answered=True)
    tickets = [pacer.admit("m", 1, 10) for _ in range(100)]
    assert clock.now == 0
    assert len(tickets) == 100


def test_probe_that_fails_is_followed_by_another():
    pacer = Pacer(60, time.time, time.sleep)
    first = pacer.admit("m", 1, 10)
    second = threading.Thread(target=pacer.admit, args=("m", 1, 10))
    second.start()
    second.join(0.1)
    assert second.is_alive()
    pacer.settle(first, None, answered=False)
    second.join(1)
    assert not second.is_alive()


@pytest.mark.parametrize("extensions", [None, {}, [], {"cost": None}, {"cost": {"throttleStatus": {}}}, "x"])
def test_extensions_of_any_shape(extensions):
    assert Cost.of(extensions) is None


def test_bucket_that_never_refills():
    clock = Time()
    pacer = Pacer(60, clock, clock.sleep)
    pacer.settle(pacer.admit("m", 1, 10), Cost(10, 10, 1000, 4, 0), answered=True)
    with pytest.raises(Unavailable) as caught:
        pacer.admit("m", 1, 10)
    assert caught.value.retry_after is None
