# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the chaos happened to: all that a judge needs to look at when it is over."""

from dataclasses import dataclass, field
from pathlib import Path

from dev.provision import Machine
from dev.sandboxes import Shop


@dataclass
class Scene:
    """One run of the chaos. While it lasts, the PG* variables name its own PostgreSQL.

    :param machine: what provisioning found
    :param database: the one two Odoo servers serve
    :param shops: running, by the name of their sandbox
    :param accounts: ids of marketplace.config, by the name of their sandbox
    :param logs: of every incarnation of a server, of upgrades and of writers, in the order they were begun
    :param secrets: texts that may stand in no log
    :param writers: what each writer did in `database`, JSON lines as `dev.chaos.diary` describes them
    :param writers_without: what the same writers did in a database without the addon
    :param late: whether shops took numbers after they were given up
    """

    machine: Machine
    database: str
    shops: dict[str, Shop] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    logs: list[Path] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    writers: list[Path] = field(default_factory=list)
    writers_without: list[Path] = field(default_factory=list)
    late: bool = False
