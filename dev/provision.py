# SPDX-License-Identifier: LGPL-3.0-or-later
"""Make this machine able to run the project: Odoo, Python packages, PostgreSQL, Shopify's schemas.

    python3 -m dev.provision

Everything lands in one cache outside the clone (`dev/cache.py` says where), so that a second clone downloads nothing.
Run it as often as you like, as root or not. What you already have is used instead when these name it:

- ODOO_SOURCE: an Odoo 19, a git checkout or a folder that holds `odoo/`;
- PGHOST, PGPORT, PGUSER, PGPASSWORD: a PostgreSQL, with a role that may create databases;
- MARKETPLACE_SYNC_SPECS: a folder that holds `shopify/admin_2026-10.json.gz` and `admin_2026-07.json.gz`;
- MARKETPLACE_SYNC_CACHE: another place for the cache.
"""

from dataclasses import dataclass
from pathlib import Path

from dev import cache, clone, odoo_source, say, specs, venv
from dev.odoo_source import Odoo


@dataclass(frozen=True)
class Machine:
    """What provisioning found or made."""

    cache: Path
    python: Path
    odoo: Odoo
    specs: Path | None


def ready(module: str) -> Machine:
    """Provision, then go on in the project's own Python environment with the command `module`."""
    work = cache.prepare()
    with cache.lock(work / "lock"):
        python = venv.ready(work)
    venv.enter(python, module)
    with cache.lock(work / "lock"):
        machine = Machine(work, python, odoo_source.ready(work), specs.ready(work))
    clone.prepare()
    return machine


def main() -> None:
    """Provision everything, the template database included."""
    machine = ready("dev.provision")
    from dev import database, postgres  # only importable inside the environment

    with postgres.running(machine):
        database.template(machine)
    say.line(f"Ready: Odoo {machine.odoo.version} in {machine.odoo.source}, cache {machine.cache}")


if __name__ == "__main__":
    say.command(main)
