# SPDX-License-Identifier: LGPL-3.0-or-later
"""Have everything go wrong at once, let it settle, and judge what the shops show.

    make chaos                               two minutes, with any seed
    make chaos MINUTES=30 ARGS="--seed 7"    a long one, with a known seed
    make chaos ARGS=--late                   shops that take numbers long after they were given up
    python3 -m dev.chaos --short             about two minutes altogether: what `make test` runs

Two Odoo servers with two threads for scheduled actions each serve one database. Four stand-in marketplaces spoil one
answer in eight. Writers, processes of their own, receive, deliver, count, reserve and cancel. Meanwhile servers and
writers are killed, PostgreSQL is restarted, and whatever else `dev.chaos.troubles` has. In the end all writers are
killed right after a commit, and the addon has to find by itself what they did. The exit status is 1 when something that
has to hold did not. The seed decides what happens in which order; how the processes meet is decided by the machine.

With `--late` a shop that cannot compare before it sets may show an older number for a minute: that is excused while it
lasts, for the shops whose requests it happens to, and only then; in the end every number has to be right. Shopify
compares, and is not excused. No figures are kept of such a run.
"""

import argparse
import os
import sys
import time
from contextlib import ExitStack
from random import Random

from dev import clone, provision, say

# Seconds: at work without the addon, of a shop's outage, of calm with the writers still at work, to settle at the most,
# between two troubles.
SHORT = {"without": 12, "outage": 6, "calm": 6, "settle": 180, "pause": (0.2, 2)}
LONG = {"without": 40, "outage": 20, "calm": 20, "settle": 420, "pause": (0.5, 6)}
SHORT_SECONDS, MINUTES = 45, 2
FIGURES = {"chaos.lost": "lost", "chaos.inverted": "inverted", "chaos.marking_failures": "marking"}
MINUTES_OF_FIGURES = 30


def main() -> int:
    """Run the chaos."""
    options = _options(sys.argv[1:])
    machine = provision.ready("dev.chaos")
    sys.path.append(str(machine.odoo.source))  # this process judges with Odoo's own methods
    from dev import cache, ground, odoo  # only importable inside the environment

    say.line(f"Seed {options.seed}: {options.seconds:g} seconds of chaos")
    began = time.monotonic()
    odoo.configure(machine)
    with cache.lock(clone.RUN / "chaos.lock"), ground.running(machine, ground.CHAOS) as own, ExitStack() as stack:
        breaches = _run(machine, own, options, stack)
    _tell(breaches, options)
    say.line(f"{time.monotonic() - began:.0f} s altogether, seed {options.seed}")
    return int(bool(breaches))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, default=Random().randrange(1_000_000))
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("MINUTES") or MINUTES))
    parser.add_argument("--short", action="store_true", help="45 seconds, with shorter outages and no upgrade; numbers "
                        "whose answer was lost are not looked at once more")  # fmt: skip
    parser.add_argument("--late", action="store_true", help="shops take some numbers after they were given up")
    options = parser.parse_args(arguments)
    if options.short and options.late:
        parser.error("--late wants a whole run: numbers that come late are put right a minute later")
    options.seconds = SHORT_SECONDS if options.short else 60 * options.minutes
    options.spans = SHORT if options.short else LONG
    return options


def _run(machine, own, options, stack: ExitStack) -> list:
    """Set everything up, play, settle and judge; return the breaches."""
    from dev.chaos import goods, judge, play, stage, troubles
    from dev.chaos.crew import WRITERS, Crew
    from dev.chaos.servers import Servers
    from dev.chaos.weather import Weather

    spans, random = options.spans, Random(options.seed)
    stage.load_odoo()
    scene = stage.set_up(machine, own, options.seed, spans["without"], stack)
    scene.late = options.late
    servers, agenda = Servers(scene), play.Agenda()
    weather = Weather(scene.shops, silent=not options.short, late=options.late)
    crew = Crew(scene, scene.database, options.seed, scene.writers)
    happening = troubles.Troubles(own, scene, servers, crew, weather, random, spans["outage"], agenda.later)
    stack.callback(happening.finish)
    stack.callback(servers.stop)
    servers.start(*servers.numbers)
    servers.wait()
    happening.prepare_crons()
    weather.begin()
    with crew.working():
        say.line(f"Chaos: {WRITERS} writers, 2 Odoo servers, {len(scene.shops)} shops")
        musts = troubles.SHORT if options.short else troubles.ALL
        play.play(happening, agenda, random, musts, options.seconds, spans["pause"])
        agenda.finish()
        weather.clear()
        servers.wait()
        happening.mend_crons()
        say.line("Calm: all faults are over, the writers go on for a moment")
        time.sleep(spans["calm"])
        crew.kill_after_commit(*range(WRITERS))
    say.line("Settling: all writers were killed right after a commit; nothing is pressed")
    happening.finish()
    if options.short:
        happening.let_a_minute_pass()
    took = play.settle(scene, servers, spans["settle"], doubts=not options.short)
    say.line(f"  something waits still after {spans['settle']} s" if took is None else f"  nothing waits: {took:.0f} s")
    stage.disconnect()
    if number := play.for_tomorrow(scene.database):
        say.line(f"  {number} listings wait for tomorrow: their marketplace takes no more changes of them today")
    scene.secrets = sorted(goods.secrets(scene.database) | set(scene.secrets))
    say.line("Judging")
    breaches = judge.judged(scene)
    stage.disconnect()
    _tell_collisions(judge.marking_shares(scene))
    return breaches


def _tell_collisions(shares) -> None:
    """Say how many transactions PostgreSQL refused because others were at work."""
    with_addon, without = shares
    say.line(f"  serialization failures with the addon, in the chaos: {with_addon}")
    say.line(f"  serialization failures without it, in peace: {without}")


def _tell(breaches: list, options) -> None:
    """Say what did not hold, each with its story, and keep the figures of a long run."""
    from dev.bench import figures

    for breach in breaches:
        say.line(f"\nBROKEN ({breach.check}): {breach.about}\n{breach.story}")
    say.line(f"\n{len(breaches)} breaches." if breaches else "Everything held.")
    if options.seconds >= 60 * MINUTES_OF_FIGURES and not options.late:
        for figure, check in FIGURES.items():
            figures.note(figure, [sum(breach.check == check for breach in breaches)])


if __name__ == "__main__":
    say.command(main)
