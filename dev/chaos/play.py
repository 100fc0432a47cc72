# SPDX-License-Identifier: LGPL-3.0-or-later
"""The course of the chaos: which trouble comes when, then the calm in which everything has to come right."""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from random import Random

import psycopg2

from dev import say
from dev.chaos import goods
from dev.chaos.scene import Scene
from dev.chaos.servers import Servers
from dev.postgres import connected
from dev.say import Trouble

TRIES = 3  # for a trouble that has to come about, and could not
LOOK_SECONDS = 1
# What waits and may go, as the addon's drain has it: not what was listed and is not any more, nor what its
# marketplace takes no more of today.
WAITING = """
    SELECT count(*) FROM stock_availability_dirty dirty
      LEFT JOIN marketplace_listing listing ON listing.id = dirty.listing_id
     WHERE dirty.listing_id IS NULL
        OR listing.active AND listing.state <> 'conflict'
           AND (deferred_until IS NULL OR deferred_until <= now() AT TIME ZONE 'UTC' OR dirty.id > deferred_mark)
"""

# As models/marketplace_attempt.py has it: when no request whose answer was lost can be under way any more.
DOUBT_SECONDS = 60
# Numbers whose answer was lost, and the shop was not seen with them, or another, after that time.
DOUBTED = """
    SELECT count(*) FROM marketplace_attempt attempt
     CROSS JOIN LATERAL unnest(listing_ids, location_ids) AS sent (listing_id, location_id)
      JOIN marketplace_listing listing ON listing.id = sent.listing_id
      JOIN marketplace_level level ON level.listing_id = sent.listing_id AND level.location_id = sent.location_id
     WHERE listing.active AND listing.state = 'linked'
       AND (deferred_until IS NULL OR deferred_until <= now() AT TIME ZONE 'UTC')
       AND level.acked_at < attempt.sent_at + %(doubt)s * interval '1 second'
"""
FOR_TOMORROW = """
    SELECT count(*) FROM marketplace_listing WHERE active AND deferred_until > now() AT TIME ZONE 'UTC'
"""


class Agenda:
    """What is to be done later, in the thread that asks for it.

    :param clock: gives seconds
    :param sleep: lets so many of them pass
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep):
        self._clock, self._sleep = clock, sleep
        self._heap, self._order = [], count()

    def now(self) -> float:
        """Return the clock's seconds."""
        return self._clock()

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        heapq.heappush(self._heap, (self._clock() + seconds, next(self._order), act))

    def sleep(self, seconds: float) -> None:
        """Let time pass, and do what is due meanwhile."""
        end = self._clock() + seconds
        while (left := end - self._clock()) > 0:
            due = self._heap[0][0] - self._clock() if self._heap else left
            self._sleep(max(0.0, min(left, due)))
            self._do(self._clock())

    def finish(self) -> None:
        """Do the rest, whenever it is due."""
        self._do(float("inf"))

    def _do(self, until: float) -> None:
        while self._heap and self._heap[0][0] <= until:
            *_when, act = heapq.heappop(self._heap)
            act()


def play(troubles, agenda: Agenda, random: Random, musts: Sequence[str], seconds: float, pause: tuple) -> None:
    """Let troubles happen for so many seconds, and longer if one of `musts` has not come about by then.

    :param troubles: has a method for each name, as `dev.chaos.troubles.Troubles`
    :param musts: names of troubles; when each has been, they come in any order
    :param pause: seconds between two, from and to
    :raise Trouble: when one of them could not be brought about
    """
    end = agenda.now() + seconds
    deck, failures = random.sample(musts, len(musts)), Counter()
    while deck or agenda.now() < end:
        is_must = bool(deck)
        name = deck.pop(0) if is_must else random.choice(musts)
        try:
            getattr(troubles, name)()
        except (Trouble, psycopg2.OperationalError) as trouble:
            say.line(f"  {time.strftime('%H:%M:%S')}  ({name}: {trouble})")
            failures[name] += is_must
            if failures[name] >= TRIES:
                raise
            deck += [name] * is_must
        agenda.sleep(random.uniform(*pause))


def settle(scene: Scene, servers: Servers, seconds: float, *, doubts: bool) -> float | None:
    """Wait until nothing waits for a shop any more, pressing nothing; failed listings are tried again by their button.

    The servers are stopped then, so that nothing changes any more.

    :param doubts: whether to wait, too, until every number whose answer was lost has been looked at once more
    :return: the seconds it took, None when something still waits after `seconds`
    """
    began, retried = time.monotonic(), False
    while time.monotonic() - began < seconds:
        time.sleep(LOOK_SECONDS)
        if _waiting(scene.database, doubts):
            continue
        if not retried:
            retried = True
            if _retry(scene, servers):
                continue
        took = time.monotonic() - began
        servers.stop()
        if not _waiting(scene.database, doubts):
            return took
        servers.start(*servers.numbers)  # they were looking at something once more, just then
    servers.stop()
    return None


def _waiting(database: str, doubts: bool) -> int:
    with connected(database) as cursor:
        found = 0
        for query in (WAITING, DOUBTED) if doubts else (WAITING,):
            cursor.execute(query, {"doubt": DOUBT_SECONDS})
            found += cursor.fetchone()[0]
        return found


def for_tomorrow(database: str) -> int:
    """Return how many listings wait for tomorrow, as their marketplace takes no more changes of them today."""
    with connected(database) as cursor:
        cursor.execute(FOR_TOMORROW)
        return cursor.fetchone()[0]


def _retry(scene: Scene, servers: Servers) -> bool:
    """Press Retry on the listings that failed for the faults: by themselves they are tried again after 15 minutes.

    :return: whether there were any
    """
    with connected(scene.database) as cursor:
        cursor.execute(
            """
            SELECT listing.id, listing.error FROM marketplace_listing listing
              LEFT JOIN product_product product ON product.id = listing.product_id
             WHERE state = 'error' AND listing.active AND coalesce(default_code, '') NOT LIKE %s
            """,
            [f"{goods.UNKNOWN}%"],
        )
        failed = dict(cursor.fetchall())
    if failed:
        say.line(f"  {len(failed)} listings failed: pressing Retry, as they would wait for 15 minutes")
        for reason in sorted(set(failed.values())):
            say.line(f"    {reason}")
        servers.call("marketplace.listing", "action_retry", list(failed))
    return bool(failed)
