# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read the numbers Shopify has now, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..wire.trouble import not_understood
from .batches import Row
from .client import Client
from .documents import READ_QUANTITIES


@dataclass(frozen=True, slots=True)
class Found:
    """What Shopify says of an item at a location.

    :param known: it knows the item
    :param tracked: it counts the item's stock
    :param quantity: pieces available there; None when the item is not stocked there
    """

    known: bool
    tracked: bool = True
    quantity: int | None = None


def quantities_now(client: Client, rows: Sequence[Row]) -> tuple[list[Found], str]:
    """What Shopify has for each of `rows`, in their order, and its request id.

    :param rows: all of one location, 250 at most
    :raises AdapterError: as `Client.call`
    """
    ids = [row.level.external_id for row in rows]
    data, request_id = client.call(READ_QUANTITIES, {"ids": ids, "location": rows[0].level.location_id}, units=len(ids))
    try:
        found = [_found(node) for node in data["nodes"]]
    except (KeyError, TypeError, IndexError):
        raise not_understood("Shopify", request_id) from None
    if len(found) != len(rows):
        raise not_understood("Shopify", request_id)
    return found, request_id


def _found(node: dict | None) -> Found:
    # An id of something else than an inventory item gives a node without fields.
    if not node:
        return Found(known=False)
    level = node["inventoryLevel"]
    return Found(True, node["tracked"], level["quantities"][0]["quantity"] if level else None)
