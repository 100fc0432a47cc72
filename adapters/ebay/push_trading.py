# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publish quantities of Trading API listings.

ReviseInventoryStatus does it, four listings or variations a call, as eBay recommends for quantities
(https://developer.ebay.com/support/knowledge-base/2118, 1572). It names a variation by its SKU, and eBay sometimes says
there is none with that SKU (21916799). Then the listing is read: a variation that is there all the same is revised by
ReviseFixedPriceItem, which can name it by what tells it from the others; one that is not there was removed by eBay when
its quantity became 0, and only a person can add it again, with its price and pictures (knowledge-base 2204, 1546).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ..base import Acknowledged, Deferred, Outcome, Rejected
from ..batching import batch_of, cut
from ..wire import Step
from ..wire.trouble import RequestRefused
from . import trading
from .batches import Row
from .client import Client
from .errors import NO_VARIATION, REVISED_ENOUGH, gravest, reason_of
from .limits import next_day


class TradingPush:
    """Pushes of one account.

    :param client: how to call eBay
    """

    def __init__(self, client: Client):
        self._client = client

    def tasks(self, rows: Sequence[Row]) -> Iterator[Callable[[], Step]]:
        """Tasks that together publish `rows`; variations of one listing go together where they can."""
        ordered = sorted(rows, key=lambda row: row.target.item_id)
        return (batch_of(self._send, batch) for batch in cut(ordered, trading.LARGEST_CALL))

    def _send(self, rows: Sequence[Row]) -> Step:
        body = trading.revise_inventory_status((row.target, row.level.quantity) for row in rows)
        reply = self._client.trading("ReviseInventoryStatus", body)
        if reply.is_success:
            return Step([_acknowledged(row, reply) for row in rows])
        fault = gravest(reply.faults)
        if reply.ack == "Failure" and not fault.is_about_item:
            reason = self._client.scrubbed(reason_of(fault, rows[0].level.quantity))
            raise RequestRefused(reason, fault.code, reply.request_id)
        if len(rows) == 1:
            return self._refused(rows[0], reply)
        # Which error belongs to which row is not said for certain; alone, each gets its own.
        done = trading.revised(reply) if reply.ack == "PartialFailure" else set()
        return Step(
            [_acknowledged(row, reply) for row in rows if row.target in done],
            [batch_of(self._send, [row]) for row in rows if row.target not in done],
        )

    def _refused(self, row: Row, reply: trading.Reply) -> Step:
        if row.target.sku and NO_VARIATION in reply.codes:
            return Step(follow_ups=[batch_of(partial(self._by_specifics, reply), [row])])
        return Step([self._refusal(row, reply)])

    def _by_specifics(self, refusal: trading.Reply, rows: Sequence[Row]) -> Step:
        """Revise the one variation that ReviseInventoryStatus does not find, if the listing has it."""
        [row] = rows
        found = self._client.trading("GetItem", trading.get_item(row.target.item_id))
        by_sku = dict(trading.variations(found)) if found.is_success else {}
        if row.target.sku not in by_sku:
            return Step([self._refusal(row, refusal)])
        body = trading.revise_fixed_price_item(row.target, by_sku[row.target.sku], row.level.quantity)
        reply = self._client.trading("ReviseFixedPriceItem", body)
        return Step([_acknowledged(row, reply) if reply.is_success else self._refusal(row, reply)])

    def _refusal(self, row: Row, reply: trading.Reply) -> Outcome:
        level, fault = row.level, gravest(reply.faults)
        if fault.is_revisions_spent:
            return Deferred(level.key, REVISED_ENOUGH, next_day(self._client.now()), reply.request_id)
        reason = self._client.scrubbed(reason_of(fault, level.quantity))
        return Rejected(level.key, reason, fault.code, reply.request_id)


def _acknowledged(row: Row, reply: trading.Reply) -> Acknowledged:
    return Acknowledged(row.level.key, row.level.quantity, reply.request_id)
