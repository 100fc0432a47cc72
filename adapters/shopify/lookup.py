# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read what a shop has: items by SKU, and locations."""

import logging
from collections.abc import Callable, Collection, Iterator
from functools import partial

from ..base import RemoteItem, RemoteLocation
from .client import Client
from .documents import FIND_ITEMS, LOCATIONS
from .errors import RequestRefused, not_understood
from .workers import Step

_logger = logging.getLogger(__name__)

# SKUs asked for in one search: few enough that a page nearly always holds all that match.
GROUP = 40
# Nodes on a page. Shopify reserves points for a full page, so a page as long as allowed (250) would let fewer
# searches run at the same time.
PAGE = 100


def search_text(skus: Collection[str]) -> str:
    """A query in Shopify's search syntax (https://shopify.dev/docs/api/usage/search-syntax) for any of `skus`."""
    escaped = (sku.replace("\\", "\\\\").replace('"', '\\"') for sku in skus)
    return " OR ".join(f'sku:"{sku}"' for sku in escaped)


def find_tasks(client: Client, skus: Collection[str]) -> Iterator[Callable[[], Step]]:
    """Tasks that together find every item with one of `skus`; empty SKUs would match half the shop."""
    wanted = [sku for sku in dict.fromkeys(skus) if sku and not sku.isspace()]
    for start in range(0, len(wanted), GROUP):
        yield partial(_find, client, frozenset(wanted[start : start + GROUP]), None)


def _find(client: Client, skus: frozenset[str], after: str | None) -> Step:
    """One page of the items with one of `skus`.

    :param after: the cursor of the page before
    """
    # Sorted: a set's order differs from process to process, and equal requests should look equal.
    ordered = sorted(skus)
    try:
        data, request_id = client.call(FIND_ITEMS, {"query": search_text(ordered), "first": PAGE, "after": after})
    except RequestRefused as refusal:
        return _find_apart(client, ordered, refusal)
    try:
        page = data["inventoryItems"]
        # The search ignores case and punctuation, SKUs do not.
        items = [
            RemoteItem(node["id"], node["sku"], bool(node["tracked"])) for node in page["nodes"] if node["sku"] in skus
        ]
        more, cursor = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    except (KeyError, TypeError):
        raise not_understood(request_id) from None
    return Step(items, [partial(_find, client, skus, cursor)] if more and cursor else [])


def _find_apart(client: Client, skus: list[str], refusal: RequestRefused) -> Step:
    """Search in halves for SKUs that were refused together, so that one odd SKU does not hide the others."""
    if len(skus) == 1:
        _logger.warning("Shopify cannot search for the SKU %r: %s", skus[0], refusal.reason)
        return Step()
    middle = len(skus) // 2
    halves = frozenset(skus[:middle]), frozenset(skus[middle:])
    return Step(follow_ups=[partial(_find, client, half, None) for half in halves])


def all_locations(client: Client) -> Iterator[RemoteLocation]:
    """Every location, page after page, with inactive ones and those of fulfillment services."""
    after = None
    while True:
        data, request_id = client.call(LOCATIONS, {"first": PAGE, "after": after})
        try:
            page = data["locations"]
            found = [RemoteLocation(node["id"], node["name"], bool(node["isActive"])) for node in page["nodes"]]
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        except (KeyError, TypeError):
            raise not_understood(request_id) from None
        yield from found
        if not more or not after:
            return
