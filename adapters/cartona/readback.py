# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read what Cartona shows of products, in as few calls as it takes."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Protocol, TypeVar

from ..wire import Apart, Batch, Step, run
from ..wire.recording import blame
from ..wire.trouble import RequestRefused
from .client import Client
from .lookup import FEW
from .products import INTERNAL_PRODUCT, SUPPLIER_PRODUCT, Product, Target

# What Cartona shows of a row: its products, or why it does not say.
Seen = list[Product] | RequestRefused


class Named(Protocol):
    """Whatever is about one target; hashable."""

    @property
    def target(self) -> Target: ...


Row = TypeVar("Row", bound=Named)
# What is wrong with what is shown for a row; empty when nothing is.
Judge = Callable[[Row, list[Product]], str]


def _content(_row: Row, _seen: list[Product]) -> str:
    return ""


class ReadBack:
    """Reads products as they are now: a few by asking for each, many by reading pages until all have come.

    How many pages a supplier has is not known before the last is read. So at most as many are read as there are rows
    to find; then each one still missing is asked for, and the whole costs at most twice what the better way would.
    """

    def __init__(self, client: Client):
        self._client = client
        self._apart = Apart()

    def of(self, rows: Collection[Row], judge: Judge = _content) -> dict[Row, Seen]:
        """As `each`, all at once."""
        return dict(self.each(rows, judge))

    def each(self, rows: Collection[Row], judge: Judge = _content) -> Iterator[tuple[Row, Seen]]:
        """What Cartona shows for each of `rows`, as it becomes known: nothing for one it does not know; several
        products for a base product; why it cannot be read, where that one cannot and others can.

        :param rows: no two with the same target
        :param judge: whose word is kept with the request, see `recording`; a page, which tells of many, is not judged
        :raises AdapterError: as the client's calls
        """
        missing = {row.target: row for row in rows if not row.target.is_base}
        if len(missing) > FEW:
            yield from self._on_pages(missing)
        # A base product's products may stand on any page.
        yield from self._ask_for([row for row in rows if row.target.is_base or row.target in missing], judge)

    def _on_pages(self, missing: dict[Target, Row]) -> Iterator[tuple[Row, Seen]]:
        """What pages show of the rows in `missing`, which leave it then."""
        pages_left = len(missing)
        with closing(self._client.pages()) as pages:
            for page in pages:
                for product in page:
                    for target in (Target(SUPPLIER_PRODUCT, product.id), Target(INTERNAL_PRODUCT, product.sku)):
                        if row := missing.pop(target, None):
                            yield row, [product]
                pages_left -= 1
                if not missing or not pages_left:
                    return
        # Pages shift while they are read, and few that slipped through can be asked for.
        if len(missing) > FEW:
            yield from ((row, []) for row in missing.values())
            missing.clear()

    def _ask_for(self, rows: Collection[Row], judge: Judge) -> Iterator[tuple[Row, Seen]]:
        look = partial(self._look, judge)
        return run((Batch(look, [row], _unreadable) for row in rows), self._client.parallel, self._apart)

    def _look(self, judge: Judge, rows: Sequence[Row]) -> Step:
        step = Step()
        for row in rows:
            seen = self._client.named(row.target)
            blame(judge(row, seen))
            step.results.append((row, seen))
        return step


def _unreadable(row: Row, refusal: RequestRefused) -> Step:
    return Step([(row, refusal)])
