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
    port = _free_port(port)
    url = f"http://{HOST}:{port}"
    log = clone.LOGS / f"server-{database}.log"
    log.unlink(missing_ok=True)
    options = ["-d", database, "--db-filter", f"^{database}$", "--no-database-list", "--workers", "0"]
    options += ["--http-port", str(port), "--max-cron-threads", str(cron_threads), "--logfile", str(log)]
    process = subprocess.Popen(
        [*odoo.command(machine), "-c", str(odoo.configure(machine)), *options],
        env=odoo.pythonpath(machine),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches us alone; we then stop it in order
    )
    try:
        _wait_until_it_answers(url, process, log)
        yield Server(url, database, log, process)
    finally:
        stop(process)


def _free_port(wanted: int | None) -> int:
    """Return the port to serve on."""
    try:
        with create_server((HOST, wanted or USUAL_PORT)):
            return wanted or USUAL_PORT
    except OSError as error:
        if wanted:
            raise Trouble(f"Port {wanted} is taken: stop what listens there, or ask for another.") from error
    with create_server((HOST, 0)) as free:
        return free.getsockname()[1]


def _wait_until_it_answers(url: str, process: subprocess.Popen, log: Path) -> None:
    waiting = Retrying(
        retry=retry_if_exception_type(requests.RequestException),
        stop=stop_after_delay(START_SECONDS),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    try:
        waiting(_answers, url, process, log)
    except requests.RequestException as error:
        raise Trouble(f"Odoo did not answer within {START_SECONDS} seconds: its log is {log}.") from error


def _answers(url: str, process: subprocess.Popen, log: Path) -> None:
    if process.poll() is not None:
        raise Trouble(f"Odoo stopped while it was starting: its log is {log}.")
    requests.get(f"{url}/web/health", timeout=10).raise_for_status()
