# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compare a database of 1,000,000 products with one of 10,000, and send 10,000,000 marks through the dirty table.

    make bench-scale                                            everything
    make bench-scale ARGS="--products 100000 --marks 1000000"   a smaller one, to try it
    make bench-scale ARGS="--keep marking sorting"              some of it; the databases stay for the next run

The parts: marking, sorting, draining, screens, garbage, plans, bloat. `make clean` removes databases that were kept.
"""

import argparse
import sys

from dev import clone, provision, say
from dev.parts import read_options

COMPARING = ("marking", "sorting", "draining", "screens", "garbage", "plans")  # a large database with a small one
PARTS = (*COMPARING, "bloat")


def main() -> int:
    """Run the parts asked for."""
    options = _options(sys.argv[1:])
    machine = provision.ready("dev.scale")
    from dev import cache, ground, odoo  # only importable inside the environment
    from dev.bench import figures, inside
    from dev.scale import goods

    parts = [part for part in PARTS if not options.parts or part in options.parts]
    odoo.configure(machine)
    with (
        cache.lock(clone.RUN / "bench.lock"),
        ground.running(machine, ground.SCALE, keep=options.keep, shared_buffers=_a_quarter()) as own,
    ):
        names = []
        sizes = [goods.SMALL] + [options.products] * (parts != ["bloat"])
        for size in sizes:
            names.append(clone.database(f"scale_{size}"))
            goods.have(machine, own, names[-1], size)
        for part in parts:
            say.line(f"{part}:")
            given = [str(options.marks)] if part == "bloat" else names[1:]
            inside.child(machine, f"dev.scale.{part}", names[0], *given)
    missed = [name for name in figures.missed() if name.startswith("scale.")]
    say.line(f"Missed: {', '.join(missed)}" if missed else "All goals of scale.* are met.")
    return 0  # a goal missed is news, not an error; a plan that reads all of a large table is one


def _a_quarter() -> str:
    """Return a quarter of the machine's memory, as PostgreSQL's manual advises for its shared buffers.

    https://www.postgresql.org/docs/current/runtime-config-resource.html
    """
    import psutil  # only importable inside the environment

    return f"{psutil.virtual_memory().total // 4 // 1024**2}MB"


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-scale")
    parser.add_argument("--products", type=int, default=1_000_000, help="in the large database")
    parser.add_argument("--marks", type=int, default=10_000_000, help="sent through the dirty table")
    return read_options(parser, PARTS, arguments)


if __name__ == "__main__":
    say.command(main)
