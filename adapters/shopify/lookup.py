# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read what a shop has: items by SKU, and locations."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from ..base import RemoteItem, RemoteLocation
from ..wire import Batch, Step
from ..wire.trouble import RequestRefused, is_storable, not_understood, quote
from .client import Client
from .documents import FIND_ITEMS, LOCATIONS

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
        # Sorted: a set's order differs from process to process, and equal requests should look equal.
        yield Batch(partial(_find, client, None), sorted(wanted[start : start + GROUP]), _unsearchable)


def _find(client: Client, after: str | None, skus: Sequence[str]) -> Step:
    """One page of the items with one of `skus`.

    :param after: the cursor of the page before
    """
    data, request_id = client.call(FIND_ITEMS, {"query": search_text(skus), "first": PAGE, "after": after})
    wanted = frozenset(skus)
    try:
        page = data["inventoryItems"]
        # The search ignores case and punctuation, SKUs do not.
        items = [
            RemoteItem(node["id"], node["sku"], bool(node["tracked"]))
            for node in page["nodes"]
            if node["sku"] in wanted and _is_id(node["id"])
        ]
        cursor = _next_cursor(page["pageInfo"], after)
    except (KeyError, TypeError):
        raise not_understood("Shopify", request_id) from None
    return Step(items, [partial(_find, client, cursor, skus)] if cursor else [])


def _is_id(value: object) -> bool:
    """Whether an id can be kept: Shopify's are texts, but what answers need not be Shopify."""
    return isinstance(value, str) and bool(value) and is_storable(value)


def _next_cursor(page_info: dict, after: str | None) -> str | None:
    """The cursor of the next page, None behind the last one.

    :param after: the cursor of the page before
    :raises TypeError: it is none, or leads back to this very page
    """
    cursor = page_info["endCursor"] if page_info["hasNextPage"] else None
    if cursor and (not isinstance(cursor, str) or cursor == after):
        raise TypeError
    return cursor


def _unsearchable(sku: str, refusal: RequestRefused) -> Step:
    _logger.warning("marketplace_sync: not_searchable platform=shopify searched=%r reason=%r", sku, refusal.reason)
    return Step()


def all_locations(client: Client) -> Iterator[RemoteLocation]:
    """Every location, page after page, with inactive ones and those of fulfillment services."""
    after = None
    while True:
        data, request_id = client.call(LOCATIONS, {"first": PAGE, "after": after})
        try:
            page = data["locations"]
            found = [
                RemoteLocation(node["id"], quote(node["name"]), bool(node["isActive"]))
                for node in page["nodes"]
                if _is_id(node["id"])
            ]
            after = _next_cursor(page["pageInfo"], after)
        except (KeyError, TypeError):
            raise not_understood("Shopify", request_id) from None
        yield from found
        if not after:
            return
