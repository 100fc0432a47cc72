# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which of two numbers is the newer one: that whose snapshot of PostgreSQL sees more.

The drain says in its log, before it sends anything, which numbers it sends and which snapshot it read them in. A shop
keeps the numbers it accepted, in their order. `inversions` puts the two together: for each place of a shop it goes
through the accepted numbers in the shop's order and takes for each the oldest snapshot that

- was said before the request arrived, for the same place and with the same number, and
- is not older than the one taken for the number before.

Where there is none, an older number followed a newer one. This gives no false alarm: every accepted number was sent by
a drain, and said before (the line is written out before the request goes, so that a killed server has said it too;
a request that is sent again, by the same drain or its adapter, has the line of the first try). So the true snapshot is
always among those that may be taken. If the true ones never grow older, then the one taken for each number is at most
as new as the true one, because the oldest possible is taken, and so the next true one may be taken as well. Snapshots
of one PostgreSQL can always be compared: what one has seen committed or ended, every later one has, too, also after a
restart.

What it can't see: an old number that was sent late, when a newer snapshot had led to the same number and that was said
before it arrived (the shop then shows what a newer snapshot said; if that is wrong in the end, the judge says `lost`);
and two numbers read in snapshots that see the same. It knows nothing of whether a snapshot was read well.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# (listing id, marketplace.location id)
Key = tuple[int, int]

_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) .*marketplace_sync: sending account_id=(?P<account>\d+) "
    r"snapshot=(?P<snapshot>\d+:\d+:[\d,]*) levels=(?P<levels>.*)\n"
)
_LEVEL = re.compile(r"(\d+)@(\d+)=(\d+)")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a transaction sees, as pg_current_snapshot() has it: `xmin:xmax:in progress`.

    :param ended: all transactions below this number had ended, but for those in progress (PostgreSQL's xmax)
    :param in_progress: they are not seen either
    """

    ended: int
    in_progress: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Snapshot":
        """The reverse of `str`."""
        _first, ended, in_progress = text.split(":")
        return cls(int(ended), frozenset(int(number) for number in in_progress.split(",") if number))

    def __str__(self) -> str:
        waiting = sorted(self.in_progress)
        return f"{min(waiting, default=self.ended)}:{self.ended}:{','.join(map(str, waiting))}"

    @property
    def seen(self) -> int:
        """How many transactions it sees: of two snapshots of one database, the newer one never sees fewer."""
        return self.ended - len(self.in_progress)

    def sees(self, transaction: int) -> bool:
        """Whether it sees what a transaction did, once that was committed."""
        return transaction < self.ended and transaction not in self.in_progress

    def is_older_than(self, other: "Snapshot") -> bool:
        """Whether the other one sees a transaction that this one does not."""
        unknown = max(0, other.ended - self.ended) - sum(number >= self.ended for number in other.in_progress)
        return unknown > 0 or any(other.sees(number) for number in self.in_progress)


@dataclass(frozen=True, slots=True)
class Sending:
    """Numbers a drain was about to send.

    :param at: seconds since 1970
    :param log: the file it stands in
    """

    at: float
    account: int
    snapshot: Snapshot
    levels: Mapping[Key, int]
    log: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A number a shop accepted for a place.

    :param received_at: seconds since 1970, when its request had arrived
    :param applied_at: when it was stored
    """

    quantity: int
    received_at: float
    applied_at: float = 0.0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Inversion:
    """A number that is older than the one before it, or that nobody said was sent (`candidates` is empty then).

    :param candidates: the snapshots it may have been read in, the oldest first
    :param last: the oldest the number before it can have been read in, None where it is the first
    """

    key: Key
    write: Accepted
    candidates: tuple[Snapshot, ...]
    last: Snapshot | None


def sendings(logs: Iterable[Path]) -> list[Sending]:
    """Read what drains said in server logs, in the order of time; the last line of a killed server may be half a
    line, and nothing was sent then."""
    found = []
    for log in logs:
        if log.exists():
            with log.open(errors="replace") as lines:
                found += [sending for line in lines if (sending := sending_of(line, log.name))]
    return sorted(found, key=lambda sending: sending.at)


def sending_of(line: str, log: str = "") -> Sending | None:
    """What a line of a log says of numbers that are sent, None when it is about something else."""
    match = _LINE.match(line)
    if not match:
        return None
    levels = {(int(listing), int(place)): int(quantity) for listing, place, quantity in _LEVEL.findall(match["levels"])}
    # Odoo writes its log in UTC, whatever the machine's time zone is, and cuts what is below a millisecond.
    at = datetime.strptime(match["at"], "%Y-%m-%d %H:%M:%S,%f").replace(tzinfo=UTC).timestamp()
    return Sending(at, int(match["account"]), Snapshot.parse(match["snapshot"]), levels, log)


def inversions(writes: Mapping[Key, Iterable[Accepted]], said: Iterable[Sending]) -> list[Inversion]:
    """Find the numbers that are older than the one before them in the same place.

    :param writes: what a shop accepted for each place, in its order
    :param said: what was sent to this shop
    """
    by_number = defaultdict(list)
    for sending in said:
        for key, quantity in sending.levels.items():
            by_number[key, quantity].append((sending.at, sending.snapshot))
    found = []
    for key, accepted in writes.items():
        last = None
        for write in accepted:
            snapshots = sorted(
                (snapshot for at, snapshot in by_number[key, write.quantity] if at <= write.received_at),
                key=lambda snapshot: snapshot.seen,
            )
            taken = next((one for one in snapshots if last is None or not one.is_older_than(last)), None)
            if taken is None:
                found.append(Inversion(key, write, tuple(snapshots), last))
            else:
                last = taken
    return found
