# SPDX-License-Identifier: LGPL-3.0-or-later
"""Remove one protective line at a time from a copy of the clone, and see that a test fails for each.

    make mutate                         all of `dev/mutation/table.py`
    make mutate ARGS="lock state"       those whose name has one of these words
    python3 -m dev.mutation --list      what there is

The tests are first run as the code is: a test that fails anyway proves nothing. What no test notices has SURVIVED, and
the command fails. The clone itself is never changed; the tests in Odoo share one database.
"""

import argparse
import sys
import time

from dev import cache, clone, provision, say
from dev.mutation.table import MUTATIONS, Mutation
from dev.say import Trouble

WIDTH = max(len(mutation.name) for mutation in MUTATIONS)


def main() -> int:
    """Try each mutation asked for; return 1 when one survives, or cannot be tried any more."""
    chosen, listed = _arguments()
    if listed:
        for mutation in chosen:
            say.line(f"{mutation.name:{WIDTH}}  {mutation.file}")
        return 0
    machine = provision.ready("dev.mutation")
    from dev import postgres  # only importable inside the environment
    from dev.mutation.copy import Copy

    started = time.monotonic()
    with postgres.running(machine), cache.lock(clone.RUN / "mutation.lock"), Copy(machine) as copy:
        _check_texts(copy, chosen)
        say.line(f"{len(chosen)} protections; their tests, as the code is")
        copy.pass_as_they_are(sorted({test for mutation in chosen for test in mutation.tests.split()}))
        survived = [mutation for mutation in chosen if not _is_killed(copy, mutation)]
    say.line(f"{len(chosen) - len(survived)} of {len(chosen)} noticed in {time.monotonic() - started:.0f} s")
    return int(bool(survived))


def _arguments() -> tuple[list[Mutation], bool]:
    parser = argparse.ArgumentParser(prog="python3 -m dev.mutation")
    parser.add_argument("names", nargs="*", help="words of the names of those to try; all when left out")
    parser.add_argument("--list", action="store_true", help="say what there is, and try nothing")
    options = parser.parse_args(sys.argv[1:])
    wanted = [name.lower() for name in options.names]
    chosen = [one for one in MUTATIONS if not wanted or any(name in one.name.lower() for name in wanted)]
    if not chosen:
        raise Trouble(f"No protection is called {' or '.join(options.names)}: --list says what there is.")
    return chosen, options.list


def _check_texts(copy, chosen: list[Mutation]) -> None:
    """Before anything is run, find those whose line has moved on."""
    stale = []
    for mutation in chosen:
        try:
            mutation.applied((copy.root / mutation.file).read_text())
        except ValueError as error:
            stale.append(str(error))
    if stale:
        raise Trouble("dev/mutation/table.py is out of date. " + "; ".join(stale))


def _is_killed(copy, mutation: Mutation) -> bool:
    with copy.without(mutation):
        killer = copy.first_failure(mutation.tests.split())
    say.line(f"{mutation.name:{WIDTH}}  {f'killed by {killer}' if killer else 'SURVIVED'}")
    return bool(killer)


if __name__ == "__main__":
    say.command(main)
