# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether marking has disturbed the warehouse, from the diaries of those who moved stock (see dev.chaos.diary)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from dev.chaos.breach import MARKING, Finding

# Names of our tables where SQL has tables: columns of ours stand in others' statements, too.
OUR_TABLE = re.compile(
    r'\b(?:INTO|UPDATE|FROM|JOIN|TABLE)\s+(?:ONLY\s+)?"?(stock_availability_dirty|marketplace_\w+)', re.IGNORECASE
)
OUR_CODE = re.compile(r"marketplace_sync|marketplace\.\w+|stock[._]availability[._]dirty|relation \"marketplace_")
BLOCK_SECONDS = 2
SHUFFLES = 20_000
# How seldom chance alone may make us say that marking disturbs.
LEVEL = 0.001
# So many times the share without the addon is put down to what else happens: two servers push, the shops answer and
# PostgreSQL recovers on the same machine, transactions take longer, and longer ones meet more others.
MARGIN = 2


@dataclass(frozen=True)
class Share:
    """Tries to move stock, and those of them that PostgreSQL refused because others were at work."""

    tries: int
    failed: int

    @property
    def percent(self) -> float:
        return 100 * self.failed / self.tries if self.tries else 0.0

    def __str__(self) -> str:
        return f"{self.failed} of {self.tries} tries ({self.percent:.2f} %)"


def caused_by_marking(rows: Iterable[dict]) -> list[Finding]:
    """Find the tries that failed in a statement on our tables, or with an error of ours.

    Not those that failed because PostgreSQL went away: it may have gone during any statement.
    """
    found = []
    for row in rows:
        if row["outcome"] in ("ok", "connection"):
            continue
        table = OUR_TABLE.search(row["statement"]) if row["outcome"] != "refused" else None
        if table or OUR_CODE.search(row["error"]):
            found.append(Finding(
                MARKING, f"{row['what']} of the products {row['products']} failed ({row['outcome']}) because of "
                f"marking, at {row['at']:.3f}: {row['error']} in {row['statement'] or 'no statement'}"))  # fmt: skip
    return found


def share(rows: Iterable[dict]) -> Share:
    """Count the tries that were collisions, of all that PostgreSQL was there for."""
    outcomes = Counter(row["outcome"] for row in rows)
    return Share(outcomes.total() - outcomes["connection"], outcomes["serialization"])


def more_collisions(with_addon: list[dict], without: list[dict], seed: int = 0) -> list[Finding]:
    """Say so when a larger share of the tries collides with the addon than without, beyond what the chaos itself
    (`MARGIN`) and chance explain. What marking does directly is found one by one, see `caused_by_marking`.

    Collisions come in bursts: who was refused tries again at once, into the same others. So single tries are not
    independent, and a test that took them to be would find differences where there are none. What is compared are
    blocks of a few seconds of all writers together, and how their share differs if the labels "with" and "without"
    are dealt to the blocks at random: a permutation test (Fisher 1935; Good, Permutation Tests, 2005), which assumes
    only that the blocks could have changed places if the addon made no difference. It is one-sided, at `LEVEL`.

    :param seed: of the dealing: the same diaries always give the same answer
    """
    ours, theirs = _blocks(with_addon), [(tries, MARGIN * failed) for tries, failed in _blocks(without)]
    observed = _difference(ours, theirs)
    if not ours or not theirs or observed <= 0:
        return []
    dealt, random = ours + theirs, Random(seed)
    as_far = 0
    for _ in range(SHUFFLES):
        random.shuffle(dealt)
        as_far += _difference(dealt[: len(ours)], dealt[len(ours) :]) >= observed
    chance = (as_far + 1) / (SHUFFLES + 1)
    if chance >= LEVEL:
        return []
    return [Finding(
        MARKING, f"more collisions with the addon than without: {share(with_addon)}, {share(without)} without; if they "
        f"were up to {MARGIN} times as likely, chance would set them so far apart in {chance:.2g} of all cases "
        f"({len(ours)} and {len(theirs)} blocks of {BLOCK_SECONDS} s)")]  # fmt: skip


def _blocks(rows: list[dict]) -> list[tuple[int, int]]:
    """Tries and collisions of each few seconds: pairs."""
    blocks = defaultdict(lambda: [0, 0])
    for row in rows:
        if row["outcome"] != "connection":
            block = blocks[int(row["at"] // BLOCK_SECONDS)]
            block[0] += 1
            block[1] += row["outcome"] == "serialization"
    return [(tries, failed) for tries, failed in blocks.values()]


def _difference(ours: list[tuple[int, int]], theirs: list[tuple[int, int]]) -> float:
    """How much larger our share of collisions is."""
    return _ratio(ours) - _ratio(theirs)


def _ratio(blocks: list[tuple[int, int]]) -> float:
    return sum(failed for _tries, failed in blocks) / max(1, sum(tries for tries, _failed in blocks))
