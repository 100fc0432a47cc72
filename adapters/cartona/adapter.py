# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cartona as an `Adapter`."""

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from ..base import Adapter, Connection, Level, Outcome, RemoteItem, RemoteLocation, ShopInfo, Shown
from ..exchange import Exchange
from .client import Client
from .lookup import Lookup
from .push import Push
from .read import read
from .readback import ReadBack


class CartonaAdapter(Adapter):
    """One Cartona supplier.

    Cartona publishes no reference; what is known was noted from the vendor's own Odoo module (cartona/cartona_odoo).

    :param connection: `base_url` is ``https://supplier-integrations.cartona.com``; `credentials` hold `access_token`,
        sent as the header `AuthorizationToken`; `options` may hold `verify` (``always``, ``sample`` or ``never``, see
        `push.Push`; ``sample`` when left out) and `supplier_code`, where one token serves several suppliers
    :param clock: seconds since the epoch
    :param sleep: waits a number of seconds
    :param chance: what rows are read back by
    """

    # The vendor's module sends 100 and lets itself be set to 1,000; Cartona's own limit is not known.
    largest_batch = 1000
    default_batch = 100
    # A guess: Cartona's rate limits are not known.
    default_rate = 20.0
    can_read = True

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
    ):
        self._client = Client(connection, clock, sleep)
        self._lookup = Lookup(self._client, clock)
        self._read_back = ReadBack(self._client)
        self._push = Push(self._client, connection, self._read_back, chance or random.Random())

    @property
    def calls(self) -> int:
        return self._client.calls

    def test(self) -> ShopInfo:
        # There is no call that tells the supplier's name.
        self._client.first_page()
        return ShopInfo("Cartona")

    def locations(self) -> list[RemoteLocation]:
        """Cartona keeps one number a product: one place."""
        return [RemoteLocation("default", "Cartona")]

    def find(self, skus: Collection[str], item_ids: Mapping[str, str] = MappingProxyType({})) -> Iterator[RemoteItem]:
        return self._lookup.find(skus, item_ids)

    def push(self, levels: Sequence[Level]) -> Iterator[Outcome]:
        return self._push.outcomes(levels)

    def read(self, levels: Sequence[Level]) -> Iterator[Shown]:  # pylint: disable=method-required-super
        return read(self._read_back, levels)

    def repeat(self, exchange: Exchange) -> None:  # pylint: disable=method-required-super
        self._client.repeat(exchange)

    def close(self) -> None:
        self._client.close()
