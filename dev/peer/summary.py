# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the samples come to: medians, and how many times one connector is the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import median

from dev.peer.drains import ALL_OF, FOUR
from dev.peer.goods import OFF, OURS, THEIRS

SLOW = "100"  # milliseconds an answer, where the ratios are taken
NORMAL_95 = 1.96
RESOLUTION_S = 0.001  # less than this is not claimed of a delivery of seconds


@dataclass(frozen=True)
class Summary:
    """One run; ratios are of its largest number of products.

    :param samples: by number of products and part
    """

    samples: dict[int, dict[str, dict]]

    @property
    def largest(self) -> int:
        """The largest number of products."""
        return max(self.samples)

    def per_second(self, number: int, latency: str, role: str) -> list[float]:
        """Return products a second of each push."""
        return [push["products"] / push["seconds"] for push in self.samples[number]["drain"][latency][role]]

    def per_thousand(self, number: int, role: str, what: str) -> float:
        """Return `calls` or `connections` for 1,000 products, by the pushes without a network."""
        pushes = self.samples[number]["drain"]["0"][role]
        return median(push[what] * 1000 / push["products"] for push in pushes)

    def calls(self, role: str) -> list[int]:
        """Return the calls of pushing exactly 1,000 products."""
        pushes = self.samples[ALL_OF]["drain"]["0"][role]
        return [push["calls"] for push in pushes if push["products"] == ALL_OF]

    def comparing(self, number: int, latency: str, role: str) -> list[float]:
        """Return the seconds of each comparison."""
        return [run["seconds"] for run in self.samples[number]["reconcile"][latency][role]]

    def added(self, number: int, role: str) -> list[float]:
        """Return the seconds a connector adds to each delivery: its time less that without one, of the same turn."""
        delivery = self.samples[number]["delivery"]
        without, with_it = delivery[OFF]["s"], delivery[role]["s"]
        # The first pair of each round has the other connector beside it.
        turns = without[:: len(without) // len(with_it)]
        return [seconds - base for seconds, base in zip(with_it, turns, strict=True)]

    def added_at_most(self, number: int, role: str) -> float:
        """Return the seconds it adds at most: the upper end of its median's confidence, no less than a millisecond."""
        return max(RESOLUTION_S, upper_median(self.added(number, role)))

    def drain_ratio(self, role: str = THEIRS) -> float:
        """Return how many times as fast this addon pushes."""
        rates = [median(self.per_second(self.largest, SLOW, each)) for each in (OURS, role)]
        return rates[0] / rates[1]

    def calls_ratio(self) -> float:
        """Return how many times as many calls the other makes for 1,000 products."""
        return median(self.calls(THEIRS)) / median(self.calls(OURS))

    def delivery_ratio(self) -> float:
        """Return how many times as much time the other adds to a delivery, at least."""
        return median(self.added(self.largest, THEIRS)) / self.added_at_most(self.largest, OURS)

    def delivery_ratio_of_medians(self) -> float:
        """Return the likeliest such number, which nobody can vouch for."""
        ours, theirs = (median(self.added(self.largest, role)) for role in (OURS, THEIRS))
        return theirs / max(RESOLUTION_S, ours)

    def reconcile_ratio(self) -> float:
        """Return how many times as long the other takes to compare."""
        seconds = [median(self.comparing(self.largest, SLOW, role)) for role in (OURS, THEIRS)]
        return seconds[1] / seconds[0]

    def wrong(self, role: str) -> int:
        """Return how many numbers were wrong after all pushes and comparisons, of whichever size."""
        return sum(
            run["wrong"]
            for parts in self.samples.values()
            for part in ("drain", "reconcile")
            for by_role in parts[part].values()
            for run in by_role.get(role, ())
        )

    def lost(self, role: str) -> tuple[int, int]:
        """Return how many changes never reached the shop, and how many were made."""
        trials = [trial for parts in self.samples.values() for trial in parts["lost"][role]]
        return sum(trial["odoo"] != trial["shop"] for trial in trials), len(trials)

    def put_back(self, role: str) -> tuple[int, int]:
        """Return how many pieces were on sale again after they were sold, and how many were sold."""
        trials = [trial for parts in self.samples.values() for trial in parts["oversold"][role]]
        return sum(max(0, trial["shown"] - trial["left"]) for trial in trials), sum(trial["sold"] for trial in trials)

    def astray(self, role: str) -> tuple[int, int]:
        """Return the pieces too many or too few on sale once the orders were in Odoo, and how many there were."""
        trials = [trial for parts in self.samples.values() for trial in parts["oversold"][role]]
        astray = sum(abs(trial["shown_after"] - trial["left"]) for trial in trials)
        return astray, sum(trial["left"] for trial in trials)


def upper_median(values: Sequence[float]) -> float:
    """Return the upper end of the median's 95 % confidence interval, by rank: it assumes no distribution."""
    rank = ceil(len(values) / 2 + NORMAL_95 * sqrt(len(values)) / 2)
    return sorted(values)[min(rank, len(values) - 1)]


def note(summary: Summary) -> None:
    """Keep the figures in bench.json."""
    from dev.bench import figures

    largest = summary.largest
    figures.note("peer.drain_ratio", [summary.drain_ratio()])
    figures.note("peer.drain_ratio.four_jobs", [summary.drain_ratio(FOUR)])
    for role in (OURS, THEIRS):
        figures.note(f"peer.drain.{role}_per_s", summary.per_second(largest, SLOW, role))
    figures.note("peer.calls_ratio", [summary.calls_ratio()])
    for role in (OURS, THEIRS):
        figures.note(f"peer.calls.{role}", summary.calls(role))
    figures.note("peer.delivery100_overhead_ratio", [summary.delivery_ratio()])
    figures.note("peer.delivery100_overhead_ratio.medians", [summary.delivery_ratio_of_medians()])
    figures.note("peer.delivery100.ours_at_most_s", [summary.added_at_most(largest, OURS)])
    for role in (OURS, THEIRS):
        figures.note(f"peer.delivery100.{role}_added_s", summary.added(largest, role))
    figures.note("peer.reconcile_ratio", [summary.reconcile_ratio()])
    for role in (OURS, THEIRS):
        figures.note(f"peer.reconcile.{role}_s", summary.comparing(largest, SLOW, role))
    for role in (OURS, THEIRS):
        figures.note(f"peer.lost_updates.{role}", [summary.lost(role)[0]])
        figures.note(f"peer.put_back_on_sale.{role}", [summary.put_back(role)[0]])
