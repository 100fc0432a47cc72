# SPDX-License-Identifier: LGPL-3.0-or-later
"""What `make bench-peer` makes of its samples: each ratio is what the page says it is."""

import pytest

from dev.bench import figures
from dev.peer import page, plot, results
from dev.peer.summary import Summary, note, upper_median
from dev.say import Trouble

PAIRS = 8  # of ours a round of theirs


def part(off, ours, theirs, unit):
    return {
        role: {unit: values, "sql": [float(len(role))] * len(values)}
        for role, values in (("off", off), ("ours", ours), ("theirs", theirs))
    }


def pushes(products, seconds, calls):
    return [{"products": products, "seconds": seconds, "calls": calls, "connections": calls, "wrong": products // 100}]


def drained(number):
    ours = pushes(number, 1.0, number // 250)
    theirs, four = pushes(100, 25.0, 200), pushes(100, 10.0, 200)
    found = {latency: {"ours": ours, "theirs": theirs, "theirs4": four} for latency in ("0", "50", "100")}
    found["0"] = {**found["0"], "theirs": [*theirs, *pushes(1_000, 80.0, 2_000)]}
    return found


def compared(seconds):
    return [{"seconds": seconds, "calls": 1, "connections": 1, "drifted": 1, "wrong": 1}]


def sampled(number, ours_late=0.004):
    without = [1.0 + pair / 100 for pair in range(2 * PAIRS)]
    delivery = part(without, [s + ours_late for s in without], [s + 2.0 for s in without[::PAIRS]], "s")
    return {
        "quants": part([2.0, 3.0], [2.1, 3.1], [9.0, 12.0], "ms"),
        "delivery": delivery,
        "drain": drained(number),
        "reconcile": {latency: {"ours": compared(2.0), "theirs": compared(150.0)} for latency in ("0", "100")},
        "lost": {"ours": [{"odoo": 11, "shop": 11}], "theirs": [{"odoo": 11, "shop": 1}, {"odoo": 11, "shop": 11}]},
        "oversold": {
            "ours": [{"sold": 30, "left": 70, "shown": 69, "shown_after": 69}],
            "theirs": [{"sold": 30, "left": 70, "shown": 100, "shown_after": 70}],
        },
    }


@pytest.fixture
def summary():
    return Summary({1_000: sampled(1_000), 10_000: sampled(10_000)})


def test_the_ratios_are_of_the_largest_number_of_products(summary):
    assert summary.drain_ratio() == pytest.approx(10_000 / (100 / 25))
    assert summary.drain_ratio("theirs4") == pytest.approx(10_000 / (100 / 10))
    assert summary.reconcile_ratio() == pytest.approx(75)


def test_calls_are_counted_where_all_thousand_were_pushed(summary):
    assert summary.calls("theirs") == [2_000]
    assert summary.calls_ratio() == 500


def test_a_delivery_is_compared_with_the_one_of_its_turn(summary):
    assert summary.added(1_000, "theirs") == pytest.approx([2.0, 2.0])
    assert summary.added(1_000, "ours") == pytest.approx([0.004] * 2 * PAIRS)
    assert summary.delivery_ratio() == pytest.approx(2.0 / 0.004)
    assert summary.delivery_ratio_of_medians() == pytest.approx(500)


def test_what_can_be_vouched_for_is_less_than_what_is_likely():
    samples = sampled(1_000)
    samples["delivery"]["ours"]["s"][-5:] = [late + 0.5 for late in samples["delivery"]["ours"]["s"][-5:]]
    uneven = Summary({1_000: samples})
    assert uneven.delivery_ratio() == pytest.approx(2.0 / 0.504)
    assert uneven.delivery_ratio_of_medians() == pytest.approx(500)


def test_less_than_can_be_told_apart_is_not_claimed():
    faster = Summary({1_000: sampled(1_000, ours_late=-0.2)})
    assert faster.added_at_most(1_000, "ours") == 0.001
    assert faster.delivery_ratio() == faster.delivery_ratio_of_medians() == pytest.approx(2.0 / 0.001)


def test_the_upper_end_of_a_median():
    assert upper_median([3, 1, 2]) == 3
    # By the binomial distribution the median lies between the 7th and the 18th of 24 values in 95 % of all cases.
    assert upper_median(list(range(1, 25))) == 18


def test_what_went_wrong_is_counted_over_all_databases(summary):
    assert (summary.lost("ours"), summary.lost("theirs")) == ((0, 2), (2, 4))
    assert summary.wrong("theirs") == 2 * (1 + 10 + 1 + 1 + 1 + 1)
    # A shop that shows fewer than there are has sold nothing twice.
    assert (summary.astray("ours"), summary.astray("theirs")) == ((2, 140), (0, 140))
    assert (summary.put_back("ours"), summary.put_back("theirs")) == ((0, 60), (60, 60))


def test_the_page_and_its_pictures(summary, tmp_path, monkeypatch):
    about = {
        "date": "2026-11-21", "rounds": 2, "odoo": "19.0", "python": "3.11", "ours": "1", "cores": 2,
        "postgres": {"server_version": "18", "fsync": "on", "synchronous_commit": "on"}, "processor": "fast",
        "memory_gb": 24, "theirs": {"odoo-addon-shopify-connector": "19.0.1", "odoo-addon-queue-job": "19.0.2"},
    }  # fmt: skip
    monkeypatch.setattr(results, "about", lambda: about)
    monkeypatch.setattr(results, "samples", lambda: summary.samples)
    monkeypatch.setattr(results, "seconds", lambda: {1_000: {"quants": 3.0}})
    monkeypatch.setattr(page, "FILE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(plot, "FOLDER", tmp_path)
    page.write()
    text = (tmp_path / "benchmarks.md").read_text()
    assert "| HTTP calls for 1,000 products, the other over this addon | 500 | >= 400 |" in text
    assert "| quant update, ms a product | 1,000 | 2.5 (2 to 3) | 2.6 (2.1 to 3.1) | 10.5 (9 to 12) | 4.04 x |" in text
    assert "| changes that never reached the shop | all | | 0 of 2 | 2 of 4 | |" in text
    assert "{" not in text
    for name in (plot.SPEED, plot.COST):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_a_page_wants_everything_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FILE", tmp_path / "peer.json")
    results.keep(1_000, "quants", {}, 3.0)
    with pytest.raises(Trouble, match=r"1,000 products: run make bench-peer"):
        page.write()


def test_every_figure_has_its_name_and_unit(summary, tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "FILE", tmp_path / "bench.json")
    note(summary)
    kept = {row["name"]: row["value"] for row in figures.kept()}
    assert set(kept) == {name for name in figures.FIGURES if name.startswith("peer.")}
    assert (kept["peer.calls_ratio"], kept["peer.reconcile_ratio"]) == (500, 75)
