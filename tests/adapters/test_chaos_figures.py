# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a long run of `make chaos` leaves in bench.json."""

import json

import pytest

from dev.bench import figures
from dev.chaos.__main__ import FIGURES, _options, _tell
from dev.chaos.breach import INVERTED, LOST, MARKING, SECRET, Breach

BREACHES = [Breach(check, "A", "its story") for check in (LOST, LOST, LOST, INVERTED, SECRET)]


@pytest.fixture
def kept(monkeypatch, tmp_path):
    monkeypatch.setattr(figures, "FILE", tmp_path / "bench.json")
    return lambda: {row["name"]: row["value"] for row in figures.kept()}


def test_half_an_hour_leaves_its_counts(kept, capsys):
    _tell(BREACHES, _options(["--minutes", "30"]))
    assert kept() == {"chaos.lost": 3, "chaos.inverted": 1, "chaos.marking_failures": 0}
    assert "BROKEN (lost): A\nits story" in capsys.readouterr().out
    assert set(FIGURES.values()) == {LOST, INVERTED, MARKING}
    assert json.loads(figures.FILE.read_text())[0]["goal"] == "<= 0"


@pytest.mark.parametrize("arguments", [["--minutes", "29"], ["--short"], ["--minutes", "30", "--late"]])
def test_no_other_run_does(kept, arguments):
    _tell(BREACHES, _options(arguments))
    assert kept() == {}


def test_the_minutes_make_was_given(monkeypatch):
    monkeypatch.setenv("MINUTES", "30")
    assert _options([]).seconds == 1800
