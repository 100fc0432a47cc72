# SPDX-License-Identifier: LGPL-3.0-or-later
"""Databases: templates with Odoo's demo data, each built once a machine, and this clone's copies of them."""

import hashlib
import os
import shutil
from pathlib import Path

import psycopg2
from psycopg2 import sql

from dev import cache, clone, odoo, say
from dev.postgres import connected
from dev.provision import Machine

MODULES = "stock,mrp,product_expiry"


def template(machine: Machine, modules: str = MODULES) -> str:
    """Return the name of the template database with these modules, built first when there is none for this Odoo."""
    home = _template_home(machine, modules)
    name = home.name
    with cache.lock(machine.cache / "lock"):
        if not (home.exists() and _exists(name)):
            say.line(f"Template database: {modules} with demo data in Odoo {machine.odoo.version} (a minute)")
            drop(name)
            _build_template(machine, home, modules)
    return name


def filestore(machine: Machine, modules: str = MODULES) -> Path:
    """Return the folder of the template's attachments; a copy of the database wants a copy of it."""
    home = _template_home(machine, modules)
    return home / "filestore" / _building(home.name)


def fresh(machine: Machine, name: str, modules: str = MODULES) -> str:
    """Make a database from the template, attachments included, in place of an older one of that name."""
    origin = template(machine, modules)
    drop(name)
    with connected() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(origin)))
    attachments = filestore(machine, modules)
    if attachments.exists():
        shutil.copytree(attachments, clone.DATA / "filestore" / name)
    return name


def drop(name: str) -> None:
    """Remove a database of ours and its attachments, if they are there."""
    with connected() as cursor:
        try:
            cursor.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(name)))
        except psycopg2.errors.InvalidCatalogName:
            pass
        else:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    shutil.rmtree(clone.DATA / "filestore" / name, ignore_errors=True)


def ours() -> list[str]:
    """Return the databases of this clone."""
    with connected() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [clone.database("")])
        return [name for (name,) in cursor.fetchall()]


def _template_home(machine: Machine, modules: str) -> Path:
    """Return the template's folder, named as the database: by Odoo's version, and by all it was built from and in."""
    server = [os.environ.get(name) for name in ("PGHOST", "PGPORT")]
    origin = hashlib.sha256(f"{machine.cache} {machine.odoo.source} {modules} {server}".encode()).hexdigest()[:8]
    return machine.cache / "templates" / f"msync_template_{machine.odoo.version}_{origin}"


def _building(name: str) -> str:
    return f"{name}_building"


def _build_template(machine: Machine, home: Path, modules: str) -> None:
    """Build it under another name; the name copies are made from appears last, and only when all went well."""
    building = _building(home.name)
    drop(building)
    with cache.built(home) as data:
        odoo.install(machine, building, modules, data=data)
    with connected() as cursor:
        names = {"old": sql.Identifier(building), "new": sql.Identifier(home.name)}
        cursor.execute(sql.SQL("ALTER DATABASE {old} RENAME TO {new}").format(**names))
        # Nobody may stay connected to it, or copying would fail.
        cursor.execute(sql.SQL("ALTER DATABASE {new} ALLOW_CONNECTIONS false").format(**names))


def _exists(name: str) -> bool:
    with connected() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cursor.fetchone())
