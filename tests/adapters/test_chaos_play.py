# SPDX-License-Identifier: LGPL-3.0-or-later
"""The course of `make chaos`: each trouble that must happen does, and what a trouble leaves for later is done."""

from random import Random

import pytest

from dev.chaos import play as course
from dev.chaos.play import TRIES, Agenda, play
from dev.chaos.scene import Scene
from dev.say import Trouble

NAMES = ("kill", "postgres", "outage")


class Watch:
    """A clock that only moves when somebody sleeps."""

    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds


class Happenings:
    """Troubles that note their names; those in `failing` fail so many times first."""

    def __init__(self, failing=()):
        self.noted, self._failing = [], dict(failing)
        for name in NAMES:
            setattr(self, name, lambda name=name: self._happen(name))

    def _happen(self, name):
        if self._failing.get(name, 0):
            self._failing[name] -= 1
            raise Trouble("not now")
        self.noted.append(name)


@pytest.fixture
def agenda():
    watch = Watch()
    return Agenda(watch.now, watch.sleep)


def test_each_trouble_happens_however_short_it_is(agenda):
    happenings = Happenings()
    play(happenings, agenda, Random(1), NAMES, seconds=0, pause=(1, 2))
    assert sorted(happenings.noted) == sorted(NAMES)


def test_the_seed_decides_and_time_is_used_up(agenda):
    def played(seed):
        happenings, watch = Happenings(), Watch()
        play(happenings, Agenda(watch.now, watch.sleep), Random(seed), NAMES, seconds=60, pause=(1, 2))
        return happenings.noted

    assert played(7) == played(7)
    assert played(7) != played(8)
    assert 30 <= len(played(7)) <= 60


def test_what_fails_is_tried_again(agenda):
    happenings = Happenings({"kill": TRIES - 1})
    play(happenings, agenda, Random(1), NAMES, seconds=0, pause=(1, 2))
    assert sorted(happenings.noted) == sorted(NAMES)


def test_what_never_comes_about_is_no_proof(agenda):
    with pytest.raises(Trouble):
        play(Happenings({"kill": TRIES}), agenda, Random(1), NAMES, seconds=0, pause=(1, 2))


def test_what_is_due_is_done_in_its_order_and_time(agenda):
    done = []
    agenda.later(5, lambda: done.append(("five", agenda.now())))
    agenda.later(2, lambda: done.append(("two", agenda.now())))
    agenda.sleep(3)
    assert done == [("two", 2)]
    agenda.sleep(3)
    assert done == [("two", 2), ("five", 5)]
    agenda.later(100, lambda: done.append(("rest", agenda.now())))
    agenda.finish()
    assert done[2:] == [("rest", 6)]


# === SETTLING === #


class Settling:
    """Two servers, and what waits each time somebody looks: while they run, then while they are stopped."""

    def __init__(self, running, stopped):
        self.is_running, self._waiting = True, {True: list(running), False: list(stopped)}
        self.numbers = (0, 1)
        self.asked_for_doubts = set()

    def start(self, *_numbers):
        self.is_running = True

    def stop(self):
        self.is_running = False

    def waiting(self, _database, doubts):
        self.asked_for_doubts.add(doubts)
        return self._waiting[self.is_running].pop(0)


@pytest.fixture
def settled(monkeypatch):
    def settled(running, stopped, seconds=60, doubts=False, failed=()):
        watch, servers, failed = Watch(), Settling(running, stopped), list(failed)
        monkeypatch.setattr(course.time, "monotonic", watch.now)
        monkeypatch.setattr(course.time, "sleep", watch.sleep)
        monkeypatch.setattr(course, "_waiting", servers.waiting)
        monkeypatch.setattr(course, "_retry", lambda _scene, _servers: bool(failed and failed.pop()))
        took = course.settle(Scene(None, "goods"), servers, seconds, doubts=doubts)
        assert not servers.is_running, "who judges wants nothing to change any more"
        assert servers.asked_for_doubts == {doubts}
        return took

    return settled


def test_it_is_settled_when_nothing_waits_and_the_servers_are_stopped(settled):
    assert settled([3, 1, 0], [0]) == 3


def test_what_was_under_way_when_they_were_stopped_is_waited_for(settled):
    assert settled([0, 2, 0], [1, 0], doubts=True) == 3


def test_failed_listings_are_retried_once(settled):
    assert settled([0, 1, 0], [0], failed=[True]) == 3


def test_what_goes_on_waiting_is_told(settled):
    assert settled([1] * 10, [], seconds=10) is None
