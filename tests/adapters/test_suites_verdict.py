# SPDX-License-Identifier: LGPL-3.0-or-later
"""What `make test-odoo` makes of two runs of the same tests."""

import json

import pytest

from dev.suites import compare, outcomes, report, sides
from dev.suites.outcomes import Outcome, Run
from dev.suites.plan import Suite

PASSED, FAILED = Outcome("passed", marked=1), Outcome("failed", "AssertionError: 3 != 2", marked=1)


def runs(without, with_addon, written=7):
    """Both sides of a suite called stock."""
    return {"stock": Run(without)}, {"stock": Run(with_addon, written)}


def read(tmp_path, *lines):
    file = tmp_path / "run.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return outcomes.read(file)


# === READING A RUN === #


def test_a_run_that_did_not_come_to_its_end_is_none(tmp_path):
    assert read(tmp_path, {"tests": ["a.B.c"]}, {"test": "a.B.c", "what": "passed"}) is None


def test_a_test_nothing_was_heard_of_never_ran(tmp_path):
    heard = {"test": "a.B.c", "what": "passed", "marked": 2}
    run = read(tmp_path, {"tests": ["a.B.c", "a.B.d"]}, heard, {"written": 5})
    assert run == Run({"a.B.c": Outcome("passed", marked=2), "a.B.d": Outcome("never ran")}, written=5)
    assert list(run.failing) == ["a.B.d"]


def test_what_fails_around_a_class_fails_each_of_its_tests(tmp_path):
    run = read(
        tmp_path,
        {"tests": ["a.B.c", "a.B.d", "a.Bc.e"]},
        {"test": "a.B.c", "what": "passed"},
        {"all_of": "a.B", "what": "error", "told": "KeyError"},
        {"test": "a.Bc.e", "what": "passed"},
        {"written": 0},
    )
    assert {test: outcome.what for test, outcome in run.outcomes.items()} == {
        "a.B.c": "error", "a.B.d": "error", "a.Bc.e": "passed",
    }  # fmt: skip


# === THE VERDICT === #


@pytest.mark.parametrize("became", ["failed", "error", "skipped", "never ran"])
def test_whatever_no_longer_passes_is_broken(became):
    assert outcomes.broken(Run({"t": PASSED}), Run({"t": Outcome(became)})) == ["t"]


def test_a_test_that_is_gone_is_broken():
    assert outcomes.broken(Run({"t": PASSED}), Run({})) == ["t"]


@pytest.mark.parametrize("before", ["failed", "error", "skipped", "never ran"])
def test_what_did_not_pass_before_is_not_the_addons_doing(before):
    assert outcomes.broken(Run({"t": Outcome(before)}), Run({"t": FAILED})) == []


def test_a_broken_test_is_told_with_both_outcomes_and_its_traceback():
    without, with_addon = runs({"odoo.addons.stock.t": PASSED}, {"odoo.addons.stock.t": FAILED})
    text = report.text(without, with_addon, {"stock": ["odoo.addons.stock.t"]}, [])
    assert "only without the addon: stock.t\n  without: passed\n  with: failed\nAssertionError: 3 != 2" in text
    status, verdict = report.verdict(without, with_addon, {"stock": ["odoo.addons.stock.t"]})
    assert (status, verdict) == (1, "1 of Odoo's tests pass only without the addon.")


def test_tests_that_fail_on_both_sides_are_named():
    without, with_addon = runs({"t": FAILED, "u": PASSED}, {"t": FAILED, "u": PASSED})
    assert "Fails on both sides: t" in report.text(without, with_addon, {"stock": []}, [])


def test_what_was_skipped_is_told_with_the_reason():
    skipped = Outcome("skipped", "no browser")
    without, with_addon = runs({"t": skipped, "u": skipped}, {"t": skipped, "u": skipped})
    assert "Skipped in stock: 2, no browser" in report.text(without, with_addon, {"stock": []}, [])


@pytest.mark.parametrize(("failing", "status"), [(10, 0), (11, 1)])
def test_some_tests_may_fail_on_both_sides_but_not_many(failing, status):
    tests = {str(number): FAILED if number < failing else PASSED for number in range(100)}
    assert report.verdict(*runs(tests, tests), {"stock": []})[0] == status


@pytest.mark.parametrize(("marked", "written"), [(0, 7), (1, 0)])
def test_an_addon_that_took_no_part_proves_nothing(marked, written):
    without, with_addon = runs({"t": PASSED}, {"t": Outcome("passed", marked=marked)}, written)
    status, verdict = report.verdict(without, with_addon, {"stock": []})
    assert status == 1
    assert verdict == "The addon marked nothing in stock: this proves nothing."


def test_an_addon_that_breaks_nothing_is_told_so():
    without, with_addon = runs({"t": PASSED}, {"t": PASSED})
    assert report.verdict(without, with_addon, {"stock": []}) == (
        0, "None of Odoo's 1 tests passes only without the addon.",
    )  # fmt: skip


# === RUNNING AGAIN === #


class Side:
    """Stands for a side: each run of its suite fails the tests of one of these sets."""

    def __init__(self, *runs):
        self.runs = list(runs)
        self.times = 0

    def result(self, _suite):
        self.times += 1
        failing = self.runs.pop(0)
        return Run({test: FAILED if test in failing else PASSED for test in "tuv"}, 7)


@pytest.fixture
def sifted(monkeypatch):
    """Sift a suite whose tests t, u and v all pass without the addon."""
    monkeypatch.setattr(sides, "together", lambda jobs: [(s, suite, 1) for s, asked in jobs.items() for suite in asked])
    suite, without = Suite("stock", "/stock", "stock"), Run(dict.fromkeys("tuv", PASSED))

    def sift(side):
        return compare.sifted(side, [suite], {"stock": without}, {"stock": side.result(suite)})

    return sift


def test_what_fails_every_time_is_broken_and_what_passes_once_is_flaky(sifted):
    side = Side("tuv", "tu", "tv")
    assert sifted(side) == ({"stock": ["t"]}, ["u", "v"])
    assert side.times == 3


def test_what_passes_is_not_run_again(sifted):
    side = Side("")
    assert sifted(side) == ({"stock": []}, [])
    assert side.times == 1


def test_nothing_is_run_again_once_all_was_flaky(sifted):
    side = Side("t", "")
    assert sifted(side) == ({"stock": []}, ["t"])
    assert side.times == 2


# === KEEPING THE SIDE WITHOUT THE ADDON === #


@pytest.mark.parametrize(
    ("failing_without", "failing_with", "kept"),
    [("", "", True), ("t", "t", True), ("", "t", True), ("t", "", False)],
)
def test_a_run_that_failed_where_the_addon_passed_is_not_kept(sifted, monkeypatch, failing_without, failing_with, kept):
    suite, files = Suite("stock", "/stock", "stock"), []
    monkeypatch.setattr(compare.baseline, "known", lambda _side, _suite: None)
    monkeypatch.setattr(compare.baseline, "keep", lambda side, _suite: files.append(side))
    without, with_addon = Side(failing_without), Side(failing_with)
    compare.both(without, with_addon, [suite], renew=False)
    assert files == ([without] if kept else [])


@pytest.mark.parametrize(("renew", "times"), [(False, 0), (True, 1)])
def test_what_is_known_is_run_when_it_is_to_be_renewed(sifted, monkeypatch, renew, times):
    suite, known = Suite("stock", "/stock", "stock"), Run(dict.fromkeys("tuv", PASSED))
    monkeypatch.setattr(compare.baseline, "known", lambda _side, _suite: known)
    monkeypatch.setattr(compare.baseline, "keep", lambda _side, _suite: None)
    without, with_addon = Side(""), Side("u")
    assert compare.both(without, with_addon, [suite], renew=renew)[0]["stock"].outcomes == known.outcomes
    assert (without.times, with_addon.times) == (times, 1)
