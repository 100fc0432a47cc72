# SPDX-License-Identifier: LGPL-3.0-or-later
"""The writers of one database: begun together, killed at the worst moment, replaced, and told to stop."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dev import clone, run
from dev.chaos import writer
from dev.chaos.scene import Scene
from dev.say import Trouble

WRITERS = 4
START_SECONDS = 180  # generous: a writer loads all of Odoo, on a machine that does much else
END_SECONDS = 120  # for one that is to die after its next commit
LOOK_SECONDS = 0.05


class Crew:
    """Writers, by number, each in a process of its own.

    :param scene: gets their logs
    :param seed: of all they do
    :param diaries: gets their files: one for each that ever worked
    """

    def __init__(self, scene: Scene, database: str, seed: int, diaries: list[Path]):
        self._scene, self._database, self._seed, self._diaries = scene, database, seed, diaries
        self._at_work: dict[int, subprocess.Popen] = {}
        self._writing: dict[int, Path] = {}

    @contextmanager
    def working(self) -> Iterator["Crew"]:
        """Have all of them at work while the block runs.

        :raise Trouble: when one of them did not start, or ended by itself
        """
        try:
            for number in range(WRITERS):
                self.start(number)
            for number in range(WRITERS):
                self._wait_for(number)
            yield self
            self._refuse_ended()
        finally:
            for process in self._at_work.values():
                process.terminate()  # all at once, then each is waited for
            for process in self._at_work.values():
                run.stop(process)

    def start(self, number: int) -> None:
        """Put a writer to work, who does other things than those before with the same number."""
        begun = len(self._diaries) + 1
        diary = clone.RUN / f"{self._database}-writer{begun}.jsonl"
        log = clone.LOGS / f"{self._database}-writer{begun}.log"
        self._diaries.append(diary)
        self._scene.logs.append(log)
        told = f"{self._seed}-{number}-{begun}"
        self._at_work[number] = writer.start(self._scene.machine, self._database, told, diary, log)
        self._writing[number] = diary

    def kill(self, number: int) -> None:
        """kill -9 of a writer, whatever it does just now."""
        self._wait_for(number)
        process = self._at_work.pop(number)
        process.kill()
        process.wait()

    def kill_after_commit(self, *numbers: int) -> None:
        """Have writers kill -9 themselves after their next change of stock, between its commit and what Odoo does
        after a commit; when several are told to, at about the same time.

        :raise Trouble: when one of them changes nothing, or ends in another way
        """
        for number in numbers:
            self._wait_for(number)
        for number in numbers:
            self._at_work[number].send_signal(writer.DIE_AFTER_COMMIT)
        for number in numbers:
            process = self._at_work.pop(number)
            try:
                status = process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise Trouble(f"A writer committed nothing within {END_SECONDS} seconds: see {clone.LOGS}.") from None
            if status != -signal.SIGKILL:
                raise Trouble(f"A writer was to die after a commit, and ended with {status}: see {clone.LOGS}.")

    def _wait_for(self, number: int) -> None:
        """Wait until a writer has written something; it heeds signals by then."""
        wait_until(
            lambda: self._refuse_ended() or has_content(self._writing[number]), START_SECONDS,
            f"A writer did not start within {START_SECONDS} seconds: see {clone.LOGS}.")  # fmt: skip

    def _refuse_ended(self) -> None:
        if any(process.poll() is not None for process in self._at_work.values()):
            raise Trouble(f"A writer ended by itself: see {clone.LOGS}.")


def has_content(file: Path) -> bool:
    """Whether something has been written to a file."""
    return file.exists() and file.stat().st_size > 0


def wait_until(is_so: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Look again and again.

    :raise Trouble: with the text `otherwise` when it is not so after `seconds`
    """
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise Trouble(otherwise)
        time.sleep(LOOK_SECONDS)
