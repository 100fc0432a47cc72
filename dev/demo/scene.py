# SPDX-License-Identifier: LGPL-3.0-or-later
"""The demo's stage: a database, four stand-in marketplaces, Odoo, and a user who is signed in."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from dev import cache, clone, database, odoo, postgres, sandboxes, say, server
from dev.demo import stalls
from dev.demo.stalls import Stall
from dev.provision import Machine
from dev.rpc import Client
from dev.server import Server


@dataclass(frozen=True)
class Scene:
    """What is running."""

    odoo: Server
    client: Client
    stalls: list[Stall]
    database: str


@contextmanager
def opened(machine: Machine, purpose: str = "demo") -> Iterator[Scene]:
    """Set everything up, and take it down at the end; the accounts are still to be connected.

    :param purpose: names the database, which is made afresh
    """
    with cache.lock(clone.RUN / f"{purpose}.lock"), postgres.running(machine), ExitStack() as stack:
        # They start while the database is made.
        shops = [stack.enter_context(sandboxes.running(machine, name)) for name in stalls.STALLS]
        name = clone.database(purpose)
        say.line(f"Database: a fresh copy of Odoo's demo data, installing {clone.ADDON}")
        database.fresh(machine, name)
        odoo.install_cleanly(machine, name)
        for shop in shops:
            say.line(f"Sandbox {stalls.STALLS[shop.sandbox].name}: {shop.url}")
        say.line("Odoo: starting, with two threads for scheduled actions")
        serving = stack.enter_context(server.serving(machine, name))
        client = stack.enter_context(closing(Client(serving.url, name)))
        yield Scene(serving, client, [stalls.STALLS[shop.sandbox](shop, client) for shop in shops], name)
