# SPDX-License-Identifier: LGPL-3.0-or-later
"""Find products by SKU or id: a few by asking for each, many by reading all pages once."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..base import RemoteItem
from ..wire import Batch, Step, run
from ..wire.trouble import RequestRefused
from .client import Client
from .products import INTERNAL_PRODUCT, Product, Target

_logger = logging.getLogger(__name__)

FEW = 20  # products that are asked for one by one
KEPT = 60.0  # seconds for which what all pages said is used again


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All products of the supplier; `read_at` is seconds since the epoch."""

    read_at: float
    by_sku: dict[str, list[Product]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[str, Product] = field(default_factory=dict)


class Lookup:
    """Finds products.

    A drain links a thousand listings at a time; reading every page for each thousand would cost ever more calls. So the
    catalogue is kept for a minute: a product made on Cartona within it may be found a little later.
    """

    def __init__(self, client: Client, clock: Callable[[], float]):
        self._client, self._clock = client, clock
        self._catalogue: Catalogue | None = None

    def find(self, skus: Collection[str], item_ids: Mapping[str, str]) -> Iterator[RemoteItem]:
        """As `Adapter.find`; an id may be ``base:`` and a base_product_id."""
        wanted = [sku for sku in dict.fromkeys(skus) if sku and not sku.isspace()]
        targets = {item_id: Target.of(item_id) for item_id in item_ids if item_id}
        bases = {item_id: target for item_id, target in targets.items() if target.is_base}
        plain = [target for target in targets.values() if not target.is_base]
        yield from self._find_bases(bases, item_ids)
        if len(wanted) + len(plain) <= FEW:
            products = self._ask_for([*plain, *(Target(INTERNAL_PRODUCT, sku) for sku in wanted)])
        else:
            products = self._choose(wanted, plain)
        # One may come under its id and under its SKU, and on two pages: they shift while they are read.
        yield from dict.fromkeys(product.as_item() for product in products)

    def _find_bases(self, bases: Mapping[str, Target], skus: Mapping[str, str]) -> Iterator[RemoteItem]:
        item_ids = {target: item_id for item_id, target in bases.items()}

        def ask(targets: Sequence[Target]) -> Step:
            step = Step()
            for target in targets:
                if products := self._client.named(target):
                    tracked, item_id = not any(product.is_unlimited for product in products), item_ids[target]
                    step.results.append(RemoteItem(item_id, skus[item_id], tracked, item_id))
            return step

        return self._each_alone(ask, item_ids)

    def _ask_for(self, targets: Collection[Target]) -> Iterator[Product]:
        def ask(targets: Sequence[Target]) -> Step:
            return Step([product for target in targets for product in self._client.named(target)])

        return self._each_alone(ask, targets)

    def _each_alone(self, ask: Callable[[Sequence[Target]], Step], targets: Collection[Target]) -> Iterator:
        return run((Batch(ask, [target], _unsearchable) for target in targets), self._client.parallel)

    def _choose(self, skus: Collection[str], targets: Collection[Target]) -> Iterator[Product]:
        catalogue = self._recent()
        for target in targets:
            if target.name == INTERNAL_PRODUCT:
                yield from catalogue.by_sku.get(target.value, ())
            elif target.value in catalogue.by_id:
                yield catalogue.by_id[target.value]
        for sku in skus:
            yield from catalogue.by_sku.get(sku, ())

    def _recent(self) -> Catalogue:
        if self._catalogue is None or not 0 <= self._clock() - self._catalogue.read_at < KEPT:
            catalogue = Catalogue(self._clock())
            for page in self._client.pages():
                for product in page:
                    catalogue.by_id[product.id] = product
                    if product.sku:
                        catalogue.by_sku[product.sku].append(product)
            self._catalogue = catalogue
        return self._catalogue


def _unsearchable(target: Target, refusal: RequestRefused) -> Step:
    _logger.warning(
        "marketplace_sync: not_searchable platform=cartona searched=%r reason=%r", target.value, refusal.reason)
    return Step()
