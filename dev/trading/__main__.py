# SPDX-License-Identifier: LGPL-3.0-or-later
"""Simulate a day of trade with each policy, side by side, and say what each sold that was not there.

make trading-day
make trading-day ARGS="--seed 7 --delay 0-900 --policies respect,10min"
"""

import argparse
import json
import sys
import time

from dev import clone, provision, run, say
from dev.say import Trouble
from dev.trading.day import VISITS
from dev.trading.policies import POLICIES, chosen

SIDE_BY_SIDE = 2
FIGURES = (
    ("trading.oversold_units", "respect", "oversold"),
    ("trading.oversold_units_10min", "10min", "oversold"),
    ("trading.in_flight_units", "respect", "in_flight"),
    ("trading.unavoidable_units", "respect", "unavoidable"),
    ("trading.unavoidable_units.shares", "shares", "unavoidable"),
)


def main() -> int:
    """Spend the day with each policy."""
    options = _options(sys.argv[1:])
    policies = chosen(options.pop("policies"))
    machine = provision.ready("dev.trading")
    from dev import cache, odoo, postgres  # only importable inside the environment
    from dev.trading import child, plot, table

    odoo.configure(machine)
    low, high = options["delay"]
    say.line(f"Seed {options['seed']}: {options['visits']} buyers, Odoo hears of orders after {low:g} to {high:g} s")
    with cache.lock(clone.RUN / "trading.lock"), postgres.running(machine):
        say.line("  making the database every policy begins with")
        _all(machine, [child.READY], options)
        _all(machine, policies, options)
    results = {policy: json.loads(child.result(policy).read_text()) for policy in policies}
    say.line("\n" + "\n".join(table.rows(results)) + "\n")
    if options["stories"]:
        say.line("\n\n".join(f"{policy}: {story}" for policy, row in results.items() for story in row["stories"]))
    if policies == list(POLICIES):
        table.write(results, options)
        plot.draw(results, options["seed"])
        say.line(f"Saved in {table.FILE.relative_to(clone.ROOT)} and {plot.FILE.relative_to(clone.ROOT)}.")
        _note(results)
    return 0


def _note(results: dict[str, dict]) -> None:
    """Keep the figures."""
    from dev.bench import figures

    for name, policy, kind in FIGURES:
        figures.note(name, [results[policy]["units"][kind]])


def _options(arguments: list[str]) -> dict:
    parser = argparse.ArgumentParser(prog="make trading-day")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--delay", type=_span, default="0-900", help="seconds an order takes to reach Odoo, from-to")
    parser.add_argument("--policies", default="")
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--reconcile", type=int, default=0, help="minutes between comparisons of all numbers; 0: none")
    parser.add_argument("--stories", action="store_true", help="tell of each piece that was not there how it came")
    return vars(parser.parse_args(arguments))


def _span(text: str) -> tuple[float, float]:
    """Return what `from-to` says, in seconds."""
    low, _dash, high = text.partition("-")
    span = float(low), float(high or low)
    if not 0 <= span[0] <= span[1]:
        raise argparse.ArgumentTypeError(f"{text} is not from-to")
    return span


def _all(machine, policies: list[str], options: dict) -> None:
    """Run a child for each, some side by side."""
    from dev.trading import child

    waiting, running = list(policies), {}
    try:
        while waiting or running:
            while waiting and len(running) < SIDE_BY_SIDE:
                policy = waiting.pop(0)
                if policy != child.READY:
                    say.line(f"  spending the day with: {POLICIES[policy].title}")
                running[policy] = child.start(machine, policy, options)
            policy = next((policy for policy in running if running[policy].poll() is not None), None)
            if policy is None:
                time.sleep(0.2)
            elif running.pop(policy).returncode:
                raise Trouble(f"The day with {policy} did not come to its end: Odoo's log is {child.log(policy)}.")
    finally:
        for process in running.values():
            run.stop(process)


if __name__ == "__main__":
    say.command(main)
