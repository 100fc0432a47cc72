# SPDX-License-Identifier: LGPL-3.0-or-later
"""The figures: what they are called, what is wanted of them, and bench.json, where the last measured ones are."""

import json
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from dev import clone, say

FILE = clone.ROOT / "bench.json"
COMPARE = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Figure:
    """One figure; `goal` is a comparison such as "<= 2", None for one that only tells."""

    name: str
    unit: str
    goal: str | None = None

    def is_met(self, value: float) -> bool:
        """Whether a value is what is wanted; always, where nothing is."""
        if not self.goal:
            return True
        sign, wanted = self.goal.split()
        return COMPARE[sign](value, float(wanted))


FIGURES = {
    figure.name: figure
    for figure in (
        Figure("mark.ms_per_product", "ms", "<= 0.1"),
        Figure("mark.ms_per_product.4accounts", "ms", "<= 0.1"),
        Figure("mark.sql_per_transaction", "statements", "<= 2"),
        Figure("mark.wake_sql", "statements"),
        Figure("mark.kits_sql_per_transaction", "statements", "<= 2"),
        Figure("delivery100.extra_sql", "statements", "<= 3"),
        Figure("delivery100.time_ratio", "on / off", "<= 1.02"),
        Figure("quantity.ms_per_listing", "ms", "<= 0.1"),
        Figure("quantity.ms_per_kit", "ms", "<= 0.4"),
        Figure("rules.remark_s", "s", "<= 3"),
        Figure("rules.ms_per_listing", "ms"),
        Figure("drain.products_per_s.0ms", "products/s", ">= 2500"),
        Figure("drain.products_per_s.100ms", "products/s", ">= 2000"),
        Figure("drain.calls", "calls", "<= 41"),
        Figure("drain.first_push_calls", "calls"),
        Figure("drain.plan_share", "of 2,500/s", ">= 0.9"),
        Figure("drain.ebay.calls", "calls", "<= 400"),
        Figure("drain.ebay.products_per_s", "products/s", ">= 1000"),
        Figure("drain.cartona.calls", "calls", "<= 100"),
        Figure("drain.cartona.calls.plain", "calls"),
        Figure("drain.cartona.products_per_s", "products/s", ">= 1500"),
        Figure("recover.ratio", "of the seconds", "<= 2"),
        Figure("recover.ratio.equal", "of the seconds"),
        Figure("recover.ratio.ebay", "of the seconds", "<= 2"),
        Figure("recover.ratio.cartona", "of the seconds", "<= 2"),
        Figure("reconcile.levels_per_s", "levels/s", ">= 1500"),
        Figure("reconcile.calls", "calls"),
        Figure("drain.rss_mb", "MB", "<= 150"),
        Figure("drain.backlog_ratio", "of the speed", ">= 0.9"),
        Figure("drain.backlog_clear_s", "s"),
        Figure("gc.orphans_per_s", "orphans/s", ">= 50000"),
        Figure("gc.longest_lock_s", "s", "<= 0.5"),
        *(Figure(f"drain.shards.{shards}x{servers}", "products/s") for servers in (1, 2) for shards in (1, 2, 4)),
        Figure("hot.throughput_ratio", "on / off", ">= 0.97"),
        Figure("hot.throughput_ratio.draining", "on / off"),
        Figure("hot.retries_per_1000.on", "transactions"),
        Figure("hot.retries_per_1000.off", "transactions"),
        Figure("ui.dashboard_ms", "ms", "<= 300"),
        Figure("ui.listings_ms", "ms", "<= 300"),
        Figure("ui.waiting_ms", "ms", "<= 300"),
        Figure("ui.logs_ms", "ms", "<= 300"),
        Figure("ui.requests_ms", "ms", "<= 300"),
        Figure("ui.drift_ms", "ms", "<= 300"),
        Figure("ui.comparisons_ms", "ms", "<= 300"),
        Figure("ui.pushes_graph_ms", "ms", "<= 300"),
        Figure("ui.pushes_pivot_ms", "ms", "<= 300"),
        Figure("ui.bulk_ms", "ms", "<= 300"),
        Figure("ui.history_ms", "ms", "<= 300"),
        Figure("ui.marketplaces_ms", "ms", "<= 300"),
        Figure("ui.credentials_ms", "ms", "<= 300"),
        Figure("ui.rules_ms", "ms", "<= 300"),
        Figure("ui.formats_ms", "ms", "<= 300"),
        Figure("ui.products_ms", "ms", "<= 300"),
        Figure("ui.products_kanban_ms", "ms", "<= 300"),
        Figure("ui.variants_ms", "ms", "<= 300"),
        Figure("ui.listing_form_ms", "ms", "<= 300"),
        Figure("ui.product_form_ms", "ms", "<= 300"),
        Figure("ui.account_form_ms", "ms", "<= 300"),
        Figure("latency.p50_ms", "ms", "<= 300"),
        Figure("latency.p95_ms", "ms", "<= 1000"),
        Figure("peer.drain_ratio", "ours / theirs", ">= 300"),
        Figure("peer.drain_ratio.four_jobs", "ours / theirs"),
        Figure("peer.drain.ours_per_s", "products/s"),
        Figure("peer.drain.theirs_per_s", "products/s"),
        Figure("peer.calls_ratio", "theirs / ours", ">= 400"),
        Figure("peer.calls.ours", "calls"),
        Figure("peer.calls.theirs", "calls"),
        Figure("peer.delivery100_overhead_ratio", "theirs / ours", ">= 50"),
        Figure("peer.delivery100_overhead_ratio.medians", "theirs / ours"),
        Figure("peer.delivery100.ours_at_most_s", "s"),
        Figure("peer.delivery100.ours_added_s", "s"),
        Figure("peer.delivery100.theirs_added_s", "s"),
        Figure("peer.reconcile_ratio", "theirs / ours", ">= 100"),
        Figure("peer.reconcile.ours_s", "s"),
        Figure("peer.reconcile.theirs_s", "s"),
        Figure("peer.lost_updates.ours", "changes"),
        Figure("peer.lost_updates.theirs", "changes"),
        Figure("peer.put_back_on_sale.ours", "pieces"),
        Figure("peer.put_back_on_sale.theirs", "pieces"),
        Figure("scale.mark_ratio", "large / small", "<= 1.5"),
        Figure("scale.sort_ratio", "large / small", "<= 1.5"),
        Figure("scale.drain_ratio", "large / small", "<= 1.5"),
        Figure("scale.account_form_ratio", "large / small", "<= 1.5"),
        Figure("scale.account_list_ratio", "large / small", "<= 1.5"),
        Figure("scale.dashboard_ratio", "large / small", "<= 1.5"),
        Figure("scale.listings_ratio", "large / small", "<= 1.5"),
        Figure("scale.listings_of_account_ratio", "large / small", "<= 1.5"),
        Figure("scale.listings_filtered_ratio", "large / small", "<= 1.5"),
        Figure("scale.listing_form_ratio", "large / small", "<= 1.5"),
        Figure("scale.failed_ratio", "large / small", "<= 1.5"),
        Figure("scale.waiting_ratio", "large / small", "<= 1.5"),
        Figure("scale.history_ratio", "large / small", "<= 1.5"),
        Figure("scale.log_ratio", "large / small", "<= 1.5"),
        Figure("scale.products_ratio", "large / small", "<= 1.5"),
        Figure("scale.product_form_ratio", "large / small", "<= 1.5"),
        Figure("scale.gc_idle_ratio", "large / small", "<= 1.5"),
        Figure("scale.gc_orphans_ratio", "large / small", "<= 1.5"),
        Figure("scale.gc_listing_ratio", "large / small", "<= 1.5"),
        Figure("scale.gc_level_ratio", "large / small", "<= 1.5"),
        Figure("scale.gc_history_ratio", "large / small", "<= 1.5"),
        Figure("scale.dirty_bloat_ratio", "of its peak's size", "<= 4"),
        Figure("scale.sort_end_ratio", "of the seconds", "<= 1.5"),
        Figure("scale.sort_held_ratio", "of the seconds"),
        Figure("trading.oversold_units", "pieces", "<= 0"),
        Figure("trading.oversold_units_10min", "pieces"),
        Figure("trading.in_flight_units", "pieces"),
        Figure("trading.unavoidable_units", "pieces"),
        Figure("trading.unavoidable_units.shares", "pieces", "<= 0"),
        Figure("chaos.lost", "listings", "<= 0"),
        Figure("chaos.inverted", "numbers", "<= 0"),
        Figure("chaos.marking_failures", "transactions", "<= 0"),
    )
}


def note(name: str, samples: Sequence[float], value: float | None = None) -> None:
    """Say a figure with its spread and keep it in bench.json.

    :param value: where it is not the median of the samples
    """
    figure = FIGURES[name]
    value = median(samples) if value is None else value
    spread = "one run"
    if len(samples) > 1:
        low, _middle, high = map(_number, quantiles(samples, n=4, method="inclusive"))
        least, most = _number(min(samples)), _number(max(samples))
        spread = f"{len(samples)} samples from {least} to {most}, half of them in {low} to {high}"
    goal = f"goal {figure.goal}: {'met' if figure.is_met(value) else 'MISSED'}" if figure.goal else "no goal"
    say.line(f"  {name} = {_number(value)} {figure.unit} ({goal}; {spread})")
    _keep(figure, value)


def kept() -> list[dict]:
    """Return what was measured last, by figure, in their order."""
    rows = {row["name"]: row for row in json.loads(FILE.read_text())} if FILE.exists() else {}
    return [rows[name] for name in FIGURES if name in rows]


def missed() -> list[str]:
    """Return the figures whose last value is not what is wanted."""
    return [row["name"] for row in kept() if not FIGURES[row["name"]].is_met(row["value"])]


def table() -> str:
    """Return the last figures as a table in Markdown."""
    lines = ["| figure | measured | goal |", "|---|---:|---:|"]
    for row in kept():
        lines.append(f"| {row['name']} | {_number(row['value'])} {row['unit']} | {row['goal'] or '-'} |")
    return "\n".join(lines)


def _keep(figure: Figure, value: float) -> None:
    rows = {row["name"]: row for row in kept()}
    rows[figure.name] = {"name": figure.name, "value": round(value, 4), "unit": figure.unit, "goal": figure.goal}
    FILE.write_text(json.dumps([rows[name] for name in FIGURES if name in rows], indent=1) + "\n")


def _number(value: float) -> str:
    """Write a number with the digits that matter."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
