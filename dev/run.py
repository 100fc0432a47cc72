# SPDX-License-Identifier: LGPL-3.0-or-later
"""Call another program, and turn its failure into one line."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from dev.say import Trouble

STOP_SECONDS = 20


def need(program: str, remedy: str) -> None:
    """Refuse to go on without a program."""
    if not shutil.which(program):
        raise Trouble(f"{program} is not on this machine: {remedy}")


def output(args: Sequence, *, failure: str, **options) -> str:
    """Return what a program printed; `failure` begins the line said when it fails."""
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(list(map(str, args)), text=True, capture_output=True, **options)
    if done.returncode:
        raise Trouble(_why(failure, done.stderr or done.stdout))
    return done.stdout


def followed(args: Sequence, follow: Callable[[str], None], *, failure: str, log: Path, **options) -> None:
    """Run a program, hand every line it prints to `follow`, keep all it said in `log`."""
    options.setdefault("stdin", subprocess.DEVNULL)
    with log.open("w+") as kept:
        process = subprocess.Popen(
            list(map(str, args)), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
        )
        with process:
            try:
                for text in process.stdout:
                    kept.write(text)
                    follow(text)
            except BaseException:  # above all when we are told to stop: it is not to outlive us
                process.terminate()
                raise
    if process.returncode:
        raise Trouble(_why(failure, log.read_text(errors="replace")))


def stop(process: subprocess.Popen) -> None:
    """Stop a child we started, by its own process and no other; an impatient Ctrl-C does not leave it behind."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return
        process.kill()
        process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let the signals that end a command wait until the block is through, which is to be short."""
    waiting = []
    before = {
        number: signal.signal(number, lambda number, _frame: waiting.append(number))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])


def environment(**extra: str | Path) -> dict[str, str]:
    """Return this process's environment with some more in it."""
    return os.environ | {name: str(value) for name, value in extra.items()}


def _why(failure: str, said: str) -> str:
    """Pick the line that tells the most: the disk if it is full, else the last error, else the last word."""
    lines = [text.strip() for text in said.splitlines() if text.strip()]
    if any("No space left on device" in text for text in lines):
        return "The disk is full: free about 3 GB, or set MARKETPLACE_SYNC_CACHE to a folder elsewhere."
    errors = [text for text in lines if text.startswith(("E:", "ERROR:", "npm error"))]
    telling = errors or [text for text in lines if " INFO " not in text] or lines or ["it said nothing"]
    return f"{failure} ({telling[-1][:300]})"
