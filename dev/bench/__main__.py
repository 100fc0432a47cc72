# SPDX-License-Identifier: LGPL-3.0-or-later
"""Measure, merge into bench.json, and say which goals are met.

    make bench                             everything
    make bench ARGS="latency marking"      some of it
    python3 -m dev.bench --table           what was measured last, as a table in Markdown

Every group of figures has a process of its own, so that none finds the memory or the caches of another. PostgreSQL
runs with fsync on; every stand-in marketplace is a process of its own, on the same machine.
"""

import sys

from dev import clone, provision, say
from dev.bench.groups import GROUPS
from dev.say import Trouble


def main() -> int:
    """Run the groups asked for."""
    asked = sys.argv[1:]
    if asked == ["--table"]:
        from dev.bench import figures

        say.line(figures.table())
        return 0
    if unknown := set(asked) - set(GROUPS):
        raise Trouble(f"There is no bench {', '.join(sorted(unknown))}: there are {', '.join(GROUPS)} and --table.")
    machine = provision.ready("dev.bench")
    from dev import cache, odoo, postgres  # only importable inside the environment
    from dev.bench import figures, inside

    groups = [name for name in GROUPS if not asked or name in asked]
    odoo.configure(machine)
    with cache.lock(clone.RUN / "bench.lock"), postgres.running(machine):
        for name in groups:
            say.line(f"{name}: {GROUPS[name]}")
            inside.child(machine, name)
    missed = figures.missed()
    say.line("\n" + figures.table() + "\n")
    say.line(f"Missed: {', '.join(missed)}" if missed else "All goals are met.")
    return 0  # a goal missed is news, not an error: how fast a machine is depends on the machine


if __name__ == "__main__":
    say.command(main)
