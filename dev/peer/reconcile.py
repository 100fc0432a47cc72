# SPDX-License-Identifier: LGPL-3.0-or-later
"""How fast all numbers are compared with the shop's when a tenth of them differ, and set right."""

from dev import say
from dev.bench.data import PIECES
from dev.peer.connectors import Connector
from dev.peer.goods import OURS, THEIRS, Goods

LATENCIES = (0, 100)
ONE_IN = 10


def measure(goods: Goods, rounds: int) -> dict:
    """Compare with both in turns."""
    found = {}
    for latency in LATENCIES:
        found[str(latency)] = {role: [] for role in goods.connectors}
        # Where the other takes minutes, once without a network and twice with one.
        for turn in range(min(rounds, 1 + bool(latency)) if goods.is_large else rounds):
            for role in (OURS, THEIRS) if turn % 2 else (THEIRS, OURS):
                found[str(latency)][role].append(_compare(goods, goods.connectors[role], latency))
    return found


def _compare(goods: Goods, connector: Connector, latency: int) -> dict:
    """Let customers buy a piece of every tenth product, and have it compared."""
    market = goods.market
    market.put_back()
    connector.settle()
    numbers = range(1, len(market.items) + 1, ONE_IN)
    for number in numbers:
        market.sell(number, 1)
    market.answer_after(latency)
    before = market.traffic()
    seconds = connector.reconcile()
    traffic = market.traffic_since(before)
    wrong = len(market.items) - market.count(PIECES)
    say.line(f"  {connector.database}: {len(market.items)} compared in {seconds:.2f} s at {latency} ms, {wrong} wrong")
    return {"seconds": seconds, "drifted": len(numbers), "wrong": wrong, **traffic}
