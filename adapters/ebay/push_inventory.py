# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publish quantities of inventory items by bulk_update_price_quantity.

Each entry sets the item's ship-to-home quantity and that of its offers: what buyers see is the smaller of the two. An
answer speaks of every entry (HTTP 200, 207 or 400), or refuses the request as a whole (400). eBay's text for the call
says one SKU, its schema 25: where more than one is refused, one is sent from then on.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from ..base import Acknowledged, Deferred, Outcome, Rejected
from ..batching import batch_of
from ..wire import Step
from ..wire.trouble import Busy, RequestRefused
from ..words import _lt
from .batches import Row
from .client import Client, Reply
from .errors import PASSING, REVISED_ENOUGH, TOO_MANY, ZERO_DOUBTFUL, Fault, faults_of, gravest, reason_of
from .limits import next_day
from .lookup import published_offers

#: the most entries eBay takes
LARGEST_BATCH = 25


@dataclass(frozen=True, slots=True)
class Entry:
    """What an answer says of one offer, or of an inventory item as a whole (`offer_id` is empty then)."""

    status: int
    sku: str
    offer_id: str
    faults: list[Fault]

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300 and not self.faults

    @property
    def is_passing(self) -> bool:
        return self.status == 429 or self.status >= 500 or any(fault.code in PASSING for fault in self.faults)


def entries_of(responses: list[dict]) -> list[Entry]:
    """The entries of an answer; what has no status, or belongs to nothing, says nothing."""
    found = []
    for row in responses:
        status, sku, offer_id = _status(row.get("statusCode")), row.get("sku"), row.get("offerId")
        if status is not None and isinstance(sku or offer_id, str):
            names = (name if isinstance(name, str) else "" for name in (sku, offer_id))
            found.append(Entry(status, *names, faults_of(row.get("errors"))))
    return found


def _status(value: object) -> int | None:
    """An HTTP status, also as text; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[1-5][0-9]{2}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class InventoryPush:
    """Pushes of one account; lives as long as its adapter, since it remembers how many entries eBay takes.

    :param client: how to call eBay
    :param size: entries in a call
    """

    def __init__(self, client: Client, size: int):
        self._client = client
        #: entries in a call, 1 once eBay has refused more
        self.size = max(1, min(size, LARGEST_BATCH))
        # Whether it is known, or being found out, that eBay takes several.
        self._is_size_tried = False
        # Of two rows that were refused together, those that were not accepted alone yet.
        self._pairs: dict[Row, set[Row]] = {}

    def tasks(self, rows: Sequence[Row]) -> Iterator[Callable[[], Step]]:
        """Tasks that together publish `rows`."""
        start = 0
        while start < len(rows):
            # The size is looked up each time: it may have become 1 meanwhile.
            batch = rows[start : start + self.size]
            start += len(batch)
            yield batch_of(self._send, batch)

    def _send(self, rows: Sequence[Row], again: bool = False) -> Step:
        """Publish `rows`.

        :param again: they met a passing trouble before
        """
        if len(rows) > self.size:
            # It became 1 after they were put together.
            return _one_by_one(self._send, rows)
        reply = self._call(rows)
        if reply.responses is None:
            return self._refused(rows, reply)
        self._is_size_tried = self._is_size_tried or len(rows) > 1
        entries = entries_of(reply.responses)
        step, passing = Step(), []
        for row in rows:
            own = [entry for entry in entries if _is_about(entry, row)]
            bad = [entry for entry in own if not entry.is_good]
            # One that names this item's offer and another item, or the other way round, proves nothing.
            own = [entry for entry in own if entry.sku in ("", row.target.sku)]
            if not bad and _is_complete(own, row):
                step.results.append(Acknowledged(row.level.key, row.level.quantity, reply.request_id))
            elif not bad or any(entry.is_passing for entry in bad):
                passing.append(row)
            else:
                _add(step, self._refusal(row, gravest(fault for entry in bad for fault in entry.faults), reply))
        if passing:
            once_more = partial(self._send, again=True)
            step.follow_ups.append(partial(_give_up, reply) if again else batch_of(once_more, passing))
        if len(rows) == 1 and any(isinstance(outcome, Acknowledged) for outcome in step.results):
            self._accepted_alone(rows[0])
        return step

    def _call(self, rows: Sequence[Row]) -> Reply:
        return self._client.inventory(
            "POST", "/bulk_update_price_quantity", json={"requests": [_wire(row) for row in rows]}
        )

    def _refused(self, rows: Sequence[Row], reply: Reply) -> Step:
        """What follows when eBay refuses all of `rows` without a word about each.

        :raises RequestRefused: what is to blame, has to be found out
        """
        if reply.status < 400:
            raise reply.not_understood()
        fault = gravest(reply.faults)
        if len(rows) > 1 and (fault.code in TOO_MANY or reply.status == 413):
            self.size = 1
            return _one_by_one(self._send, rows)
        if fault.is_about_item:
            step = Step()
            if len(rows) == 1:
                _add(step, self._refusal(rows[0], fault, reply))
            else:
                step.follow_ups += batch_of(self._send, rows).halves()
            return step
        if len(rows) > 2 and not self._is_size_tried:
            self._is_size_tried = True
            return Step(follow_ups=[batch_of(self._send, part) for part in (rows[:2], rows[2:])])
        if len(rows) == 2:
            self._pairs.update(dict.fromkeys(rows, set(rows)))
        reason = self._client.scrubbed(reason_of(fault, rows[0].level.quantity))
        raise RequestRefused(reason, fault.code, reply.request_id, alike=f"{reply.status} {fault.code}")

    def _accepted_alone(self, row: Row) -> None:
        """Learn from it: when both of two rows that were refused together are, it was their number that was refused."""
        pair = self._pairs.pop(row, None)
        if pair is not None:
            pair.discard(row)
            self.size = self.size if pair else 1

    def _refusal(self, row: Row, fault: Fault, reply: Reply) -> Outcome | Callable[[], Step]:
        """What becomes of one refused row: an outcome, or a task that finds out."""
        level = row.level
        if fault.is_revisions_spent:
            return Deferred(level.key, REVISED_ENOUGH, next_day(self._client.now()), reply.request_id)
        if fault.code == ZERO_DOUBTFUL and level.quantity == 0 and row.target.offers:
            return batch_of(partial(self._look_at_zero, fault), [row])
        reason = self._client.scrubbed(reason_of(fault, level.quantity))
        return Rejected(level.key, reason, fault.code, reply.request_id)

    def _look_at_zero(self, fault: Fault, rows: Sequence[Row]) -> Step:
        """See what became of the refused 0 of one row: eBay's own sandbox says 25004 and stores it all the same."""
        [row] = rows
        offers = {offer.id: offer.available for offer in published_offers(self._client, row.target.sku)}
        if all(offers.get(offer_id) == 0 for offer_id in row.target.offers):
            return Step([Acknowledged(row.level.key, 0)])
        return Step([Rejected(row.level.key, reason_of(fault, 0), fault.code)])


def _wire(row: Row) -> dict:
    """As eBay's PriceQuantity. Quantities by merchant location (availabilityDistributions) are not used."""
    quantity = row.level.quantity
    entry = {"sku": row.target.sku, "shipToLocationAvailability": {"quantity": quantity}}
    if row.target.offers:
        entry["offers"] = [{"offerId": offer_id, "availableQuantity": quantity} for offer_id in row.target.offers]
    return entry


def _is_about(entry: Entry, row: Row) -> bool:
    return entry.offer_id in row.target.offers or entry.sku == row.target.sku


def _is_complete(own: list[Entry], row: Row) -> bool:
    """Whether eBay has spoken of all that was asked: each offer, or the item when it has none."""
    return bool(own) and {entry.offer_id for entry in own} >= set(row.target.offers)


def _one_by_one(task: Callable[[Sequence[Row]], Step], rows: Sequence[Row]) -> Step:
    return Step(follow_ups=[batch_of(task, [row]) for row in rows])


def _add(step: Step, refusal: Outcome | Callable[[], Step]) -> None:
    (step.follow_ups if callable(refusal) else step.results).append(refusal)


def _give_up(reply: Reply) -> Step:
    """Leave rows without an outcome, and say so, after what is known has been told."""
    raise Busy(_lt("eBay did not say what became of some numbers."), request_id=reply.request_id)
