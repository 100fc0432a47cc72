# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is asked for is what is imported, and what is installed here is pinned by hash."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("models", "controllers", "wizards", "adapters", "pipeline", "migrations")
# Modules by the package that is declared for them; urllib3 and graphql-core come with requests and gql, and are spoken
# to where these two lead to them.
OF_PACKAGE = {
    "cryptography": {"cryptography"}, "gql": {"gql", "graphql"}, "jmespath": {"jmespath"},
    "prometheus-client": {"prometheus_client"}, "requests": {"requests", "urllib3"}, "tenacity": {"tenacity"},
}  # fmt: skip
ODOOS = {"odoo", "psycopg2", "werkzeug", "lxml"}  # Odoo does not start without them
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+) \\$")


def normal(name):
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported():
    """The top-level modules that what Odoo loads imports from elsewhere."""
    files = [*ROOT.glob("*.py"), *(file for folder in SHIPPED for file in (ROOT / folder).rglob("*.py"))]
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names)


def declared():
    return set(ast.literal_eval((ROOT / "__manifest__.py").read_text())["external_dependencies"]["python"])


def ranges():
    """The lowest versions of requirements.txt, by package."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return dict(re.fullmatch(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", line).groups() for line in lines if line[0] != "#")


def pins(name):
    """Versions and hashes, by package."""
    found, current = {}, None
    for line in (ROOT / "dev" / name).read_text().splitlines():
        if match := PIN.match(line):
            current = found[normal(match[1])] = (match[2], [])
        elif hashed := re.fullmatch(r"    --hash=sha256:([0-9a-f]{64})( \\)?", line):
            current[1].append(hashed[1])
        else:
            assert line.startswith("#"), line
    return found


def test_what_is_imported_is_declared():
    assert set(OF_PACKAGE) == declared()
    assert imported() - ODOOS == set.union(*OF_PACKAGE.values())


def test_the_ranges_are_of_what_is_declared():
    assert set(ranges()) == declared()
    installed = pins("requirements.txt")
    for name, lowest in ranges().items():
        assert numbers(lowest) <= numbers(installed[name][0]), name


def numbers(version):
    return [int(part) for part in version.split(".")]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-build.txt"])
def test_everything_installed_here_is_pinned_by_hash(name):
    found = pins(name)
    assert found
    for package, (_version, hashes) in found.items():
        assert hashes, package
        assert len(hashes) == len(set(hashes)), package


def test_pins_are_of_what_is_wanted():
    lines = (ROOT / "dev" / "requirements.in").read_text().splitlines()
    wanted = {normal(line) for line in lines if line and not line.startswith("#")}
    assert not wanted - set(pins("requirements.txt"))


def test_installing_checks_hashes():
    """And takes nothing else in to build what comes as source."""
    text = (ROOT / "dev" / "venv.py").read_text()
    assert {"--require-hashes", "--no-build-isolation"} <= {
        node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}


def test_no_file_says_where_packages_come_from():
    for file in (ROOT / "requirements.txt", *(ROOT / "dev").glob("requirements*")):
        assert "://" not in file.read_text(), file
