# SPDX-License-Identifier: LGPL-3.0-or-later
"""An Odoo server as a child process, for the demo, the benchmarks and the screenshots."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from dev import clone, odoo
from dev.provision import Machine
from dev.run import stop
from dev.say import Trouble

HOST = "127.0.0.1"
USUAL_PORT = 8069
START_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    url: str
    database: str
    log: Path
    process: subprocess.Popen


@contextmanager
def serving(machine: Machine, database: str, *, port: int | None = None, cron_threads: int = 2) -> Iterator[Server]:
    """Serve a database in threads, scheduled actions included, while the block runs.

    On port 8069, or a free one when that is taken; a `port` asked for by number is used or refused.
    """
    server = start(machine, database, port=free_port(port), cron_threads=cron_threads)
    try:
        wait_until_it_answers(server)
        yield server
    finally:
        stop(server.process)


def start(
    machine: Machine, database: str, *, port: int, cron_threads: int = 2, log: Path | None = None, options=()
) -> Server:
    """Start a server, which does not answer yet; the caller stops it.

    :param port: a free one
    :param log: its log file, emptied first
    :param options: more of Odoo's command line
    """
    log = log or clone.LOGS / f"server-{database}.log"
    log.unlink(missing_ok=True)
    usual = ["-d", database, "--db-filter", f"^{database}$", "--no-database-list", "--workers", "0"]
    usual += ["--http-port", str(port), "--max-cron-threads", str(cron_threads), "--logfile", str(log)]
    process = subprocess.Popen(
        [*odoo.command(machine), "-c", str(odoo.configure(machine)), *usual, *options],
        env=odoo.pythonpath(machine),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches us alone; we then stop it in order
    )
    return Server(f"http://{HOST}:{port}", database, log, process)


def wait_until_it_answers(server: Server) -> None:
    """Wait for a server that was started."""
    waiting = Retrying(
        retry=retry_if_exception_type(requests.RequestException),
        stop=stop_after_delay(START_SECONDS),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    try:
        waiting(_answers, server)
    except requests.RequestException as error:
        raise Trouble(f"Odoo did not answer within {START_SECONDS} seconds: its log is {server.log}.") from error


def free_port(wanted: int | None = None) -> int:
    """Return the port to serve on: the one wanted or none, else the usual one or any."""
    try:
        with create_server((HOST, wanted or USUAL_PORT)):
            return wanted or USUAL_PORT
    except OSError as error:
        if wanted:
            raise Trouble(f"Port {wanted} is taken: stop what listens there, or ask for another.") from error
    return any_port()


def any_port() -> int:
    """Return a port nobody listens at."""
    with create_server((HOST, 0)) as free:
        return free.getsockname()[1]


def _answers(server: Server) -> None:
    if server.process.poll() is not None:
        raise Trouble(f"Odoo stopped while it was starting: its log is {server.log}.")
    requests.get(f"{server.url}/web/health", timeout=10).raise_for_status()
