# SPDX-License-Identifier: LGPL-3.0-or-later
"""Do the same work with OCA's shopify_connector and with this addon, and write docs/benchmarks.md.

    make bench-peer                                                 everything, on 1,000 and on 10,000 products
    make bench-peer ARGS="quants lost --products 200 --rounds 1"    a part of it, to try it; the page stays as it is
    python3 -m dev.peer --page                                      the page again, from what was measured last
"""

import argparse
import json
import sys

from dev import clone, provision, say
from dev.parts import read_options
from dev.peer import PARTS

PRODUCTS = [1_000, 10_000]
ROUNDS = 3


def main() -> int:
    """Measure the parts asked for."""
    options = _options(sys.argv[1:])
    machine = provision.ready("dev.peer")
    from dev import cache, odoo, postgres  # only importable inside the environment
    from dev.bench import inside
    from dev.peer import goods, install, page, results, summary

    machine = install.beside(machine)
    with cache.lock(clone.RUN / "bench.lock"), postgres.running(machine):
        if not options.page:
            if not options.parts:
                results.forget()
            goods.certify()
            odoo.configure(machine)
            try:
                goods.prepare(machine)
                asked = {"parts": options.parts or PARTS, "products": options.products, "rounds": options.rounds}
                inside.child(machine, "dev.peer.measure", json.dumps(asked))
            finally:
                if not options.keep:
                    goods.remove()
            results.keep_about(machine, options.rounds)
        if options.page or not options.parts and options.products == PRODUCTS:
            summary.note(page.write())
            say.line(f"Saved in {page.FILE.relative_to(clone.ROOT)}.")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-peer")
    parser.add_argument("--products", type=int, nargs="+", default=PRODUCTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--page", action="store_true", help="measure nothing")
    return read_options(parser, PARTS, arguments)


if __name__ == "__main__":
    say.command(main)
