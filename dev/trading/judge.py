# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who is to blame for a piece that was sold and is not there. Knows nothing of Odoo or of the addon.

The judge keeps a ledger of its own of each product:

    stock      pieces the warehouse has had so far, by receipts and counts Odoo has committed, deliveries not taken off
    sold       pieces sold so far, in all shops; of these Odoo has `heard` of some
    truth      stock - sold: what is left to sell. Below 0, somebody will be disappointed
    known      stock - heard - what this shop sold and Odoo has not heard of: all that Odoo and this one shop know
               together. It is what the shop shows when nothing takes time and its own sales are respected

A piece sold while `truth` was 1 or more is there. Every other sold piece falls into exactly one class, by the first
that holds at the moment of its sale:

    unavoidable   `known` was 1 or more: Odoo and this shop together could not know that it was gone, for the pieces
                  that emptied it were sold in other shops, and Odoo had not heard of those sales
    in flight     it was known, but no marketplace could have been told in time: a connector without any delay of its
                  own, which sends every number in the moment it changes in Odoo, would still have shown it, because
                  an answer takes as long as it takes and the marketplace was away or took no numbers
    oversold      all others: Odoo, or the shop's own number, had said that it was gone

A count that finds fewer pieces than were sold already is no sale: those pieces are `miscounted`. The pieces by which
sales outrun the stock are the sum of the four.

A number is `wrong` while it is not what is left to sell (never below 0), whoever could or could not know that. Pieces
are `hidden` while a shop shows fewer, `promised` while it shows more; both in pieces times minutes.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

OVERSOLD, IN_FLIGHT, UNAVOIDABLE, MISCOUNTED = "oversold", "in_flight", "unavoidable", "miscounted"
CLASSES = (OVERSOLD, IN_FLIGHT, UNAVOIDABLE, MISCOUNTED)
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Excess:
    """Pieces sold, or counted away, beyond what there is."""

    at: float
    shop: str
    sku: str
    pieces: int
    kind: str


@dataclass
class Product:
    """What there is of a product, and what was sold of it."""

    stock: int
    sold: Counter = field(default_factory=Counter)  # by shop
    heard: Counter = field(default_factory=Counter)  # by shop

    @property
    def truth(self) -> int:
        return self.stock - self.sold.total()

    def told(self, shop: str) -> int:
        """What Odoo has to tell this shop: the stock without what it heard that others sold."""
        return self.stock - self.heard.total() + self.heard[shop]


@dataclass
class Shown:
    """What one shop shows of one product, and how long that was right.

    :param told: since when Odoo had what to tell the shop: pairs (seconds, pieces)
    """

    pieces: int
    told: list[tuple[float, int]]
    since: float = 0.0
    wrong: float = 0.0  # seconds
    hidden: float = 0.0  # pieces x seconds
    promised: float = 0.0  # pieces x seconds

    def pass_time(self, at: float, truth: int) -> None:
        """Count the time since the last change of either number."""
        missing = max(0, truth) - self.pieces
        passed, self.since = at - self.since, at
        self.wrong += passed * bool(missing)
        self.hidden += passed * max(0, missing)
        self.promised += passed * max(0, -missing)


class Judge:
    """Watches a day. Whatever happens is told in the order of time, in seconds.

    :param stock: pieces in the morning, by SKU
    :param shown: pieces shown in the morning, by (shop, SKU)
    :param answer_seconds: how long each shop takes to answer
    :param closed: when each shop takes no numbers, in the order of time: pairs from, to
    """

    def __init__(
        self,
        stock: Mapping[str, int],
        shown: Mapping[tuple[str, str], int],
        answer_seconds: Mapping[str, float],
        closed: Mapping[str, Iterable[tuple[float, float]]],
    ):
        self.products = {sku: Product(pieces) for sku, pieces in stock.items()}
        self.shown = {key: Shown(pieces, [(0.0, stock[key[1]])]) for key, pieces in shown.items()}
        self.excesses: list[Excess] = []
        self._answer_seconds, self._closed = answer_seconds, {shop: list(spans) for shop, spans in closed.items()}
        self._shops = defaultdict(list)
        for shop, sku in shown:
            self._shops[sku].append(shop)

    # === WHAT HAPPENS === #

    def sale(self, at: float, shop: str, sku: str, pieces: int) -> None:
        """Somebody bought."""
        for _piece in range(pieces):
            kind = self._verdict(at, shop, sku)
            self._pass_time(at, sku)
            self.products[sku].sold[shop] += 1
            self.shown[shop, sku].pieces -= 1
            if kind:
                self.excesses.append(Excess(at, shop, sku, 1, kind))

    def heard(self, at: float, shop: str, sku: str, pieces: int) -> None:
        """Odoo has committed an order of that shop."""
        self.products[sku].heard[shop] += pieces
        self._note_told(at, sku)

    def moved(self, at: float, sku: str, pieces: int) -> None:
        """Odoo has committed that there are so many pieces more, or fewer (negative)."""
        product = self.products[sku]
        before = product.truth
        self._pass_time(at, sku)
        product.stock += pieces
        self._note_told(at, sku)
        missing = max(0, -product.truth) - max(0, -before)
        if missing > 0:
            self.excesses.append(Excess(at, "", sku, missing, MISCOUNTED))

    def shows(self, at: float, shop: str, sku: str, pieces: int) -> None:
        """A number was put into the shop."""
        self.shown[shop, sku].pass_time(at, self.products[sku].truth)
        self.shown[shop, sku].pieces = pieces

    def close(self, at: float) -> None:
        """The day is over."""
        for sku in self.products:
            self._pass_time(at, sku)

    # === VERDICTS === #

    def known(self, shop: str, sku: str) -> int:
        """What Odoo and this shop know together to be left."""
        return self.products[sku].told(shop) - self.products[sku].sold[shop]

    def units(self) -> dict[str, int]:
        """Pieces beyond what there was, by class."""
        pieces = dict.fromkeys(CLASSES, 0)
        for excess in self.excesses:
            pieces[excess.kind] += excess.pieces
        return pieces

    def minutes(self) -> dict[str, float]:
        """Minutes of wrong numbers, pieces x minutes hidden and promised, all listings together."""
        return {
            what: sum(getattr(shown, what) for shown in self.shown.values()) / MINUTE
            for what in ("wrong", "hidden", "promised")
        }

    def _verdict(self, at: float, shop: str, sku: str) -> str:
        """Return the class of the next piece this shop sells, empty when it is there."""
        if self.products[sku].truth > 0:
            return ""
        if self.known(shop, sku) > 0:
            return UNAVOIDABLE
        at_best = self._arrived(at, shop, sku) - self.products[sku].sold[shop]
        return IN_FLIGHT if at_best > 0 else OVERSOLD

    def _arrived(self, at: float, shop: str, sku: str) -> int:
        """Return the newest of Odoo's numbers that could have reached the shop: answers take time, even the fastest."""
        told = self.shown[shop, sku].told
        in_time = bisect_right(told, at, key=lambda change: self._earliest(shop, change[0]))
        return told[max(0, in_time - 1)][1]

    def _earliest(self, shop: str, at: float) -> float:
        """Return when a number that is sent at once can count at the earliest."""
        arrives = at + self._answer_seconds[shop]
        for start, end in self._closed[shop]:
            if start <= arrives < end:
                arrives = end
        return arrives

    # === THE LEDGER === #

    def _pass_time(self, at: float, sku: str) -> None:
        for shop in self._shops[sku]:
            self.shown[shop, sku].pass_time(at, self.products[sku].truth)

    def _note_told(self, at: float, sku: str) -> None:
        for shop in self._shops[sku]:
            told, number = self.shown[shop, sku].told, self.products[sku].told(shop)
            if told[-1][1] != number:
                told.append((at, number))
