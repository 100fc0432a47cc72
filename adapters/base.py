# SPDX-License-Identifier: LGPL-3.0-or-later
"""The words every marketplace adapter speaks: dataclasses in, dataclasses out.

Nothing in `adapters` imports Odoo: an adapter never sees a recordset, a cursor or an environment. Whoever
calls it (the drain, a button, a test) does the database work, in its own thread.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from .errors import AdapterError, Refused, Unauthorized, Unavailable  # noqa: F401  (words, too)
from .exchange import Exchange, Recorder
from .words import _lt


class Pace(Protocol):
    """How fast an account may be called, counted for all who call it: threads, processes, hosts. Thread-safe."""

    def take(self) -> float:
        """Reserve the next call and give the seconds to wait before sending it."""

    def hold(self, seconds: float) -> None:
        """Let nobody call for so many seconds: the marketplace asked for it."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How one seller account is reached.

    :param base_url: scheme, host and port of the shop, without a trailing slash
    :param api_version: the marketplace's API version, such as ``2026-10``; empty where there is none
    :param credentials: secrets by name; kept out of `repr` so that no log line can show them
    :param options: settings only this marketplace has, by name; its adapter documents them
    :param batch_size: quantities sent in one call, in rows
    :param parallel: calls under way at the same time
    :param connect_timeout: seconds to wait for a connection
    :param read_timeout: seconds to wait for an answer
    :param max_wait: the longest pause, in seconds, that the adapter takes by itself to stay below
        the marketplace's limits; a longer one is raised as `Unavailable`
    :param attempts: how often one call is tried before its trouble is raised
    :param probe: the account was in trouble: send one call alone before the others
    :param pace: what keeps all workers of this account below its rate together, None for as fast as it goes
    :param allow_private: the shop may be in a private network or on this machine, see `wire.address`
    :param recorder: who is told of requests, None for nobody
    """

    base_url: str
    api_version: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    batch_size: int = 250
    parallel: int = 4
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    max_wait: float = 10.0
    attempts: int = 6
    probe: bool = False
    pace: Pace | None = field(default=None, repr=False)
    allow_private: bool = False
    recorder: Recorder | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token the adapter obtained; `expires_at` is naive UTC, None for a lasting one."""

    value: str = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShopInfo:
    """What a connection test found out; `missing_scopes` are the permissions the token lacks, by name."""

    name: str
    missing_scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoteLocation:
    """A place the marketplace keeps stock at."""

    external_id: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class RemoteItem:
    """Something the marketplace sells.

    :param external_id: what the adapter needs to push to it
    :param sku: its SKU there, empty when it has none
    :param tracked: whether the marketplace counts its stock at all
    :param item_id: the id people know it by there, the one they can enter on a product; empty when there is none
    """

    external_id: str
    sku: str
    tracked: bool = True
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the marketplace still lets this account do.

    :param name: the adapter's name for what is counted, see `Adapter.allowance_of`
    :param limit: calls in a window
    :param remaining: calls left in this one
    :param resets_at: when the next window begins, naive UTC
    """

    name: str
    limit: int
    remaining: int
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class Level:
    """One number to publish.

    :param key: the caller's name for it, handed back with the outcome
    :param external_id: the item's id on the marketplace
    :param location_id: the location's id on the marketplace
    :param quantity: whole sale units to publish, never negative
    :param previous: the quantity last acknowledged, None when unknown
    :param revision: grows with every change behind `quantity`, so that a retry of the same change can be
        told from a later change that happens to carry the same numbers
    :param suspect: it was refused before: keep it apart from the others
    :param sku: the item's SKU, for marketplaces that want it beside the id
    """

    key: Hashable
    external_id: str
    location_id: str
    quantity: int
    previous: int | None = None
    revision: int = 0
    suspect: bool = False
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The marketplace has this number now.

    :param found: it had it already, although it was last known to have another: sold there, or sent by a try whose
        answer was lost
    """

    key: Hashable
    quantity: int
    request_id: str = ""
    found: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The marketplace will not take this number; `reason` is for people, `code` the marketplace's own."""

    key: Hashable
    reason: str
    code: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else changed the number: it is `actual` now and was left alone."""

    key: Hashable
    actual: int
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """The marketplace takes no more changes of this item before `until` (naive UTC); `reason` is for people."""

    key: Hashable
    reason: str
    until: datetime
    request_id: str = ""


Outcome = Acknowledged | Rejected | Conflict | Deferred


@dataclass(frozen=True, slots=True)
class Shown:
    """The number the shop itself has now, when asked.

    :param key: the level's name, see `Level.key`
    :param quantity: whole sale units, below zero where the shop oversold; None when it has no such number
    :param reason: why there is none, for people; empty beside a quantity
    :param request_id: the marketplace's name for the answer, empty where it gives none
    """

    key: Hashable
    quantity: int | None
    reason: str = ""
    request_id: str = ""


class Adapter(ABC):
    """One marketplace account. Not thread-safe: one adapter, one caller.

    `calls` counts HTTP requests sent, `spent` those that count against an allowance, by its name; `token` is the
    newest access token obtained (None if none was), which the caller stores.
    """

    #: rows in one call: the most the marketplace takes, and what a new account begins with
    largest_batch: int = 1
    default_batch: int = 1
    #: calls side by side, and calls a second, a new account begins with; 0 a second is as fast as it goes
    default_parallel: int = 4
    default_rate: float = 0.0
    #: what its calls count against, see `Allowance.name`; empty where the marketplace counts nothing
    allowance_names: tuple[str, ...] = ()
    #: where its day begins at midnight, a name of the time zone database
    day_zone: str = "UTC"
    #: changes of one listing a day that the marketplace allows, None when it sets no limit
    revisions_a_day: int | None = None
    #: whether `read` works; an instance whose settings leave reading out says False itself
    can_read: bool = False
    #: whether reading few numbers costs little; an instance that has to read all of a shop's says False itself
    looks_cheaply: bool = True
    #: whether the marketplace compares `Level.previous` with its own number before it takes a new one
    compares: bool = False

    calls: int = 0
    spent: Mapping[str, int] = Counter()
    token: Token | None = None

    @abstractmethod
    def test(self) -> ShopInfo:
        """Ask the shop who it is and what this account may do."""

    @abstractmethod
    def locations(self) -> list[RemoteLocation]:
        """All places the shop keeps stock at, inactive ones included."""

    @abstractmethod
    def find(self, skus: Collection[str], item_ids: Mapping[str, str] = MappingProxyType({})) -> Iterator[RemoteItem]:
        """Every item of the shop whose SKU equals one of `skus` to the letter; a SKU may come more than once.

        :param item_ids: ids people entered on products, see `RemoteItem.item_id`, each with that product's SKU
            (perhaps empty): such an item is found by its id
        """

    @abstractmethod
    def push(self, levels: Sequence[Level]) -> Iterator[Outcome]:
        """Publish `levels`, one outcome each, as they become known.

        A refused row never stops the others. When the marketplace becomes unavailable, what is known by then
        is yielded first, then `Unavailable` (or `Unauthorized`) is raised: levels without an outcome were
        perhaps not published, and pushing them again is safe.
        """

    def read(self, levels: Sequence[Level]) -> Iterator[Shown]:  # pylint: disable=method-required-super
        """Ask which numbers the shop has for `levels`, one answer each, as they become known; writes nothing.

        Only `Level.key`, the ids and the SKU matter, and `previous` where a marketplace tells a number less exactly
        than it takes it (boxes of 12): while what it shows fits `previous`, that is the answer. Two levels of one item
        are both answered. A level that cannot be read is answered with a reason and never hides the others. When the
        marketplace becomes unavailable, what is known by then is yielded first, then `Unavailable` (or `Unauthorized`)
        is raised.

        :raises Refused: this marketplace, or this account as it is set up, cannot be asked, see `can_read`
        """
        raise Refused(_lt("This marketplace cannot be asked which numbers it shows."))

    def allowances(self) -> list[Allowance]:
        """What the marketplace says this account may still call today; empty where it sets no such limit."""
        return []

    def allowance_of(self, level: Level) -> tuple[str, int]:
        """The name of the allowance that publishing `level` draws on, empty for none, and how many levels share a
        call."""
        return "", 1

    def repeat(self, exchange: Exchange) -> None:  # pylint: disable=method-required-super
        """Send a kept request again with today's secrets; the recorder is told of it, also of a refusal.

        :raises AdapterError: there is no answer, or it says that the marketplace can't be worked with
        """
        raise Refused(_lt("This marketplace's requests can't be repeated."))

    def close(self) -> None:  # noqa: B027  (an adapter without connections has nothing to close)
        """Give connections back."""
