# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the battery has to be told about a marketplace."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from adapters.base import Adapter


class Harness:
    """One marketplace: its adapter, its sandbox, and what only the two of them know.

    A subclass sets what differs from the defaults below; `add`, `unknown` and `level` suit a sandbox whose `add_item`
    gives the id that the adapter pushes to.

    :param clock: seconds since the epoch, for the sandbox
    """

    name: ClassVar[str]
    adapter: ClassVar[type[Adapter]]
    sandbox: ClassVar[Callable[..., Any]]
    #: settings of the sandbox
    settings: ClassVar[Mapping[str, Any]] = {}
    #: of the account, as for `Connection`
    credentials: ClassVar[Mapping[str, str]] = {}
    options: ClassVar[Mapping[str, Any]] = {}
    api_version = ""
    #: rows in a call
    batch = 25
    #: whether the adapter can ask the marketplace which numbers it has, and how many of them a call tells
    can_read = True
    read_batch = 25
    #: the location that levels are pushed to, by its id there
    location = "default"
    #: the longest SKU the marketplace takes, in characters; None when it sets no limit
    longest_sku: int | None = 255
    #: whether items can be found by their SKU; where they can't, the adapter takes every SKU as it is
    searches = True
    #: what trouble can hit while quantities are published: `write`, and `read` where the adapter also reads
    targets: tuple[str, ...] = ("write",)
    #: kinds of trouble that only this marketplace has, of those its sandbox knows
    troubles: tuple[str, ...] = ()
    #: kinds of trouble that look like a yes here, so that the adapter has to find out for itself what became of it
    perhaps_yes: tuple[str, ...] = ()
    #: whether a refused access token is renewed; then `credentials` hold what renews it, and no token
    renews = False

    def __init__(self, clock: Callable[[], float]):
        self.shop = self.sandbox(clock=clock, **self.settings)

    def add(self, sku: str, quantity: int) -> str:
        """Put an item on sale, and give its id as `find` has it."""
        return self.shop.add_item(sku, quantity)

    def item_ids(self, external_ids: Mapping[str, str]) -> dict[str, str]:
        """What people would have to enter for `find`, by item number; nothing where items are found by their SKU.

        :param external_ids: what `add` gave, by SKU
        """
        return {}

    def unknown(self, sku: str) -> str:
        """The id of an item the marketplace does not have, such as one that was deleted there."""
        return "10000000000"

    def level(self, external_id: str) -> int:
        """Pieces on sale there now."""
        return self.shop.level(external_id)

    def most_calls(self, rows: int) -> int:
        """The most requests it may take to publish so many numbers when all is well, one for a token included."""
        return -(-rows // self.batch) + self.renews

    def most_reads(self, rows: int) -> int:
        """The most requests it may take to read so many numbers when all is well, one for a token included."""
        return -(-rows // self.read_batch) + self.renews

    def sell(self, external_id: str, quantity: int) -> None:
        """Let a buyer buy so many pieces there."""
        self.shop.order(external_id, quantity)

    def revoke(self) -> None:
        """Let the marketplace refuse the account's lasting secret from now on."""
        self.shop.revoke(next(iter(self.credentials.values())))
