# SPDX-License-Identifier: LGPL-3.0-or-later
"""docs/benchmarks.md: both connectors side by side, on what, and what the comparison leaves out."""

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from statistics import median

from dev import clone
from dev.peer import plot, results
from dev.peer.connectors import CHANNELS, CHANNELS_OF_FOUR
from dev.peer.costs import PAIRS_A_ROUND
from dev.peer.drains import ALL_OF, FOUR, LATENCIES, SLICE
from dev.peer.goods import OFF, OURS, THEIRS
from dev.peer.reconcile import LATENCIES as COMPARED_AT
from dev.peer.summary import Summary
from dev.say import Trouble

FILE = clone.ROOT / "docs" / "benchmarks.md"
TEMPLATE = Path(__file__).with_name("page.md")
HEAD = ("| what | products | no connector | marketplace_sync | shopify_connector | ratio |", "|---" + "|---:" * 5 + "|")


def write() -> Summary:
    """Write the page and its pictures from what was measured last."""
    samples = results.samples()
    if ALL_OF not in samples:
        raise Trouble(f"Not everything has been measured with {ALL_OF:,} products: run make bench-peer first.")
    summary, about = Summary(samples), results.about()
    plot.draw(summary)
    text = TEMPLATE.read_text().format(
        table="\n".join([*HEAD, *_rows(summary)]), speed=plot.SPEED, cost=plot.COST, slice=SLICE,
        pairs=PAIRS_A_ROUND * about["rounds"], channels=CHANNELS, four=CHANNELS_OF_FOUR, about=about,
        drain=summary.drain_ratio(), drain_four=summary.drain_ratio(FOUR), calls=summary.calls_ratio(),
        delivery=summary.delivery_ratio(), delivery_medians=summary.delivery_ratio_of_medians(),
        reconcile=summary.reconcile_ratio(), largest=summary.largest,
        ours_ms=median(summary.added(summary.largest, OURS)) * 1000,
        most_ms=summary.added_at_most(summary.largest, OURS) * 1000,
        theirs_ms=median(summary.added(summary.largest, THEIRS)) * 1000,
        theirs=", ".join(f"`{name}` {version}" for name, version in about["theirs"].items()),
        took=_took(), minutes=_minutes(),
    )  # fmt: skip
    FILE.write_text(text)
    return summary


def _rows(summary: Summary):
    for number, parts in sorted(summary.samples.items()):
        size = f"{number:,}"
        quants, delivery = parts["quants"], parts["delivery"]
        yield _row("quant update, ms a product", size, *(quants[role]["ms"] for role in (OFF, OURS, THEIRS)))
        yield _row("quant update, SQL a product", size, *(quants[role]["sql"] for role in (OFF, OURS, THEIRS)))
        yield _row("delivery of 100 lines, s", size, *(delivery[role]["s"] for role in (OFF, OURS, THEIRS)))
        yield _row("delivery of 100 lines, SQL", size, *(delivery[role]["sql"] for role in (OFF, OURS, THEIRS)))
        added = [summary.added(number, role) for role in (OURS, THEIRS)]
        yield _row("added to a delivery, s", size, (), *added, ratio="")
        for latency in LATENCIES:
            what = f"pushed, {latency} ms an answer, products/s"
            ours, *theirs = (summary.per_second(number, str(latency), role) for role in (OURS, THEIRS, FOUR))
            yield _row(what, size, (), ours, theirs[0])
            yield _row(f"{what}, 4 jobs at a time", size, (), ours, theirs[1])
        for what, said in (("calls", "HTTP calls for 1,000 products"), ("connections", "TLS connections for 1,000")):
            yield _row(said, size, (), *([summary.per_thousand(number, role, what)] for role in (OURS, THEIRS)))
        for latency in COMPARED_AT:
            compared = (summary.comparing(number, str(latency), role) for role in (OURS, THEIRS))
            yield _row(f"reconciled, a tenth differs, {latency} ms an answer, s", size, (), *compared)
    ours, theirs = summary.wrong(OURS), summary.wrong(THEIRS) + summary.wrong(FOUR)
    yield f"| numbers wrong after all that | all | | {ours} | {theirs} | |"
    for said, count in (
        ("changes that never reached the shop", "lost"),
        ("sold pieces on sale again", "put_back"),
        ("pieces too many or too few once the orders are in Odoo", "astray"),
    ):
        ours, theirs = ("{} of {}".format(*getattr(summary, count)(role)) for role in (OURS, THEIRS))
        yield f"| {said} | all | | {ours} | {theirs} | |"


def _row(what: str, size: str, off: Sequence, ours: Sequence, theirs: Sequence, ratio: str | None = None) -> str:
    """Return a line of the table; the ratio is of the medians, the larger over the smaller."""
    if ratio is None:
        low, high = sorted((median(ours), median(theirs)))
        ratio = f"{high / low:,.3g} x" if high < 1000 * low else f"{high / low:,.0f} x"
    return f"| {what} | {size} | {_spread(off)} | {_spread(ours)} | {_spread(theirs)} | {ratio} |"


def _spread(samples: Sequence[float]) -> str:
    """Write a median with the least and the most, where there is more than one sample that tells."""
    if not samples:
        return ""
    low, middle, high = map(_number, (min(samples), median(samples), max(samples)))
    return middle if low == high else f"{middle} ({low} to {high})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _minutes() -> int:
    """Return how long all parts took, those measured again later included as they were then."""
    return ceil(sum(seconds for parts in results.seconds().values() for seconds in parts.values()) / 60)


def _took() -> str:
    lines = [
        f"{number:,} products: " + ", ".join(f"{part} {seconds:.0f} s" for part, seconds in parts.items())
        for number, parts in sorted(results.seconds().items())
    ]
    return "; ".join(lines)
