# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tell which numbers Shopify has, 250 a call."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ..base import Level
from ..batching import cut
from ..reading import Look, looks_of, unreadable
from ..wire import Batch, Step
from .quantities import LARGEST_BATCH, Quantities
from .reasons import reason_for


def read_tasks(quantities: Quantities, levels: Sequence[Level]) -> Iterator[Callable[[], Step]]:
    """Tasks for `workers.run` that together tell what Shopify has for `levels`, as `Shown`."""
    # One read asks about one location, see read_quantities.graphql.
    for place in looks_of(levels, lambda level: level.location_id):
        for looks in cut(looks_of(place.levels, lambda level: level.external_id), LARGEST_BATCH):
            yield Batch(partial(_read, quantities, place.target), looks, unreadable)


def _read(quantities: Quantities, location: str, looks: Sequence[Look[str]]) -> Step:
    found, request_id = quantities.now(location, [look.target for look in looks])
    step = Step()
    for look, now in zip(looks, found, strict=True):
        if now.quantity is not None and now.tracked:
            step.results += look.shows(now.quantity, request_id)
        else:
            step.results += look.shows_none(reason_for(now), request_id)
    return step
