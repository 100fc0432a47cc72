# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read what Cartona shows of products that were just written, in as few calls as it takes."""

from collections.abc import Collection, Sequence
from contextlib import closing

from ..wire import Apart, Batch, Step, run
from ..wire.trouble import RequestRefused
from .client import Client
from .lookup import FEW
from .products import INTERNAL_PRODUCT, SUPPLIER_PRODUCT, Product, Row, Target

# What Cartona shows of a row: its products, or why it does not say.
Seen = list[Product] | RequestRefused
Found = dict[Row, Seen]


class ReadBack:
    """Reads products as they are now: a few by asking for each, many by reading pages until all have come.

    How many pages a supplier has is not known before the last is read. So at most as many are read as there are rows
    to find; then each one still missing is asked for, and the whole costs at most twice what the better way would.
    """

    def __init__(self, client: Client):
        self._client = client
        self._apart = Apart()

    def of(self, rows: Collection[Row]) -> Found:
        """What Cartona shows for each of `rows`, nothing for one it does not know; several for a base product; why it
        cannot be read, where that one cannot and others can.

        :raises AdapterError: as the client's calls
        """
        found: Found = {row: [] for row in rows}
        missing = {row.target: row for row in rows if not row.target.is_base}
        if len(missing) > FEW:
            self._read_pages(missing, found)
        # A base product's products may stand on any page.
        self._ask_for([row for row in rows if row.target.is_base or row.target in missing], found)
        return found

    def _read_pages(self, missing: dict[Target, Row], found: Found) -> None:
        """Move what pages show from `missing` to `found`; what is on none of them leaves `missing`, too."""
        pages_left = len(missing)
        with closing(self._client.pages()) as pages:
            for page in pages:
                for product in page:
                    for target in (Target(SUPPLIER_PRODUCT, product.id), Target(INTERNAL_PRODUCT, product.sku)):
                        if row := missing.pop(target, None):
                            found[row].append(product)
                pages_left -= 1
                if not missing or not pages_left:
                    return
        missing.clear()

    def _ask_for(self, rows: Collection[Row], found: Found) -> None:
        tasks = (Batch(self._look, [row], _unreadable) for row in rows)
        found.update(run(tasks, self._client.parallel, self._apart))

    def _look(self, rows: Sequence[Row]) -> Step:
        return Step([(row, self._client.named(row.target)) for row in rows])


def _unreadable(row: Row, refusal: RequestRefused) -> Step:
    return Step([(row, refusal)])
