# SPDX-License-Identifier: LGPL-3.0-or-later
"""One day with one policy, from morning to midnight."""

from collections import defaultdict
from functools import partial

from dev.trading.clock import Clock
from dev.trading.day import DAY, Count, Day, Receipt, Visit
from dev.trading.judge import Judge
from dev.trading.market import Markets
from dev.trading.warehouse import Warehouse

WAVE = 3600  # seconds between two departures of the lorry
SAMPLE = 300  # seconds between two looks at the score
LONGEST_STORY = 14  # lines


class Simulation:
    """Lets a planned day happen, and has the judge watch it.

    :param connector: told of every change Odoo has committed, see connectors.py
    """

    def __init__(self, day: Day, clock: Clock, markets: Markets, warehouse: Warehouse, judge: Judge, connector):
        self._day, self._clock, self._markets, self._warehouse = day, clock, markets, warehouse
        self._judge, self._connector = judge, connector
        self._shelf: list[tuple[float, int]] = []  # orders Odoo knows: when they may leave, and their moves
        self.diary = defaultdict(list)  # by SKU: what happened, for people
        self.samples: list[dict] = []
        self.visits = self.sold = 0

    def run(self) -> None:
        """Spend the day."""
        for happen, events in (
            (self._visit, self._day.visits),
            (self._receive, self._day.receipts),
            (self._count, self._day.counts),
        ):
            for event in events:
                self._clock.at(event.at, partial(happen, event))
        for closed in self._day.troubles:
            self._clock.at(closed.start, partial(self._markets.trouble, closed.shop, closed.kind))
            self._clock.at(closed.end, partial(self._markets.relief, closed.shop))
        for wave in range(WAVE, DAY, WAVE):
            self._clock.at(wave, self._deliver)
        for moment in range(0, DAY, SAMPLE):
            self._clock.at(moment, self._sample)
        self._connector.begin()
        with self._markets.slow(self._clock, self._written):
            self._clock.run(DAY)
        self._judge.close(DAY)
        self._sample()
        self._compare()

    # === WHAT HAPPENS === #

    def _visit(self, visit: Visit) -> None:
        self.visits += 1
        shown = self._judge.shown[visit.shop, visit.sku].pieces
        pieces = min(visit.wanted, shown)
        if pieces <= 0 or self._day.is_away(visit.shop, visit.at):
            return
        self._markets.buy(visit.shop, visit.sku, pieces)
        before = len(self._judge.excesses)
        self._judge.sale(self._clock.now, visit.shop, visit.sku, pieces)
        self.sold += pieces
        kinds = " ".join(excess.kind for excess in self._judge.excesses[before:])
        self._write(visit.sku, f"{visit.shop} sells {pieces} of {shown} shown", kinds)
        self._clock.at(self._clock.now + visit.delay, partial(self._hear, visit, pieces))

    def _hear(self, visit: Visit, pieces: int) -> None:
        move_id = self._warehouse.order(visit, pieces)
        self._shelf.append((self._clock.now + visit.ships_after, move_id))
        self._judge.heard(self._clock.now, visit.shop, visit.sku, pieces)
        self._write(visit.sku, f"Odoo hears of {pieces} sold by {visit.shop} at {_hour(visit.at)}")
        self._connector.changed([visit.sku])

    def _receive(self, receipt: Receipt) -> None:
        self._warehouse.receive(receipt)
        self._judge.moved(self._clock.now, receipt.sku, receipt.pieces)
        self._write(receipt.sku, f"{receipt.pieces} received")
        self._connector.changed([receipt.sku])

    def _count(self, count: Count) -> None:
        difference = self._warehouse.count(count)
        if difference:
            self._judge.moved(self._clock.now, count.sku, difference)
            self._write(count.sku, f"{difference:+} counted")
            self._connector.changed([count.sku])

    def _deliver(self) -> None:
        due = [move_id for when, move_id in self._shelf if when <= self._clock.now]
        waiting = set(self._warehouse.deliver(due))
        self._shelf = [row for row in self._shelf if row[0] > self._clock.now or row[1] in waiting]
        self._warehouse.check(self._free())
        self._connector.changed([])

    def _written(self, shop: str, sku: str, pieces: int) -> None:
        self._judge.shows(self._clock.now, shop, sku, pieces)
        self._write(sku, f"{shop} is told {pieces}")

    # === LOOKING === #

    def _free(self) -> dict[str, int]:
        return {sku: max(0, product.stock - product.heard.total()) for sku, product in self._judge.products.items()}

    def _write(self, sku: str, text: str, verdict: str = "") -> None:
        product = self._judge.products[sku]
        left = f"left {product.truth}, Odoo says {product.stock - product.heard.total()}"
        self.diary[sku].append((self._clock.now, text, left, verdict))

    def _sample(self) -> None:
        self.samples.append({"at": self._clock.now, **self._judge.units()})

    def _compare(self) -> None:
        """Refuse a simulation that believes the shops to show something else than they do."""
        self._warehouse.check(self._free())
        shown = {key: row.pieces for key, row in self._judge.shown.items()}
        if shown != self._markets.shown():
            raise RuntimeError("The shops do not show what the simulation believes they show.")

    def stories(self) -> list[str]:
        """Return for the pieces beyond the stock what had happened to their product until then, in words."""
        return [self._story(excess) for excess in dict.fromkeys(self._judge.excesses)]

    def _story(self, excess) -> str:
        rows = [row for row in self.diary[excess.sku] if row[0] <= excess.at]
        lines = [f"{excess.kind}: {excess.sku} {excess.shop} {_hour(excess.at)}"]
        lines += [f"    {_hour(at)} {text} ({left}) {verdict}" for at, text, left, verdict in rows[-LONGEST_STORY:]]
        return "\n".join(lines)


def _hour(at: float) -> str:
    return f"{int(at // 3600):02}:{int(at % 3600 // 60):02}:{at % 60:06.3f}"
