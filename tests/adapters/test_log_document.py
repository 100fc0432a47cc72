# SPDX-License-Identifier: LGPL-3.0-or-later
"""docs/log.md and the code say the same about the server's log: every event, its level and its keys, in their order."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("models", "controllers", "wizards", "adapters", "pipeline", "migrations")
PREFIX = "marketplace_sync: "
LEVELS = {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "error": "ERROR", "exception": "ERROR"}
SECRET = re.compile("token|secret|password|passwd|authorization|credential|code")
COUNTS = {"secrets"}  # how many
COMMON = "Keys that mean the same everywhere"


@dataclass(frozen=True)
class Event:
    """A line of the log: what it is called, how loud it is, and its keys, each with whether its value is quoted."""

    name: str
    level: str
    keys: tuple[tuple[str, bool], ...]


def calls():
    """The calls of loggers in what Odoo loads, with where they stand."""
    files = [*ROOT.glob("*.py"), *(file for folder in SHIPPED for file in sorted((ROOT / folder).rglob("*.py")))]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(
                    node.func.value, ast.Name) and node.func.value.id == "_logger" and node.func.attr in LEVELS:
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def event(where, call):
    """What a call logs."""
    message = call.args[0]
    assert isinstance(message, ast.Constant) and isinstance(message.value, str), f"{where}: not a plain message"
    text = message.value
    assert text.startswith(PREFIX), f"{where}: {text}"
    name, *pairs = text.removeprefix(PREFIX).split()
    assert re.fullmatch("[a-z_]+", name), f"{where}: the event {name} is not one word"
    for pair in pairs:
        assert re.fullmatch(r"[a-z_]+=(%r|%s|%\.\df|\w+)", pair), f"{where}: {pair} is not key=value"
    assert text.count("%") == len(call.args) - 1, f"{where}: values missing"
    return Event(name, LEVELS[call.func.attr], tuple(
        (key, form == "%r") for key, _equals, form in (pair.partition("=") for pair in pairs)))


def logged():
    """The events of the code, by name, each with where it is logged."""
    found = defaultdict(dict)
    for where, call in calls():
        one = event(where, call)
        found[one.name].setdefault(one, where)
    return found


def sections():
    """The text below each heading of docs/log.md, by heading."""
    parts = re.split(r"^###? (.*)\n", (ROOT / "docs" / "log.md").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text):
    """The keys that tables explain."""
    return [key for line in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for key in re.findall("`([a-z_]+)`", line)]


def told():
    """The events of docs/log.md, by name, each with the keys its own table explains."""
    found = {}
    for heading, text in sections().items():
        if match := re.fullmatch(r"([a-z_]+) \(([A-Z]+)\)", heading):
            name, level = match.groups()
            [line] = re.findall(rf"^    {PREFIX}(.*)$", text, re.MULTILINE)
            assert line.split()[0] == name, heading
            pairs = re.findall(r"""(?:^| )([a-z_]+)=('[^']*'|"[^"]*"|\[.*?\]|\S+)""", line)
            assert name not in found, f"{name} twice"
            found[name] = Event(name, level, tuple((key, value[0] in "'\"[") for key, value in pairs)), rows(text)
    return found


def test_every_call_is_found():
    """None hides behind another name of the logger, or none."""
    assert len(list(calls())) > 20
    for folder in SHIPPED:
        for file in (ROOT / folder).rglob("*.py"):
            for found in re.findall(r"^\w+ = logging\.getLogger\(__name__\)|logging\.(?:info|warning|error)\(",
                                    file.read_text(), re.MULTILINE):
                assert found.startswith("_logger = "), file


def test_an_event_is_the_same_wherever_it_is_logged():
    for name, variants in logged().items():
        assert len(variants) == 1, f"{name}: {sorted(variants.values())}"


def test_the_document_knows_the_events():
    in_code, in_document = set(logged()), set(told())
    assert not in_code - in_document, "docs/log.md does not tell of these"
    assert not in_document - in_code, "docs/log.md tells of events that are gone"


@pytest.mark.parametrize("name", sorted(told()))
def test_lines(name):
    [found] = logged()[name]
    documented, own = told()[name]
    assert documented == found
    keys = {key for key, _quoted in found.keys}
    common = set(rows(sections()[COMMON]))
    assert keys <= common | set(own), "keys nobody explains"
    assert set(own) <= keys, "explains keys the line does not have"
    assert not set(own) & common, "explained twice"


def test_common_keys_are_used():
    used = {key for variants in logged().values() for one in variants for key, _quoted in one.keys}
    assert set(rows(sections()[COMMON])) <= used


def test_accounts_are_told_by_name_and_by_id():
    for name, variants in logged().items():
        for one in variants:
            keys = dict(one.keys)
            if name != "sending" and {"account", "account_id"} & keys.keys():
                assert [key for key, _quoted in one.keys][:2] == ["account", "account_id"], name


def test_no_key_asks_for_a_secret():
    for variants in logged().values():
        for one in variants:
            assert not [key for key, _quoted in one.keys if key not in COUNTS and SECRET.search(key)], one
