# SPDX-License-Identifier: LGPL-3.0-or-later
"""Have everything go wrong at once, let it settle, and judge what the shops show.

    make chaos                               two minutes, with any seed
    make chaos MINUTES=30 ARGS="--seed 7"    a long one, with a known seed
    python3 -m dev.chaos --short             about a minute: what `make test` runs

Two Odoo servers with two threads for scheduled actions each serve one database. Four stand-in marketplaces spoil one
answer in eight. Writers, processes of their own, receive, deliver, count, reserve and cancel. Meanwhile servers are
killed, PostgreSQL is restarted, and whatever else `dev.chaos.troubles` has. The exit status is 1 when something that
has to hold did not. The seed decides what happens in which order; how the processes meet is decided by the machine.
"""

import argparse
import os
import sys
import time
from contextlib import ExitStack
from random import Random

from dev import clone, provision, say

# Seconds: at work without the addon, of a shop's outage, of calm with the writers still at work, to settle, between
# two troubles.
SHORT = {"without": 12, "outage": 6, "calm": 6, "settle": 40, "pause": (0.2, 2)}
LONG = {"without": 40, "outage": 20, "calm": 20, "settle": 180, "pause": (0.5, 6)}
SHORT_SECONDS, MINUTES = 45, 2
FIGURES = {"chaos.lost": "lost", "chaos.inverted": "inverted", "chaos.marking_failures": "marking"}
MINUTES_OF_FIGURES = 30


def main() -> int:
    """Run the chaos."""
    options = _options(sys.argv[1:])
    machine = provision.ready("dev.chaos")
    sys.path.append(str(machine.odoo.source))  # this process judges with Odoo's own methods
    from dev import cache, odoo  # only importable inside the environment
    from dev.chaos import ground

    say.line(f"Seed {options.seed}: {options.seconds:g} seconds of chaos")
    began = time.monotonic()
    odoo.configure(machine)
    with cache.lock(clone.RUN / "chaos.lock"), ground.running(machine) as own, ExitStack() as stack:
        breaches = _run(machine, own, options, stack)
    _tell(breaches, options)
    say.line(f"{time.monotonic() - began:.0f} s altogether, seed {options.seed}")
    return int(bool(breaches))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, default=Random().randrange(1_000_000))
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("MINUTES") or MINUTES))
    parser.add_argument("--short", action="store_true", help="about a minute, with shorter outages and no upgrade")
    options = parser.parse_args(arguments)
    options.seconds = SHORT_SECONDS if options.short else 60 * options.minutes
    options.spans = SHORT if options.short else LONG
    return options


def _run(machine, own, options, stack: ExitStack) -> list:
    """Set everything up, play, settle and judge; return the breaches."""
    from dev.chaos import goods, judge, play, stage, troubles
    from dev.chaos.servers import Servers
    from dev.chaos.weather import Weather

    spans, random = options.spans, Random(options.seed)
    stage.load_odoo()
    scene = stage.set_up(machine, own, options.seed, spans["without"], stack)
    servers, agenda, weather = Servers(scene), play.Agenda(), Weather(scene.shops, late=not options.short)
    stack.callback(servers.stop)
    happening = troubles.Troubles(own, scene, servers, weather, random, spans["outage"], agenda.later)
    servers.start(*servers.numbers)
    servers.wait()
    happening.prepare_crons()
    weather.begin()
    with stage.writers(scene, options.seed, scene.database, scene.writers):
        say.line(f"Chaos: {stage.WRITERS} writers, 2 Odoo servers, {len(scene.shops)} shops")
        musts = troubles.SHORT if options.short else troubles.ALL
        play.play(happening, agenda, random, musts, options.seconds, spans["pause"])
        agenda.finish()
        weather.clear()
        servers.wait()
        happening.mend_crons()
        say.line("Calm: all faults are over, the writers go on for a moment")
        time.sleep(spans["calm"])
    say.line("Settling: the writers have stopped, nothing is pressed")
    took = play.settle(scene, servers, spans["settle"])
    happening.finish()
    say.line(f"  something waits still after {spans['settle']} s" if took is None else f"  nothing waits: {took:.0f} s")
    stage.disconnect()
    scene.secrets = sorted(goods.secrets(scene.database) | set(scene.secrets))
    say.line("Judging")
    breaches = judge.judged(scene)
    ours, theirs = judge.marking_shares(scene)
    say.line(f"  serialization failures: {ours}; without the addon {theirs}")
    stage.disconnect()
    return breaches


def _tell(breaches: list, options) -> None:
    """Say what did not hold, each with its story, and keep the figures of a long run."""
    from dev.bench import figures

    for breach in breaches:
        say.line(f"\nBROKEN ({breach.check}): {breach.about}\n{breach.story}")
    say.line(f"\n{len(breaches)} breaches." if breaches else "Everything held.")
    if options.seconds >= 60 * MINUTES_OF_FIGURES:
        for figure, check in FIGURES.items():
            figures.note(figure, [sum(breach.check == check for breach in breaches)])


if __name__ == "__main__":
    say.command(main)
