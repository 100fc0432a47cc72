# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tell which numbers eBay has: inventory items 25 a call, Trading API listings with all their variations one a call.

Of an inventory item the ship-to-home quantity is told. What buyers see is the smaller of it and of the offer's own
(https://developer.ebay.com/api-docs/sell/static/inventory/bulk-updates.html); both are set to the same number by each
push, and reading the offer's would take a call an item, of the 5,000 a day that eBay gives. So a number that somebody
lowered in the offer alone is not noticed. eBay calls both quantities what is available, and does not say that a sale
lowers both; [unknown] if it lowered the offer's only, sales would not be noticed here either.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ..base import Level, Shown
from ..batching import cut
from ..reading import Look, looks_of, shown, unreadable, whole
from ..wire import Batch, Step
from ..wire.trouble import Busy, RequestRefused
from ..words import _lt
from . import trading
from .batches import reason_not_to_send
from .client import Client, Reply
from .errors import ENDED, NO_QUANTITY, NO_SKU, NO_VARIATION, Fault, faults_of, gravest, reason_of
from .items import GROUP, items_now
from .targets import Inventory, target_of


def read_tasks(client: Client, levels: Sequence[Level]) -> Iterator[Callable[[], Step]]:
    """Tasks for `workers.run` that together tell what eBay has for `levels`, as `Shown`."""
    refused, items, listings = [], [], []
    for level in levels:
        target = target_of(level.external_id)
        if reason := reason_not_to_send(target):
            refused.append(Shown(level.key, None, reason))
        else:
            (items if isinstance(target, Inventory) else listings).append(level)
    if refused:
        yield partial(Step, refused)
    for looks in cut(looks_of(items, lambda level: target_of(level.external_id).sku), GROUP):
        yield Batch(partial(_read_items, client), looks, unreadable)
    for look in looks_of(listings, lambda level: target_of(level.external_id).item_id):
        yield Batch(partial(_read_listing, client), [look], unreadable)


def _read_items(client: Client, looks: Sequence[Look[str]], again: bool = False) -> Step:
    """Read inventory items by SKU.

    :param again: eBay did not speak of them before
    """
    found, reply = items_now(client, [look.target for look in looks])
    step, untold = Step(), []
    for look in looks:
        if look.target in found:
            step.results += _shown(client, look, found[look.target], reply)
        else:
            untold.append(look)
    if untold:
        once_more = partial(_read_items, client, again=True)
        step.follow_ups.append(partial(_give_up, reply) if again else Batch(once_more, untold, unreadable))
    return step


def _shown(client: Client, look: Look, row: dict, reply: Reply) -> list[Shown]:
    """What a bulk answer says of one SKU."""
    if row["statusCode"] != 200:
        fault = gravest(faults_of(row.get("errors")))
        reason = NO_SKU if row["statusCode"] == 404 else client.scrubbed(reason_of(fault, 1))
        return look.shows_none(reason, reply.request_id)
    quantity = row
    for name in ("inventoryItem", "availability", "shipToLocationAvailability", "quantity"):
        quantity = quantity.get(name) if isinstance(quantity, dict) else None
    quantity = whole(quantity)
    if quantity is None:
        return look.shows_none(NO_QUANTITY, reply.request_id)
    return look.shows(quantity, reply.request_id)


def _give_up(reply: Reply) -> Step:
    """Leave levels without an answer, and say so, after what is known has been told."""
    raise Busy(_lt("eBay did not say what some items have."), request_id=reply.request_id)


def _read_listing(client: Client, looks: Sequence[Look[str]]) -> Step:
    """Read one Trading API listing, all the variations that are asked for at once."""
    [look] = looks
    reply = client.trading("GetItem", trading.get_item(look.target))
    if not reply.is_success:
        fault = gravest(reply.faults)
        reason = client.scrubbed(reason_of(fault, 1))
        if not fault.is_about_item:
            raise RequestRefused(reason, fault.code, reply.request_id)
        return Step(look.shows_none(reason, reply.request_id))
    if trading.has_ended(reply):
        return Step(look.shows_none(ENDED, reply.request_id))
    left = trading.available(reply)
    return Step([_shown_of(level, left, reply) for level in look.levels])


def _shown_of(level: Level, left: dict[str, int], reply: trading.Reply) -> Shown:
    sku = target_of(level.external_id).sku
    if sku in left:
        return shown(level, left[sku], reply.request_id)
    return Shown(level.key, None, reason_of(Fault(NO_VARIATION), 1), reply.request_id)
