# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two situations in which a number in the shop may end up wrong, played through with both, their servers running."""

import time

from dev import say
from dev.bench.data import PIECES
from dev.bench.inside import environment
from dev.peer.connectors import Connector
from dev.peer.goods import Goods
from dev.say import Trouble

SLOW_MS = 500  # an answer: long enough to do something while a push is under way
PATIENCE = 60
GRACE = 2  # seconds in which something might still be pushed
GLANCE = 0.02
BUSY, HOT = 1, 2
RECEIVED = 1_000
SOLD, RESTOCKED, PRODUCTS = 3, 10, 10


def lost_updates(goods: Goods, rounds: int) -> dict:
    """A change is waiting to be pushed; a second one of the same product is under way, and committed after the push."""
    return _both(goods, rounds, _lost_update)


def oversold(goods: Goods, rounds: int) -> dict:
    """Customers buy, and before Odoo has their orders it receives more: what was sold is not to be on sale again."""
    return _both(goods, rounds, _oversold)


def _both(goods: Goods, rounds: int, play) -> dict:
    found = {}
    for role, connector in goods.connectors.items():
        with connector.serving():
            found[role] = [play(goods, connector) for _ in range(rounds)]
        say.line(f"  {connector.database}: {found[role]}")
    return found


def _lost_update(goods: Goods, connector: Connector) -> dict:
    """Return what Odoo has of the product in the end, and what the shop shows."""
    market = goods.market
    market.put_back()
    connector.settle()
    market.answer_after(SLOW_MS)
    before = market.traffic()
    connector.change([BUSY], 1)
    _until(lambda: market.traffic_since(before)["calls"], "nothing was pushed")
    connector.change([HOT], 1)
    with environment(connector.database) as env:
        connector.add(env, [HOT], RECEIVED)  # under way: not committed
        env.flush_all()
        _until(lambda: market.shown(HOT) == PIECES + 1, "the first change was not pushed")
        env.cr.commit()
    market.answer_after(0)
    connector.wait(PATIENCE)
    time.sleep(GRACE)
    connector.wait(PATIENCE)
    return {"odoo": PIECES + 1 + RECEIVED, "shop": market.shown(HOT)}


def _oversold(goods: Goods, connector: Connector) -> dict:
    """Return the pieces really left of some products together, what the shop shows, and both after the orders."""
    market, numbers = goods.market, range(1, PRODUCTS + 1)
    market.put_back()
    connector.settle()
    for number in numbers:
        market.sell(number, SOLD)
    connector.change(numbers, RESTOCKED)
    connector.wait(PATIENCE)
    time.sleep(GRACE)
    shown = sum(map(market.shown, numbers))
    connector.change(numbers, -SOLD)  # the orders have come, and are shipped
    connector.wait(PATIENCE)
    time.sleep(GRACE)
    left = PRODUCTS * (PIECES + RESTOCKED - SOLD)
    return {"sold": PRODUCTS * SOLD, "left": left, "shown": shown, "shown_after": sum(map(market.shown, numbers))}


def _until(happened, otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise Trouble(f"After {PATIENCE} seconds {otherwise}.")
        time.sleep(GLANCE)
