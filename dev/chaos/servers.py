# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two Odoo servers on one database: started, killed in the middle of a drain, started again, upgraded beside."""

import os
import signal
import time
from contextlib import closing, suppress
from pathlib import Path

import psycopg2
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay, wait_fixed

from dev import clone, odoo, run, server
from dev.chaos.scene import Scene
from dev.postgres import connected
from dev.rpc import Client
from dev.run import followed
from dev.say import Trouble
from dev.server import Server

CRON_THREADS = 2
# What the judge reads in the logs is said at this level.
TALKATIVE = ("--log-handler", "odoo.addons.marketplace_sync:DEBUG")
# As models/advisory_lock.py has it: the namespace of the addon's locks; 0 is the lock of sorting, not of a shard.
NAMESPACE, SORT, SHARDS = 0x4D534E43, 0, 64
PATIENCE = 60  # seconds to wait for a drain to begin, or for PostgreSQL to notice a crash
UPGRADES = 3  # tries of an upgrade beside running servers
CALLS = 5  # tries of a call while writers hold the same rows
RECOVERY = 300  # seconds PostgreSQL may take to let somebody in again


class Servers:
    """The servers, by number: 0 and 1.

    :param scene: gets the log of each incarnation
    """

    def __init__(self, scene: Scene):
        self._scene = scene
        self._ports = [server.any_port(), server.any_port()]
        self._running: list[Server | None] = [None, None]
        self._incarnations = [0, 0]

    @property
    def numbers(self) -> range:
        """All servers' numbers."""
        return range(len(self._ports))

    # === RUNNING === #

    def start(self, *numbers: int) -> None:
        """Start servers; they do not answer yet."""
        for number in numbers:
            self._incarnations[number] += 1
            log = self._log(f"server{number + 1}-{self._incarnations[number]}")
            self._running[number] = server.start(
                self._scene.machine, self._scene.database, port=self._ports[number], cron_threads=CRON_THREADS,
                log=log, options=TALKATIVE,
            )  # fmt: skip

    def wait(self) -> None:
        """Wait until both answer."""
        for number in self.numbers:
            server.wait_until_it_answers(self._running[number])

    def stop(self, *numbers: int) -> None:
        """Stop servers in order."""
        for number in numbers or self.numbers:
            if self._running[number]:
                run.stop(self._running[number].process)

    def kill(self, number: int) -> None:
        """Kill a server as the kernel does when memory runs out."""
        process = self._running[number].process
        process.send_signal(signal.SIGKILL)
        process.wait()

    def client(self, number: int) -> Client:
        """Sign in to a server, once it answers; the caller closes it."""
        server.wait_until_it_answers(self._running[number])
        return Client(self._running[number].url, self._scene.database)

    def call(self, model: str, method: str, *args, **kwargs):
        """Call a method on the first server."""
        with closing(self.client(0)) as client:
            return client.call(model, method, *args, **kwargs)

    def insist(self, model: str, method: str, *args, **kwargs):
        """Call a method that may well be called twice, again if need be: who only wants to break things must not be
        stopped by what is broken already."""
        trying = Retrying(
            retry=retry_if_exception_type(Trouble), stop=stop_after_attempt(CALLS), wait=wait_fixed(1), reraise=True
        )
        return trying(self.call, model, method, *args, **kwargs)

    # === WATCHING === #

    def wait_for_drain(self) -> tuple[int, int]:
        """Wait until a server holds the lock of a shard; return the server's number and the account's id."""
        pids = {self._running[number].process.pid: number for number in self.numbers}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for pid, key in self._shard_locks():
                if pid in pids:
                    return pids[pid], (key - 1) // SHARDS
            time.sleep(0.005)
        raise Trouble(f"No drain began within {PATIENCE} seconds.")

    def without_crons(self) -> list[int]:
        """Return the servers whose threads for scheduled actions ended with their connection.

        Odoo's threads listen at the database postgres; one that can't connect again at once ends, and nothing starts
        another in the same process.
        """
        with connected() as cursor:
            cursor.execute(
                "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = 'postgres' GROUP BY 1"
            )
            listening = dict(cursor.fetchall())
        return [
            number for number in self.numbers
            if listening.get(f"odoo-{self._running[number].process.pid}", 0) < CRON_THREADS
        ]  # fmt: skip

    def backend(self) -> int:
        """Return the process id of a backend that serves one of the servers."""
        with connected() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY state_change DESC LIMIT 1",
                [self._scene.database],
            )
            found = cursor.fetchone()
        if not found:
            raise Trouble("Nobody is connected to the database.")
        return found[0]

    def _shard_locks(self) -> list[tuple[int, int]]:
        """Return who holds a shard's lock: process id of the Odoo and the lock's number."""
        with connected(self._scene.database) as cursor:
            cursor.execute(
                """
                SELECT substring(application_name FROM '^odoo-([0-9]+)$')::integer, objid::bigint
                  FROM pg_locks JOIN pg_stat_activity USING (pid)
                 WHERE locktype = 'advisory' AND granted AND classid = %s AND objid <> %s
                """,
                [NAMESPACE, SORT],
            )
            return cursor.fetchall()

    # === UPGRADING === #

    def upgrade(self) -> int:
        """Upgrade the addon by a third Odoo process; return how many tries it took.

        :raise Trouble: when it failed each time
        """
        for attempt in Retrying(
            retry=retry_if_exception_type(Trouble), stop=stop_after_attempt(UPGRADES), wait=wait_fixed(1), reraise=True
        ):
            with attempt:
                self._upgrade()
        return attempt.retry_state.attempt_number

    def _upgrade(self) -> None:
        machine, log = self._scene.machine, self._log(f"upgrade-{len(self._scene.logs)}")
        options = ["-d", self._scene.database, "-u", clone.ADDON, "--stop-after-init", "--no-http", *TALKATIVE]
        followed(
            [*odoo.command(machine), "-c", odoo.configure(machine), *options],
            lambda text: None,
            failure=f"Odoo could not upgrade {clone.ADDON}, its log is {log}",
            log=log,
            env=odoo.pythonpath(machine),
        )

    def _log(self, name: str) -> Path:
        log = clone.LOGS / f"chaos-{name}.log"
        self._scene.logs.append(log)
        return log


def crash(pid: int) -> None:
    """Kill a backend of PostgreSQL, which then ends all others and recovers; wait until it lets somebody in again.

    :raise Trouble: when nothing came of it
    """
    with suppress(psycopg2.Error), connected() as cursor:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        # It takes it a moment to notice, and it goes on as before until then: this session ends with all others.
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_sleep(0.05)")
        raise Trouble(f"PostgreSQL did not notice within {PATIENCE} seconds that one of its processes was killed.")
    for attempt in Retrying(
        retry=retry_if_exception_type(psycopg2.OperationalError), stop=stop_after_delay(RECOVERY), wait=wait_fixed(0.1),
        reraise=True,
    ):  # fmt: skip
        with attempt, connected() as cursor:
            cursor.execute("SELECT 1")
