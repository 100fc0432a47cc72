# SPDX-License-Identifier: LGPL-3.0-or-later
"""Find what a seller has: inventory items with their offers by SKU, Trading API listings by their number."""

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..base import RemoteItem
from ..batching import cut
from ..wire import Batch, Step, run
from ..wire.trouble import RequestRefused, quote
from . import trading
from .client import Client
from .errors import LONGEST_SKU, gravest
from .items import GROUP, items_now
from .targets import Inventory, is_number

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """A published offer; `available` is its quantity in pieces, None when eBay does not say."""

    id: str
    listing_id: str
    available: int | None


class Lookup:
    """One search.

    Inventory items come first: an entered number that is the listing of one of their offers needs no further call.
    An inventory item without a published offer comes last, and not at all when a Trading API listing has its SKU.

    :param client: how to call eBay
    :param parallel: calls at the same time
    """

    def __init__(self, client: Client, parallel: int):
        self._client, self._parallel = client, parallel
        self._lock = threading.Lock()
        self._listing_ids: set[str] = set()

    def find(self, skus: Collection[str], item_ids: Mapping[str, str]) -> Iterator[RemoteItem]:
        """Items with one of `skus`, and the listings with one of the entered `item_ids` (number -> SKU)."""
        wanted = [sku for sku in dict.fromkeys((*skus, *item_ids.values())) if _may_exist(sku)]
        offerless = []
        for sku, offers in run((_search(self._existing, group) for group in cut(wanted, GROUP)), self._parallel):
            if offers:
                yield _inventory_item(sku, offers, item_ids)
            else:
                offerless.append(sku)
        numbers = [item_id for item_id in item_ids if is_number(item_id) and item_id not in self._listing_ids]
        taken = set()
        for item in run((_search(self._listing, [number]) for number in numbers), self._parallel):
            taken.add(item.sku)
            yield item
        yield from (RemoteItem(str(Inventory(sku)), sku) for sku in offerless if sku not in taken)

    def _existing(self, skus: Sequence[str]) -> Step:
        """Ask which of `skus` eBay has; their offers follow."""
        found, reply = items_now(self._client, skus)
        # "eBay did not say" must not become "eBay has no such item".
        if not found.keys() >= set(skus):
            raise reply.not_understood()
        return Step(follow_ups=[_search(self._offers, [sku]) for sku in skus if found[sku]["statusCode"] == 200])

    def _offers(self, skus: Sequence[str]) -> Step:
        [sku] = skus
        offers = published_offers(self._client, sku)
        with self._lock:
            self._listing_ids.update(offer.listing_id for offer in offers)
        return Step([(sku, offers)])

    def _listing(self, item_ids: Sequence[str]) -> Step:
        [item_id] = item_ids
        reply = self._client.trading("GetItem", trading.get_item(item_id))
        if not reply.is_success:
            words = quote(gravest(reply.faults).message)
            _logger.warning(
                "marketplace_sync: not_shown platform=ebay external_id=%r reason=%r", item_id,
                self._client.scrubbed(words))
            return Step()
        return Step(trading.items_of(reply))


def _search(task: Callable[[Sequence[str]], Step], names: Sequence[str]) -> Batch[str]:
    """A search for SKUs or numbers, of which an odd one does not hide the others."""
    return Batch(task, names, _unsearchable)


def _unsearchable(name: str, refusal: RequestRefused) -> Step:
    _logger.warning("marketplace_sync: not_searchable platform=ebay searched=%r reason=%r", name, refusal.reason)
    return Step()


def _may_exist(sku: str) -> bool:
    return bool(sku) and not sku.isspace() and len(sku) <= LONGEST_SKU


def _inventory_item(sku: str, offers: list[Offer], item_ids: Mapping[str, str]) -> RemoteItem:
    """The item as the caller knows it; of several listings, by the number that was entered."""
    listing_ids = [offer.listing_id for offer in offers]
    item_id = next((one for one in listing_ids if one in item_ids), listing_ids[0])
    return RemoteItem(str(Inventory(sku, tuple(offer.id for offer in offers))), sku, item_id=item_id)


def published_offers(client: Client, sku: str) -> list[Offer]:
    """The offers of an inventory item that buyers can see, without auctions, whose quantity is always 1."""
    reply = client.inventory("GET", "/offer", params={"sku": sku})
    # eBay says 404 where there are none.
    if reply.status >= 400:
        return []
    rows = reply.body.get("offers")
    if not isinstance(rows, list):
        raise reply.not_understood()
    found = [
        _offer(row)
        for row in rows
        if isinstance(row, dict) and row.get("status") == "PUBLISHED" and row.get("format") != "AUCTION"
    ]
    if None in found:
        raise reply.not_understood()
    return found


def _offer(row: dict) -> Offer | None:
    """One offer, None when it lacks its id."""
    listing, available = row.get("listing"), row.get("availableQuantity")
    listing_id = listing.get("listingId") if isinstance(listing, dict) else ""
    if not is_number(row.get("offerId")):
        return None
    is_count = isinstance(available, int) and not isinstance(available, bool)
    return Offer(row["offerId"], listing_id if is_number(listing_id) else "", available if is_count else None)
