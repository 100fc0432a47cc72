# SPDX-License-Identifier: LGPL-3.0-or-later
"""The writers of `make chaos`: one that is to die at the worst moment does, and none is left behind."""

import signal
import subprocess
import sys

import pytest

from dev.chaos import crew, writer
from dev.chaos.crew import WRITERS, Crew
from dev.chaos.scene import Scene
from dev.say import Trouble

BEGIN = """
import os, pathlib, signal, sys, time
def die(*_signal): {die}
signal.signal(signal.SIGUSR1, die)
pathlib.Path(sys.argv[1]).write_text("one line\\n")
while True: time.sleep(0.01)
"""
DIES, ENDS, GOES_ON = "os.kill(os.getpid(), signal.SIGKILL)", "os._exit(3)", "pass"


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Gives a function that makes crews of stand-ins; and the processes they began."""
    begun = []
    monkeypatch.setattr(crew.clone, "RUN", tmp_path)
    monkeypatch.setattr(crew.clone, "LOGS", tmp_path)

    def make(die=DIES):
        def start(_machine, _database, _seed, diary, _log):
            code = BEGIN.format(die=die)
            begun.append(subprocess.Popen([sys.executable, "-c", code, str(diary)]))
            return begun[-1]

        monkeypatch.setattr(writer, "start", start)
        return Crew(Scene(None, "goods"), "goods", 7, [])

    make.begun = begun
    yield make
    assert [process.poll() for process in begun if process.poll() is None] == []


def test_all_are_killed_right_after_a_commit(started):
    with started().working() as working:
        working.kill_after_commit(*range(WRITERS))
    assert [process.returncode for process in started.begun] == [-signal.SIGKILL] * WRITERS


@pytest.mark.parametrize("how", ["kill", "kill_after_commit"])
def test_another_takes_over(started, how):
    diaries = []
    working = started()
    working._diaries = diaries
    with working.working():
        getattr(working, how)(1)
        working.start(1)
    assert len(set(diaries)) == len(started.begun) == WRITERS + 1
    killed, replaced = started.begun[1], started.begun[-1]
    assert killed.returncode == -signal.SIGKILL
    assert replaced.returncode == -signal.SIGTERM, "told to stop, with the others"


def test_one_that_ends_in_another_way_is_no_proof(started):
    with pytest.raises(Trouble, match="was to die"), started(ENDS).working() as working:
        working.kill_after_commit(0)


def test_one_that_never_commits_is_no_proof(started, monkeypatch):
    monkeypatch.setattr(crew, "END_SECONDS", 0.05)
    with pytest.raises(Trouble, match="committed nothing"), started(GOES_ON).working() as working:
        working.kill_after_commit(0, 1)


def test_one_that_ends_by_itself_is_told(started):
    with pytest.raises(Trouble, match="by itself"), started().working():
        started.begun[2].kill()
        started.begun[2].wait()


def test_none_is_left_when_something_else_breaks(started):
    with pytest.raises(ZeroDivisionError), started().working():
        1 / 0  # noqa: B018
