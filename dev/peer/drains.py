# SPDX-License-Identifier: LGPL-3.0-or-later
"""How fast changes reach the shop: from the commit until the connector has stored that they did, with its own server.

This addon pushes all of the products. The other does a job a product, always alike, so that some of them tell its
speed; with a thousand products and no network in between all of them are pushed, to count its calls.
"""

from dev import say
from dev.bench.data import PIECES
from dev.peer.connectors import CHANNELS, CHANNELS_OF_FOUR, Connector
from dev.peer.goods import OURS, THEIRS, Goods

LATENCIES = (0, 50, 100)
SLICE = 100
FOUR = "theirs4"
ALL_OF = 1_000
PATIENCE = 900


def measure(goods: Goods, rounds: int) -> dict:
    """Push with both in turns, then with four jobs of the other at a time."""
    number, found = len(goods.market.items), {}
    ours, theirs = goods.connectors[OURS], goods.connectors[THEIRS]
    with ours.serving(), theirs.serving(channels=CHANNELS):
        _push(goods, ours, number, 0)  # the first one fills caches
        _push(goods, theirs, SLICE // 4, 0)
        for latency in LATENCIES:
            pushed = {OURS: number, THEIRS: SLICE}
            turns = [pushed] * rounds
            if (number, latency) == (ALL_OF, 0):
                turns = [{OURS: number, THEIRS: number}, *turns[1:]]
            found[str(latency)] = _in_turns(goods, turns, latency)
    with theirs.serving(channels=CHANNELS_OF_FOUR):
        _push(goods, theirs, SLICE // 4, 0)
        for latency in LATENCIES:
            found[str(latency)][FOUR] = [_push(goods, theirs, SLICE, latency) for _ in range(rounds)]
    return found


def _in_turns(goods: Goods, turns: list[dict[str, int]], latency: int) -> dict[str, list[dict]]:
    found = {role: [] for role in goods.connectors}
    for turn, pushed in enumerate(turns):
        for role in (OURS, THEIRS) if turn % 2 else (THEIRS, OURS):
            found[role].append(_push(goods, goods.connectors[role], pushed[role], latency))
    return found


def _push(goods: Goods, connector: Connector, number: int, latency: int) -> dict:
    """Push so many changed products; return what it took, and how many are wrong in the shop afterwards."""
    goods.market.put_back()
    connector.settle()
    goods.market.answer_after(latency)
    before = goods.market.traffic()
    started = connector.release(number)
    seconds = connector.wait(PATIENCE) - started
    traffic = goods.market.traffic_since(before)
    wrong = number - goods.market.count(PIECES + 1)
    say.line(f"  {connector.database}: {number} in {seconds:.2f} s at {latency} ms, {wrong} wrong, {traffic}")
    return {"products": number, "seconds": seconds, "wrong": wrong, **traffic}
