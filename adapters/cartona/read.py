# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tell which numbers Cartona shows: a few products by asking for each, many by reading pages of 100.

A product that somebody took out of stock there shows 0, whatever quantity it has: nobody can order it.
"""

from collections.abc import Collection, Iterator, Sequence

from ..base import Level, Shown
from ..reading import Look, looks_of, shown
from ..wire.trouble import RequestRefused
from .products import Product, Target
from .readback import ReadBack, Seen
from .reasons import reason_uncounted


def read(read_back: ReadBack, levels: Sequence[Level]) -> Iterator[Shown]:
    """What Cartona shows of `levels`, one answer each, as they become known."""
    looks = looks_of(levels, lambda level: Target.of(level.external_id))
    for look, seen in read_back.each(looks):
        yield from _shown(look, seen)


def _shown(look: Look[Target], seen: Seen) -> list[Shown]:
    if isinstance(seen, RequestRefused):
        return look.shows_none(seen.reason, seen.request_id)
    if reason := reason_uncounted(seen):
        return look.shows_none(reason)
    if look.target.is_base:
        return [shown(level, _pieces(seen, level.previous)) for level in look.levels]
    return look.shows(min(product.buyers_see for product in seen))


def _pieces(products: Collection[Product], previous: int | None) -> int:
    """Pieces of a base product, which Cartona tells in the units of each product made of it.

    :param previous: the number last acknowledged: as long as all products fit it, it is the one; in units of 12 it
        cannot be told from others
    """
    if previous is not None and all(product.fits(previous) for product in products):
        return previous
    return min(product.quantity * product.unit_count for product in products)
