# SPDX-License-Identifier: LGPL-3.0-or-later
"""The words every marketplace adapter speaks: dataclasses in, dataclasses out.

Nothing in `adapters` imports Odoo: an adapter never sees a recordset, a cursor or an environment. Whoever
calls it (the drain, a button, a test) does the database work, in its own thread.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Connection:
    """How one seller account is reached.

    :param base_url: scheme, host and port of the shop, without a trailing slash
    :param api_version: the marketplace's API version, such as ``2026-10``
    :param credentials: secrets by name; kept out of `repr` so that no log line can show them
    :param batch_size: quantities sent in one call, in rows
    :param parallel: calls under way at the same time
    :param connect_timeout: seconds to wait for a connection
    :param read_timeout: seconds to wait for an answer
    :param max_wait: the longest pause, in seconds, that the adapter takes by itself to stay below
        the marketplace's limits; a longer one is raised as `Unavailable`
    """

    base_url: str
    api_version: str
    credentials: Mapping[str, str] = field(repr=False)
    batch_size: int = 250
    parallel: int = 4
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    max_wait: float = 10.0


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
    """Something the marketplace sells; `tracked` says whether it counts its stock at all."""

    external_id: str
    sku: str
    tracked: bool = True


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
    """

    key: Hashable
    external_id: str
    location_id: str
    quantity: int
    previous: int | None = None
    revision: int = 0
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The marketplace has this number now."""

    key: Hashable
    quantity: int
    request_id: str = ""


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


Outcome = Acknowledged | Rejected | Conflict


class AdapterError(Exception):
    """The marketplace could not be worked with; the text is for people and never holds a secret."""

    def __init__(self, reason: str, request_id: str = ""):
        super().__init__(reason)
        self.reason = reason
        self.request_id = request_id


class Unavailable(AdapterError):
    """Throttled, down, slow or talking nonsense: try again.

    :param retry_after: seconds the marketplace asked to wait, None when it did not say
    """

    def __init__(self, reason: str, retry_after: float | None = None, request_id: str = ""):
        super().__init__(reason, request_id)
        self.retry_after = retry_after


class Unauthorized(AdapterError):
    """The credentials are refused, also after one refresh: only a person can help."""


class Refused(AdapterError):
    """The marketplace understood the request and refuses it as a whole, for instance for a missing permission."""


class Adapter(ABC):
    """One marketplace account. Not thread-safe: one adapter, one caller.

    `calls` counts HTTP requests sent, `token` is the newest access token obtained (None if none was),
    which the caller stores.
    """

    calls: int = 0
    token: Token | None = None

    @abstractmethod
    def test(self) -> ShopInfo:
        """Ask the shop who it is and what this account may do."""

    @abstractmethod
    def locations(self) -> list[RemoteLocation]:
        """All places the shop keeps stock at, inactive ones included."""

    @abstractmethod
    def find(self, skus: Collection[str]) -> Iterator[RemoteItem]:
        """Every item of the shop whose SKU equals one of `skus` to the letter; a SKU may come more than once."""

    @abstractmethod
    def push(self, levels: Sequence[Level]) -> Iterator[Outcome]:
        """Publish `levels`, one outcome each, as they become known.

        A refused row never stops the others. When the marketplace becomes unavailable, what is known by then
        is yielded first, then `Unavailable` (or `Unauthorized`) is raised: levels without an outcome were
        perhaps not published, and pushing them again is safe.
        """

    def close(self) -> None:  # noqa: B027  (an adapter without connections has nothing to close)
        """Give connections back."""
