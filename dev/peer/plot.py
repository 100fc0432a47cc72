# SPDX-License-Identifier: LGPL-3.0-or-later
"""The pictures of docs/benchmarks.md: how fast, and what it costs who moves stock."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from dev import clone
from dev.peer.drains import FOUR, LATENCIES
from dev.peer.goods import OFF, OURS, THEIRS
from dev.peer.summary import Summary

FOLDER = clone.ROOT / "docs"
SPEED, COST = "benchmarks_speed.png", "benchmarks_cost.png"
TITLES = {
    OFF: "no connector",
    OURS: "marketplace_sync",
    THEIRS: "shopify_connector",
    FOUR: "shopify_connector, 4 jobs at a time",
}
COLOURS = {OFF: "#95a5a6", OURS: "#2980b9", THEIRS: "#c0392b", FOUR: "#e67e22"}
SIZE = (16, 5.6)


def draw(summary: Summary) -> None:
    """Draw both pictures."""
    import matplotlib as mpl

    mpl.use("Agg")
    _draw(SPEED, _speed, summary, f"Bringing changes to the shop: {summary.largest:,} products on sale (logarithmic)")
    _draw(COST, _cost, summary, f"What it costs whoever moves stock: {summary.largest:,} products on sale (linear)")


def _draw(name: str, fill, summary: Summary, title: str) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=SIZE, layout="constrained")
    fill(axes, summary)
    handles = {label: bars for axis in axes for bars, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=len(handles), frameon=False)
    figure.suptitle(title, fontsize=15)
    figure.savefig(Path(FOLDER, name), dpi=100, metadata={"Software": None})
    pyplot.close(figure)


def _speed(axes, summary: Summary) -> None:
    number = summary.largest
    answers = [f"{latency} ms" for latency in LATENCIES]
    rates = {
        role: [summary.per_second(number, str(latency), role) for latency in LATENCIES]
        for role in (OURS, THEIRS, FOUR)
    }
    _bars(axes[0], answers, rates, "Products pushed a second (more is better)", log=True)
    axes[0].set_xlabel("time the shop takes to answer")
    traffic = {
        role: [[summary.per_thousand(number, role, what)] for what in ("calls", "connections")]
        for role in (OURS, THEIRS)
    }
    _bars(axes[1], ["HTTP calls", "TLS connections"], traffic, "For 1,000 changed products (less is better)", log=True)
    sizes = sorted(summary.samples)
    comparing = {role: [summary.comparing(size, "100", role) for size in sizes] for role in (OURS, THEIRS)}
    _bars(
        axes[2], [f"{size:,}" for size in sizes], comparing, "Reconciling, a tenth differs: seconds (less is better)",
        log=True,
    )  # fmt: skip
    axes[2].set_xlabel("products compared; 100 ms an answer")


def _cost(axes, summary: Summary) -> None:
    found = summary.samples[summary.largest]
    roles = (OFF, OURS, THEIRS)
    for axis, unit, title in (
        (axes[0], "ms", "One quant updated: ms a product"),
        (axes[1], "sql", "One quant updated: SQL statements a product"),
    ):
        _bars(axis, [""], {role: [found["quants"][role][unit]] for role in roles}, title)
    _bars(axes[2], [""], {role: [found["delivery"][role]["s"]] for role in roles}, "A delivery of 100 lines: seconds")


def _bars(axis, ticks: Sequence[str], series: dict[str, list[list[float]]], title: str, log: bool = False) -> None:
    """Draw a group of bars at each tick: the median, and a line from the least to the most sample."""
    width = 0.8 / len(series)
    for place, (role, groups) in enumerate(series.items()):
        middles = [median(samples) for samples in groups]
        spread = [
            [middle - min(samples) for middle, samples in zip(middles, groups, strict=True)],
            [max(samples) - middle for middle, samples in zip(middles, groups, strict=True)],
        ]
        at = [tick + (place - (len(series) - 1) / 2) * width for tick in range(len(ticks))]
        bars = axis.bar(
            at, middles, width * 0.92, yerr=spread, capsize=3, color=COLOURS[role], ecolor="#2c3e50", label=TITLES[role]
        )
        axis.bar_label(bars, [_number(middle) for middle in middles], padding=3)
    axis.set_xticks(range(len(ticks)), ticks)
    axis.set_title(title)
    axis.margins(y=0.15)
    axis.spines[["top", "right"]].set_visible(False)
    if log:
        axis.set_yscale("log")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
