# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read the numbers Shopify has now, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..reading import whole
from ..wire.trouble import not_understood
from .client import Client
from .documents import READ_QUANTITIES

# Shopify's limit for an input array and for `nodes(ids:)`.
LARGEST_BATCH = 250
AVAILABLE = "available"


@dataclass(frozen=True, slots=True)
class Found:
    """What Shopify says of an item at a location.

    :param known: it knows the item
    :param tracked: it counts the item's stock
    :param quantity: pieces there; None when the item is not stocked there
    """

    known: bool
    tracked: bool = True
    quantity: int | None = None


class Quantities:
    """The numbers of one name.

    :param client: how to call Shopify
    :param name: ``available``, which is what buyers can order, or ``on_hand``, which also holds what is ordered and not
        yet shipped
    """

    def __init__(self, client: Client, name: str):
        self._client, self.name = client, name

    def now(self, location: str, items: Sequence[str]) -> tuple[list[Found], str]:
        """What Shopify has for each of `items`, in their order, and its request id.

        :param items: ids of inventory items, 250 at most
        :raises AdapterError: as `Client.call`
        """
        variables = {"ids": list(items), "location": location, "name": self.name}
        data, request_id = self._client.call(READ_QUANTITIES, variables, units=len(items))
        try:
            found = [_found(node) for node in data["nodes"]]
        except (KeyError, TypeError, IndexError):
            raise not_understood("Shopify", request_id) from None
        if len(found) != len(items):
            raise not_understood("Shopify", request_id)
        return found, request_id


def _found(node: dict | None) -> Found:
    """What a node says; TypeError when it is not what was asked for."""
    # An id of something else than an inventory item gives a node without fields.
    if not node:
        return Found(known=False)
    level, quantity = node["inventoryLevel"], None
    if level:
        quantity = whole(level["quantities"][0]["quantity"])
        if quantity is None:
            raise TypeError(level)
    return Found(True, node["tracked"], quantity)
