# SPDX-License-Identifier: LGPL-3.0-or-later
"""Remove what running this clone left: its databases and its run state. The cache, which clones share, stays."""

import shutil

from dev import clone, provision, say


def main() -> None:
    """Drop this clone's databases, then the PostgreSQL servers of its own and its folder .run."""
    machine = provision.ready("dev.clean")
    from dev import database, ground, postgres  # only importable inside the environment

    with postgres.running(machine):
        for name in database.ours():
            say.line(f"Dropping {name}")
            database.drop(name)
    for name in (ground.CHAOS, ground.SCALE, ground.KILLED):
        for folder in machine.cache.glob(f"{name}*"):
            shutil.rmtree(folder)
    shutil.rmtree(clone.RUN)
    say.line("Clean. What was downloaded stays for other clones: " + str(machine.cache))


if __name__ == "__main__":
    say.command(main)
