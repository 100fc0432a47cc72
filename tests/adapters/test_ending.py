# SPDX-License-Identifier: LGPL-3.0-or-later
"""How a command of ours ends when it is told to: in order, once, and with the status a shell expects."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# In the place of cleaning up, the same signal comes again: make passes on what its group was sent already.
CLEANING = """
import os, signal, sys
from dev import say
def main():
    try:
        os.kill(os.getpid(), signal.{name})
    finally:
        os.kill(os.getpid(), signal.{name})
        print("cleaned up")
say.command(main)
"""
WAITING = """
import os, signal
from dev import run, say
def main():
    with run.uninterrupted():
        os.kill(os.getpid(), signal.{name})
        print("through")
    print("too late")
say.command(main)
"""


def ended(code, **names):
    return subprocess.run(
        [sys.executable, "-c", code.format(**names)], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True, capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGHUP", 143), ("SIGINT", 130)])
def test_a_second_signal_does_not_cut_the_cleaning_short(name, status):
    done = ended(CLEANING, name=name)
    assert (done.stdout, done.returncode) == ("cleaned up\n", status)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_what_must_not_be_interrupted_is_done_first(name, status):
    done = ended(WAITING, name=name)
    assert (done.stdout, done.returncode) == ("through\n", status)
