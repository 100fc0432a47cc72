# SPDX-License-Identifier: LGPL-3.0-or-later
"""What can be judged without running: style, OCA's rules, well-formed XML, a manifest that names its files.

    make lint
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from dev import clone, provision, say
from dev.odoo_source import SERIES
from dev.provision import Machine

LONGEST = 300  # lines; a file beyond it holds two things
LICENCE = "SPDX-License-Identifier: LGPL-3.0-or-later"


def main() -> int:
    """Lint the clone."""
    machine = provision.ready("dev.lint")
    return int(bool(run(machine)))


def run(machine: Machine) -> int:
    """Say every finding; return how many of the checks found something."""
    addon = clone.ADDONS / clone.ADDON  # pylint-odoo goes by the name of the folder
    tools = (
        ["ruff", "check", "--quiet", clone.ROOT],
        ["pylint", f"--rcfile={clone.ROOT / 'pyproject.toml'}", addon],
    )
    failed = sum(_tool_fails(machine, tool) for tool in tools)
    findings = [*_lengths(), *_licences(), *_xml(), *_manifest()]
    for finding in findings:
        say.line(finding)
    return failed + bool(findings)


def _tool_fails(machine: Machine, tool: list) -> bool:
    done = subprocess.run([str(machine.python), "-m", *map(str, tool)], cwd=clone.ADDONS, stdin=subprocess.DEVNULL)
    return bool(done.returncode)


def _files(*patterns: str) -> Iterator[Path]:
    """Yield the clone's own files, named from its root."""
    for pattern in patterns:
        for file in sorted(clone.ROOT.rglob(pattern)):
            inside = file.relative_to(clone.ROOT)
            if not any(part in (".run", ".git", "__pycache__") for part in inside.parts):
                yield inside


def _lengths() -> Iterator[str]:
    for file in _files("*.py"):
        lines = len((clone.ROOT / file).read_text().splitlines())
        if lines > LONGEST:
            yield f"{file}: {lines} lines, {LONGEST} at most: split it"


def _licences() -> Iterator[str]:
    for file in _files("*.py"):
        text = (clone.ROOT / file).read_text()
        if text and LICENCE not in text[:200]:
            yield f"{file}: does not begin with # {LICENCE}"


def _xml() -> Iterator[str]:
    from lxml import etree  # only importable inside the environment

    for file in _files("*.xml"):
        try:
            etree.parse(clone.ROOT / file)
        except etree.XMLSyntaxError as error:
            yield f"{file}: {error.msg}"


def _manifest() -> Iterator[str]:
    """Compare the manifest with what is there."""
    manifest = ast.literal_eval((clone.ROOT / "__manifest__.py").read_text())
    if not re.fullmatch(re.escape(SERIES) + r"(\.\d+){3}", manifest.get("version", "")):
        yield f"__manifest__.py: version is not {SERIES}.x.y.z"
    if manifest.get("license") != "LGPL-3":
        yield "__manifest__.py: license is not LGPL-3"
    listed = [*manifest.get("data", ()), *manifest.get("demo", ())]
    for file in listed:
        if not (clone.ROOT / file).exists():
            yield f"__manifest__.py: names {file}, which does not exist"
    for file in _files("*.xml", "*.csv"):
        if file.parts[0] in ("data", "demo", "views", "security", "wizards") and str(file) not in listed:
            yield f"{file}: is not in the manifest, so Odoo never loads it"


if __name__ == "__main__":
    say.command(main)
