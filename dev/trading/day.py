# SPDX-License-Identifier: LGPL-3.0-or-later
"""The plan of a day: who wants to buy what where, what the lorry brings, and which marketplace is in trouble.

The plan is the same for every policy; what becomes of a visit depends on what the shop shows at that moment. All
times are seconds since the day began.
"""

import random
from dataclasses import dataclass

DAY = 24 * 3600
SHOPS = ("shopify", "ebay", "cartona", "odd")
SHOP_OF = {"shopify": "shopify", "ebay": "ebay", "cartona": "cartona", "rest": "odd"}  # by an account's platform
# Seconds a marketplace takes to answer; a number it was sent counts from then on.
ANSWER_SECONDS = {"shopify": 0.4, "ebay": 0.9, "cartona": 1.3, "odd": 0.6}
PRODUCTS = 500
MOST_STOCK = 12  # pieces in the morning
SKU = "DAY-%03d"
VISITS = 800
# So many of the buyers come in a rush: a product was in the news, and all want it within a while, in any shop.
RUSH_SHARE, RUSH_BUYERS, RUSH_SECONDS = 0.6, 12, 2400
RECEIPTS, COUNTS = 120, 60
LARGEST_RECEIPT = 8  # pieces
WANTED = (1,) * 8 + (2, 3)  # pieces a buyer would like
# Popularity falls with the rank r as 1 / (r + FLATTENING): the first of 500 is wanted 34 times as often as the last.
FLATTENING = 15
SHORTEST_HOLD, LONGEST_HOLD = 2 * 3600, 6 * 3600  # seconds from an order's import to its delivery
# How often in the day, and for how many seconds.
OUTAGES, OUTAGE_SECONDS = 4, (300, 1200)
THROTTLES, THROTTLE_SECONDS = 4, (120, 600)
AWAY, THROTTLED = "away", "throttled"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody comes to a shop.

    :param wanted: pieces bought, if that many are shown; else as many as are
    :param delay: seconds until Odoo hears of the order
    :param ships_after: seconds from then until it is delivered
    """

    at: float
    shop: str
    sku: str
    wanted: int
    delay: float
    ships_after: float


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods arrive."""

    at: float
    sku: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Count:
    """Somebody counts, and finds so many pieces more than Odoo thought, or fewer (negative)."""

    at: float
    sku: str
    difference: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A marketplace is away, for buyers too, or throttles its sellers: it takes no number meanwhile."""

    shop: str
    kind: str
    start: float
    end: float


@dataclass(frozen=True)
class Day:
    """All of it, each list in the order of time; `stock` is pieces in the morning by SKU."""

    stock: dict[str, int]
    visits: list[Visit]
    receipts: list[Receipt]
    counts: list[Count]
    troubles: list[Trouble]

    def is_away(self, shop: str, at: float) -> bool:
        """Whether nobody can buy there at that time."""
        return any(
            trouble.kind == AWAY and trouble.shop == shop and trouble.start <= at < trouble.end
            for trouble in self.troubles
        )

    def closed(self, shop: str) -> list[tuple[float, float]]:
        """When the shop takes no number: from, to."""
        return [(trouble.start, trouble.end) for trouble in self.troubles if trouble.shop == shop]


def plan(seed: int, *, delay: tuple[float, float], visits: int = VISITS) -> Day:
    """Draw a day.

    :param seed: the same seed gives the same day
    :param delay: seconds an order takes to reach Odoo, at least and at most
    """
    draw = random.Random(seed)
    skus = [SKU % number for number in range(1, PRODUCTS + 1)]
    stock = {sku: draw.randint(0, MOST_STOCK) for sku in skus}
    ranked = draw.sample(skus, len(skus))
    popularity = [1 / (rank + FLATTENING) for rank in range(len(ranked))]

    def any_sku() -> str:
        return draw.choices(ranked, popularity)[0]

    def any_time(start: float = 0, seconds: float = DAY) -> float:
        return round(draw.uniform(start, start + seconds), 3)

    def visit(sku: str, at: float) -> Visit:
        later = draw.uniform(SHORTEST_HOLD, LONGEST_HOLD)
        return Visit(at, draw.choice(SHOPS), sku, draw.choice(WANTED), round(draw.uniform(*delay), 3), later)

    def rush() -> list[Visit]:
        sku, start = any_sku(), any_time(seconds=DAY - RUSH_SECONDS)
        return [visit(sku, any_time(start, RUSH_SECONDS)) for _ in range(RUSH_BUYERS)]

    rushing = [one for _ in range(int(visits * RUSH_SHARE) // RUSH_BUYERS) for one in rush()]
    return Day(
        stock,
        _in_order(rushing + [visit(any_sku(), any_time()) for _ in range(visits - len(rushing))]),
        _in_order(Receipt(any_time(), any_sku(), draw.randint(1, LARGEST_RECEIPT)) for _ in range(RECEIPTS)),
        _in_order(Count(any_time(), any_sku(), draw.choice((-3, -2, -1, -1, 1, 1, 2))) for _ in range(COUNTS)),
        _troubles(draw),
    )  # fmt: skip


def _in_order(events) -> list:
    return sorted(events, key=lambda event: event.at)


def _troubles(draw: random.Random) -> list[Trouble]:
    """Return troubles that do not overlap within a shop: each has its turn in each part of the day."""
    troubles = []
    for kind, number, seconds in ((AWAY, OUTAGES, OUTAGE_SECONDS), (THROTTLED, THROTTLES, THROTTLE_SECONDS)):
        for turn in range(number):
            shop = SHOPS[turn % len(SHOPS)]
            # Away in the first half of the day, throttled in the second.
            start = round(draw.uniform(0, DAY / 2 - max(seconds)) + (kind == THROTTLED) * DAY / 2, 3)
            troubles.append(Trouble(shop, kind, start, start + round(draw.uniform(*seconds), 3)))
    return sorted(troubles, key=lambda trouble: trouble.start)
