# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read what Cartona shows of products that were just written, in as few calls as it takes."""

from collections.abc import Collection
from contextlib import closing

from ..wire import Step, run
from ..wire.trouble import RequestRefused
from .client import Client
from .lookup import FEW
from .products import INTERNAL_PRODUCT, SUPPLIER_PRODUCT, Product, Row, Target

Found = dict[Row, list[Product]]


class ReadBack:
    """Reads products as they are now: a few by asking for each, many by reading pages until all have come.

    How many pages a supplier has is not known before the last is read. So at most as many are read as there are rows
    to find; then each one still missing is asked for, and the whole costs at most twice what the better way would.
    """

    def __init__(self, client: Client):
        self._client = client

    def of(self, rows: Collection[Row]) -> Found:
        """What Cartona shows for each of `rows`, nothing for one it does not know; several for a base product.

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
        for row, products in run(
            (lambda row=row: Step([(row, self._named(row))]) for row in rows), self._client.parallel
        ):
            found[row] = products

    def _named(self, row: Row) -> list[Product]:
        try:
            return self._client.named(row.target)
        except RequestRefused:
            return []
