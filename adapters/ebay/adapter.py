# SPDX-License-Identifier: LGPL-3.0-or-later
"""eBay as an `Adapter`."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from ..base import (
    Adapter,
    Allowance,
    Connection,
    Level,
    Outcome,
    Refused,
    RemoteItem,
    RemoteLocation,
    ShopInfo,
    Shown,
    Token,
    Unauthorized,
)
from ..exchange import Exchange
from ..wire import Step, run
from ..wire.trouble import quote
from ..words import _lt
from . import limits, trading
from .batches import sorted_out
from .client import Client, Denied
from .errors import gravest
from .lookup import Lookup
from .oauth import INVENTORY_SCOPE, SCOPES
from .push_inventory import LARGEST_BATCH, InventoryPush
from .push_trading import TradingPush
from .read import read_tasks
from .targets import Inventory, Listing, target_of


class EbayAdapter(Adapter):
    """One eBay seller.

    Items of the Inventory API are published there, listings made elsewhere through the Trading API; which one an
    item is stands in its `external_id` (see targets.py). An inventory item without a published offer is found as
    well, with an empty `item_id`: its quantity is kept right on eBay, but nobody can buy it until the seller
    publishes it there. Link it again then, so that its offer's own quantity is set, too.

    :param connection: `base_url` is ``https://api.ebay.com`` or ``https://api.sandbox.ebay.com``; `credentials` hold
        `client_id`, `client_secret` and `refresh_token` and, to use it again, the access `token` fetched last with
        its `token_expires_at` (ISO 8601, UTC); `options` may hold `site_id`, the number of the eBay site Trading
        API listings are on (``"0"``, the USA, by default), and `ru_name` for signing in (see oauth.py);
        `batch_size` is 1 to 25 items
    :param clock: seconds since the epoch
    :param sleep: waits a number of seconds
    """

    largest_batch = default_batch = LARGEST_BATCH
    # eBay publishes no such limit for the Inventory API (Trading's is 400 calls a second); 60 calls of 25 items are
    # 1,500 items a second, and leave a day's calls to last.
    default_rate = 60.0
    # At 100 ms an answer, 8 calls under way are up to 80 a second; 4 would stay just below 1,000 items.
    default_parallel = 8
    allowance_names = (limits.INVENTORY, limits.TRADING)
    day_zone = limits.HOME
    revisions_a_day = 250
    can_read = True

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._parallel = connection.parallel
        self._client = Client(connection, clock, sleep)
        self._inventory = InventoryPush(self._client, connection.batch_size)
        self._trading = TradingPush(self._client)

    @property
    def calls(self) -> int:
        return self._client.http.calls

    @property
    def spent(self) -> Mapping[str, int]:
        return self._client.http.spent

    @property
    def token(self) -> Token | None:
        return self._client.tokens.newest

    def test(self) -> ShopInfo:
        """Read an item and ask for the seller's name: the one proves the Inventory API, the other the Trading API."""
        missing = []
        try:
            reply = self._client.inventory("GET", "/inventory_item", params={"limit": 1})
            if reply.status >= 400:
                words = self._client.scrubbed(quote(gravest(reply.faults).message))
                raise Refused(_lt("eBay refuses to answer: %s", words), reply.request_id)
        except Denied:
            missing.append(INVENTORY_SCOPE)
        name = ""
        try:
            name = self._client.scrubbed(quote(trading.user_of(self._client.trading("GetUser", trading.get_user()))))
        except Unauthorized:
            # The sign-in as such is good, or the first call would have said so; Trading calls a token without this
            # permission invalid.
            missing.append(SCOPES[0])
        return ShopInfo(name or "eBay", tuple(missing))

    def locations(self) -> list[RemoteLocation]:
        """One, standing for the quantity that is shipped to buyers.

        The quantities by merchant location that the Inventory API knows are for pick-up in store; they are not used.
        """
        return [RemoteLocation("default", "eBay")]

    def find(self, skus: Collection[str], item_ids: Mapping[str, str] = MappingProxyType({})) -> Iterator[RemoteItem]:
        return Lookup(self._client, self._parallel).find(skus, item_ids)

    def push(self, levels: Sequence[Level]) -> Iterator[Outcome]:
        return run(self._tasks(levels), self._parallel)

    def read(self, levels: Sequence[Level]) -> Iterator[Shown]:  # pylint: disable=method-required-super
        return run(read_tasks(self._client, levels), self._parallel)

    def _tasks(self, levels: Sequence[Level]) -> Iterator[Callable[[], Step]]:
        """First the healthy levels, then those that were refused before."""
        rows, refused = sorted_out(levels)
        if refused:
            yield lambda: Step(refused)
        for suspect in (False, True):
            group = [row for row in rows if row.level.suspect is suspect]
            yield from self._inventory.tasks([row for row in group if isinstance(row.target, Inventory)])
            yield from self._trading.tasks([row for row in group if isinstance(row.target, Listing)])

    def allowances(self) -> list[Allowance]:
        return self._client.allowances()

    def allowance_of(self, level: Level) -> tuple[str, int]:
        if isinstance(target_of(level.external_id), Listing):
            return limits.TRADING, trading.LARGEST_CALL
        return limits.INVENTORY, self._inventory.size

    def repeat(self, exchange: Exchange) -> None:  # pylint: disable=method-required-super
        self._client.http.repeat(exchange)

    def close(self) -> None:
        self._client.http.close()
