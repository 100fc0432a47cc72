# SPDX-License-Identifier: LGPL-3.0-or-later
"""How levels become rows, and rows become batches: what goes together, in which order, under which key."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..base import Level


@dataclass(frozen=True, slots=True)
class Row:
    """A level with the quantity Shopify is expected to have now; None writes whatever it has."""

    level: Level
    change_from: int | None

    @property
    def wire(self) -> dict:
        """As Shopify's `InventoryQuantityInput`; `changeFromQuantity` has to be there even when it is null."""
        return {
            "inventoryItemId": self.level.external_id,
            "locationId": self.level.location_id,
            "quantity": self.level.quantity,
            "changeFromQuantity": self.change_from,
        }


def batches(levels: Iterable[Level], size: int) -> Iterator[list[Row]]:
    """Group levels of which Shopify's number is known, and apart from them, by location, the others.

    :param size: rows in a batch, at most
    """
    groups: defaultdict[str | None, list[Row]] = defaultdict(list)
    for level in levels:
        # One read asks about one location, see read_quantities.graphql.
        group = groups[level.location_id if level.previous is None else None]
        group.append(Row(level, level.previous))
        if len(group) == size:
            yield group.copy()
            group.clear()
    yield from filter(None, groups.values())


def by_location(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows grouped by their location."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.level.location_id].append(row)
    yield from groups.values()


def content_key(shop: str, name: str, rows: Iterable[Row]) -> str:
    """An idempotency key that is the same for the same content, in every process, and for nothing else.

    So a request whose answer was lost is recognised when it is sent again, even after a crash; and a later
    change is not mistaken for it, since its revision is greater.

    :param shop: the shop's base URL
    :param name: the quantity that is set, ``available`` or ``on_hand``
    """
    levels = ((row.level, row.change_from) for row in rows)
    lines = (
        f"{name} {level.external_id} {level.location_id} {level.quantity} {change_from} {level.revision}"
        for level, change_from in levels
    )
    return str(uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, shop), "\n".join(lines)))
