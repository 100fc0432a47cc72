# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shopify as an `Adapter`."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from ..base import Adapter, Connection, Level, Outcome, RemoteItem, RemoteLocation, ShopInfo, Shown, Token
from ..exchange import Exchange
from ..wire import run
from ..wire.trouble import not_understood, quote
from .client import Client
from .documents import SHOP
from .lookup import all_locations, find_tasks
from .push import Push
from .quantities import AVAILABLE, LARGEST_BATCH, Quantities
from .read import read_tasks

_SCOPES = ("read_inventory", "write_inventory", "read_locations", "read_products")


class ShopifyAdapter(Adapter):
    """One Shopify shop.

    :param connection: `base_url` is ``https://{shop}.myshopify.com``, `api_version` 2026-04 or newer; `credentials`
        hold `access_token`, or `client_id` and `client_secret` and, to use it again, the `token` fetched last
        with its `token_expires_at` (ISO 8601, UTC); `options` may hold `quantity_name`, the number that is written
        and read: ``available`` when left out, or ``on_hand``
    :param clock: seconds since the epoch
    :param sleep: waits a number of seconds
    """

    largest_batch = default_batch = LARGEST_BATCH
    can_read = compares = True

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._connection = connection
        self._client = Client(connection, clock, sleep)
        self._quantities = Quantities(self._client, connection.options.get("quantity_name") or AVAILABLE)

    @property
    def calls(self) -> int:
        return self._client.calls

    @property
    def token(self) -> Token | None:
        return self._client.tokens.newest

    def test(self) -> ShopInfo:
        data, request_id = self._client.call(SHOP, {})
        try:
            name = self._client.scrubbed(quote(data["shop"]["name"]))
            granted = {scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]}
            # Shopify lists only the permission to write when an app asked for both.
            granted |= {scope.replace("write_", "read_", 1) for scope in granted if scope.startswith("write_")}
        except (AttributeError, KeyError, TypeError):
            raise not_understood("Shopify", request_id) from None
        return ShopInfo(name, tuple(scope for scope in _SCOPES if scope not in granted))

    def locations(self) -> list[RemoteLocation]:
        return list(all_locations(self._client))

    def find(self, skus: Collection[str], item_ids: Mapping[str, str] = MappingProxyType({})) -> Iterator[RemoteItem]:
        # People know an item of Shopify's by nothing but its SKU.
        return run(find_tasks(self._client, skus), self._connection.parallel)

    def push(self, levels: Sequence[Level]) -> Iterator[Outcome]:
        return run(Push(self._client, self._connection, self._quantities).tasks(levels), self._connection.parallel)

    def read(self, levels: Sequence[Level]) -> Iterator[Shown]:  # pylint: disable=method-required-super
        return run(read_tasks(self._quantities, levels), self._connection.parallel)

    def repeat(self, exchange: Exchange) -> None:  # pylint: disable=method-required-super
        self._client.repeat(exchange)

    def close(self) -> None:
        self._client.close()
