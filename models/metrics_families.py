# SPDX-License-Identifier: LGPL-3.0-or-later
"""What Prometheus is told, by name: plain data, no database. docs/operator.md lists the names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

PREFIX = "marketplace_sync_"
LABELS = ("account_id", "account", "platform", "company")
Row = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """What was read of the database; each row has the `id` of its account.

    :param accounts: id, name, platform, company, state, failures, last_success (epoch seconds or None), marks, age
        (seconds or None), pushes, acknowledged, unchanged, failed, calls, seconds
    :param states: all an account may have
    :param listings: id, state, listings
    :param allowances: id, name, used, granted
    :param unsorted: marks, age (seconds or None)
    """

    accounts: list[Row]
    states: list[str]
    listings: list[Row]
    allowances: list[Row]
    unsorted: Row


def families(figures: Figures) -> Iterator[Metric]:
    """Yield the metrics, each with a sample for each account and whatever else it is told by."""
    labels = {
        row["id"]: (str(row["id"]), row["name"], row["platform"], row["company"] or "") for row in figures.accounts}
    yield from _of_accounts(figures, labels)
    yield from _totals(figures, labels)
    listings = _gauge("listings", "Listings by state, counted up to 10,001.", "state")
    for row in figures.listings:
        listings.add_metric((*labels[row["id"]], row["state"]), row["listings"])
    yield listings
    for name, meaning in (("used", "Requests counted against a marketplace's allowance in its present window."),
                          ("granted", "Requests a marketplace grants in one window.")):
        allowance = _gauge(f"allowance_{name}", meaning, "allowance")
        for row in figures.allowances:
            allowance.add_metric((*labels[row["id"]], row["name"]), row[name])
        yield allowance
    yield GaugeMetricFamily(
        f"{PREFIX}unsorted_marks", "Stock changes not yet dealt out to accounts, counted up to 100,001.",
        value=figures.unsorted["marks"])
    yield GaugeMetricFamily(
        f"{PREFIX}oldest_unsorted_age_seconds", "Age of the oldest stock change not yet dealt out; 0 without any.",
        value=figures.unsorted["age"] or 0)


def _of_accounts(figures: Figures, labels: dict[int, tuple[str, ...]]) -> Iterator[Metric]:
    state = _gauge("account_state", "1 for the state the account is in, 0 for the others.", "state")
    success = _gauge("last_success_timestamp_seconds", "When the shop last had a right number; none before the first.")
    for row in figures.accounts:
        for name in figures.states:
            state.add_metric((*labels[row["id"]], name), int(name == row["state"]))
        if row["last_success"] is not None:
            success.add_metric(labels[row["id"]], row["last_success"])
    yield state
    yield success
    for column, name, meaning in (
            ("failures", "failures_in_a_row", "Times the shop could not be worked with since it last could."),
            ("marks", "waiting_marks", "Stock changes waiting to be pushed, counted up to 100,001."),
            ("age", "oldest_waiting_age_seconds", "Age of the oldest stock change that waits; 0 when none does.")):
        gauge = _gauge(name, meaning)
        for row in figures.accounts:
            gauge.add_metric(labels[row["id"]], row[column] or 0)
        yield gauge


def _totals(figures: Figures, labels: dict[int, tuple[str, ...]]) -> Iterator[Metric]:
    for column, name, meaning in (
            ("pushes", "pushes", "Pushes that did something."),
            ("calls", "push_calls", "Requests sent to the shop by pushes."),
            ("seconds", "push_seconds", "Seconds spent pushing.")):
        counter = CounterMetricFamily(PREFIX + name, meaning, labels=LABELS)
        for row in figures.accounts:
            counter.add_metric(labels[row["id"]], row[column])
        yield counter
    pushed = CounterMetricFamily(
        f"{PREFIX}pushed_listings", "Listings that were pushed, by what became of them.", labels=(*LABELS, "outcome"))
    for row in figures.accounts:
        for outcome in ("acknowledged", "unchanged", "failed"):
            pushed.add_metric((*labels[row["id"]], outcome), row[outcome])
    yield pushed


def _gauge(name: str, meaning: str, *more: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, meaning, labels=(*LABELS, *more))
