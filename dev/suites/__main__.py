# SPDX-License-Identifier: LGPL-3.0-or-later
"""Run Odoo's own tests with the addon and without it; fail on any that passes only without it.

    make test-odoo                     stock, sale_stock, stock_account, purchase_stock and mrp
    make test-odoo ARGS="stock mrp"    some of them
    make test-odoo ARGS=--part         what continuous integration has time for: moves, quants, reservation
    make test-odoo ARGS=--renew        and run the side without the addon again, whose outcomes are kept else

Both sides are copies of one database with Odoo's demo data, and are run alike, at once when both have to be run. A test
that fails with the addon only is run again with its whole suite, twice at most: one that then passes is called flaky.
Tours need a Chromium, and are skipped on both sides where there is none.
"""

import argparse
import sys
import time

from dev import clone, provision, say


def main() -> int:
    """Run both sides and say what the addon breaks."""
    options = _options(sys.argv[1:])
    machine = provision.ready("dev.suites")
    from dev import cache, database, odoo, postgres  # only importable inside the environment
    from dev.suites import compare, plan, report
    from dev.suites.sides import Side

    suites = plan.part(database.MODULES) if options.part else plan.full(options.suites)
    sides = Side(machine, addon=False), Side(machine, addon=True)
    started = time.monotonic()
    odoo.configure(machine)
    with cache.lock(clone.RUN / "suites.lock"), postgres.running(machine):
        try:
            without, with_addon = compare.both(*sides, suites, renew=options.renew)
            broken, flaky = compare.sifted(sides[1], suites, without, with_addon)
        finally:
            for side in sides:
                database.drop(side.database)
    say.line("\n" + report.text(without, with_addon, broken, flaky))
    status, verdict = report.verdict(without, with_addon, broken)
    say.line(f"\n{verdict} ({time.monotonic() - started:.0f} s)")
    return status


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make test-odoo")
    parser.add_argument("suites", nargs="*", help="all five when none is named")
    parser.add_argument("--part", action="store_true", help="what continuous integration has time for")
    parser.add_argument("--renew", action="store_true", help="run the side without the addon although it is known")
    options = parser.parse_args(arguments)
    if options.part and options.suites:
        parser.error("--part has suites of its own")
    return options


if __name__ == "__main__":
    say.command(main)
