# SPDX-License-Identifier: LGPL-3.0-or-later
"""No statement of any of these paths reads all of a large table: each is explained right after it has run.

With the parameters it had, in its own transaction, and by the planner's free choice.
"""

from collections import Counter
from functools import partial

from dev import say
from dev.bench.inside import environment
from dev.provision import Machine
from dev.say import Trouble
from dev.scale import garbage, paths, screens, shops
from dev.scale.comparing import Database
from dev.scale.explain import Plans

FLOOR = 1 << 20  # bytes: of a queue that is empty all may be read


def measure(machine: Machine, _small: str, large: str) -> None:
    """Go down each path once in the large database."""
    database = Database(large)
    found = Counter()
    watch = partial(_watch, database, found)
    watch(paths.change, Database.empty_queue)
    watch(paths.sort, Database.mark)
    with shops.open_for(machine, (database,)):
        watch(paths.drain, shops.change)
    watch(garbage.collect, garbage.orphan)
    screens.furnish(database)
    for screen in paths.SCREENS.values():
        watch(screen, user=True)
    screens.clear(database)
    for statement in found:
        say.line(f"  {statement}")
    if found:
        raise Trouble(f"{len(found)} statements read all of a large table.")


def _watch(database: Database, found: Counter, path, prepare=lambda database: None, *, user: bool = False) -> None:
    prepare(database)
    with environment(database.name) as env:
        if user:
            env = env(user=database.user_id, su=False)
        with Plans(FLOOR) as plans:
            path(env, database)
    say.line(f"  {path.__name__}: {plans.statements} statements, {len(plans.full_scans)} of them read a whole table")
    found.update(f"{path.__name__}: {scan}" for scan in plans.full_scans)
