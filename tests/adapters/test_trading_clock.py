# SPDX-License-Identifier: LGPL-3.0-or-later
"""The trading day's clock: things that take time happen side by side, always in the same order."""

import pytest

from dev.trading.clock import MORNING, Clock, Inline


def test_what_is_due_happens_in_its_order_and_late_things_next():
    clock, seen = Clock(), []
    clock.at(2, lambda: seen.append(("second", clock.now)))
    clock.at(1, lambda: clock.at(0, lambda: seen.append(("late", clock.now))))
    clock.at(5, lambda: seen.append(("too late", clock.now)))
    clock.run(5)
    assert seen == [("late", 1), ("second", 2)]
    assert clock.now == 5


def test_who_sleeps_lets_others_go_on():
    clock, seen = Clock(), []

    def push(name, seconds):
        seen.append((name, "asks", clock.now))
        clock.sleep(seconds)
        seen.append((name, "has its answer", clock.now))

    clock.at(1, lambda: clock.spawn(lambda: push("slow", 3)))
    clock.at(2, lambda: clock.spawn(lambda: push("fast", 1)))
    clock.at(3.5, lambda: seen.append(("a buyer", "comes", clock.now)))
    clock.run(10)
    assert seen == [
        ("slow", "asks", 1), ("fast", "asks", 2), ("fast", "has its answer", 3), ("a buyer", "comes", 3.5),
        ("slow", "has its answer", 4)]  # fmt: skip


def test_what_is_under_way_at_the_end_gives_back_what_it_holds():
    clock, seen = Clock(), []

    def push():
        try:
            clock.sleep(100)
            seen.append("answered")
        finally:
            seen.append("let go")

    clock.spawn(push)
    clock.run(10)
    assert seen == ["let go"]


def test_trouble_reaches_whoever_runs_the_day():
    clock = Clock()

    def push():
        clock.sleep(1)
        raise RuntimeError("no")

    clock.spawn(push)
    with pytest.raises(RuntimeError, match="no"):
        clock.run(10)


def test_everybody_is_told_the_time_before_anything_happens():
    clock, seen = Clock(), []
    clock.listeners.append(lambda moment: seen.append((moment - MORNING).total_seconds()))
    clock.at(7, lambda: seen.append("happens"))
    clock.run(9)
    assert seen == [7, "happens", 9]


def test_a_pool_without_threads_hands_on_results_and_trouble():
    pool = Inline(4)
    assert pool.submit(max, 1, 2).result() == 2
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 1, 0).result()
