# SPDX-License-Identifier: LGPL-3.0-or-later
"""docs/add_a_marketplace.md does what it says: its code is put into a copy of the addon, and stands the battery."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "add_a_marketplace.md"
BATTERY = ("tests/adapters/test_conformance.py", "tests/adapters/test_conformance_read.py")
COPIED = ("adapters", "sandbox", "models", "views", "wizards", "static/src/setup", "tests/adapters/conformance")
# A heading that names a file, or a block of code below it.
PARTS = re.compile(r"^### `(?P<path>[\w/.]+)`$|^```(?P<kind>python|diff)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks():
    """(path, kind, code) of every block of the document that belongs to a file."""
    path = None
    for part in PARTS.finditer(DOCUMENT.read_text()):
        path = part["path"] or path
        if part["code"]:
            yield path, part["kind"], part["code"]


def patched(text, diff):
    """`text` with one block's change made wherever it fits: a reader, too, would make it in both lists of a view."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    places = re.compile("^" + re.escape(before), re.MULTILINE)
    assert places.search(text), f"the document changes lines that are not there:\n{before}"
    return places.sub(lambda _place: after, text)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The addon, as far as it is needed, with all that the document adds."""
    root = tmp_path_factory.mktemp("marketplace_sync")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in BATTERY:
        shutil.copy(ROOT / path, root / path)
    for path, kind, code in blocks():
        file = root / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(code if kind == "python" else patched(file.read_text(), code))
    return root


def run(root, *arguments):
    """What Python says when run in `root`, and its exit status."""
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, timeout=240
    )
    return done.stdout + done.stderr, done.returncode


def battery(root, chosen):
    options = ["-q", "-p", "no:odoo", "-p", "no:cacheprovider", f"--rootdir={root}", f"--confcutdir={root}"]
    return run(root, "-m", "pytest", *options, *BATTERY, "-k", chosen)


def test_the_document_has_all_parts():
    assert [path for path, kind, _code in blocks() if kind == "python"] == [
        "adapters/bazaar.py",
        "sandbox/bazaar/__init__.py",
        "tests/adapters/conformance/bazaar.py",
    ]


def test_the_battery_is_green(copy):
    said, status = battery(copy, "bazaar")
    assert status == 0, said
    assert int(re.search(r"(\d+) passed", said)[1]) > 80
    assert "skipped" not in said


@pytest.mark.parametrize(
    ("right", "wrong", "chosen", "complaint"),
    [
        ('result.get("ok") is True', "True", "bazaar and refused_row", "acknowledged, but not there"),
        ("look.shows(stock[look.target]", "look.shows(5", "bazaar and every_number", "another number than the one"),
    ],
    ids=["push", "read"],
)
def test_the_battery_is_red_when_the_adapter_is_wrong(copy, tmp_path, right, wrong, chosen, complaint):
    """The copy is what is tested, and not this clone."""
    root = shutil.copytree(copy, tmp_path / "wrong")
    adapter = root / "adapters" / "bazaar.py"
    assert right in adapter.read_text()
    adapter.write_text(adapter.read_text().replace(right, wrong))
    said, status = battery(root, chosen)
    assert status == 1, said
    assert complaint in said


def test_the_sandbox_runs_as_a_process(copy):
    said, status = run(copy, "-m", "sandbox", "bazaar", "--help")
    assert status == 0, said
    assert "--token" in said


def test_odoo_side_is_well_formed(copy):
    for path, kind, _code in blocks():
        file = copy / path
        if file.suffix == ".xml":
            assert len(etree.parse(file).getroot())
        elif file.suffix == ".py" and kind == "diff":
            ast.parse(file.read_text())
    said, status = run(copy, "-c", "from adapters import PLATFORMS; print(PLATFORMS['bazaar'].__name__)")
    assert (said.strip(), status) == ("BazaarAdapter", 0)
