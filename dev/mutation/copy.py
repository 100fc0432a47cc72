# SPDX-License-Identifier: LGPL-3.0-or-later
"""A copy of the clone to take protections out of, and its tests."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from dev import clone, database, odoo
from dev.mutation.table import Mutation
from dev.provision import Machine
from dev.report import NOTHING_SELECTED, TESTS_FAILED
from dev.say import Trouble

ADAPTERS = "tests/adapters"
SECONDS = 900  # of one run of tests; what takes longer hangs
_LEFT_OUT = (".run", ".git", ".hypothesis", "__pycache__", "node_modules")


class Copy:
    """A copy of the clone below its run state, with a database that has the addon installed.

    :param machine: from `provision.ready`
    """

    def __init__(self, machine: Machine):
        self._machine = machine
        self._home = clone.RUN / "mutation"
        self._database = clone.database("mutation")
        self._junit = clone.LOGS / "mutation.xml"
        self._has_database = False
        self.root = self._home / clone.ADDON

    def __enter__(self):
        shutil.rmtree(self._home, ignore_errors=True)
        shutil.copytree(clone.ROOT, self.root, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        return self

    def __exit__(self, *trouble):
        if self._has_database:
            database.drop(self._database)
        shutil.rmtree(self._home, ignore_errors=True)

    @contextmanager
    def without(self, mutation: Mutation) -> Iterator[None]:
        """Take a protection away while the block runs."""
        file = self.root / mutation.file
        text = file.read_text()
        file.write_text(mutation.applied(text))
        try:
            yield
        finally:
            file.write_text(text)

    def pass_as_they_are(self, tests: Sequence[str]) -> None:
        """Run tests on the untouched copy.

        :raises Trouble: one of them fails
        """
        if failure := self.first_failure(tests):
            raise Trouble(f"{failure} fails as the code is: mend that first, else it would notice everything.")

    def first_failure(self, tests: Sequence[str]) -> str:
        """Run tests until one fails; give its name, or an empty text when all pass.

        :param tests: files, or single tests, named from the clone's root
        :raises Trouble: they could not be run at all
        """
        for is_plain in (True, False):
            chosen = [test for test in tests if test.startswith(ADAPTERS) is is_plain]
            if chosen and (failure := (self._plainly if is_plain else self._in_odoo)(chosen)):
                return failure
        return ""

    def _plainly(self, tests: Sequence[str]) -> str:
        options = ["-p", "no:odoo", f"--rootdir={self.root}", f"--confcutdir={self.root / ADAPTERS}"]
        return self._pytest([*options, *tests], self.root, os.environ | {"PYTHONPATH": str(self.root)})

    def _in_odoo(self, tests: Sequence[str]) -> str:
        config = self._config()
        if not self._has_database:
            self._has_database = True
            database.fresh(self._machine, self._database)
            odoo.install(self._machine, self._database, clone.ADDON)
        options = [f"--odoo-config={config}", f"--odoo-database={self._database}", f"--rootdir={self._home}"]
        options += [f"--confcutdir={self.root}", "--odoo-http"]
        named = [f"{clone.ADDON}/{test}" for test in tests]
        return self._pytest([*options, *named], self._home, odoo.pythonpath(self._machine))

    def _config(self) -> Path:
        """A configuration that takes the addon from the copy."""
        config = self._home / "odoo.conf"
        folders = ",".join(map(str, [*self._machine.odoo.addons, self._home]))
        config.write_text(odoo.CONFIG.format(addons_path=folders, data=clone.DATA))
        return config

    def _pytest(self, arguments: Sequence[str], cwd: Path, env: dict[str, str]) -> str:
        self._junit.unlink(missing_ok=True)
        command = [self._machine.python, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        command += ["-c", self.root / "pyproject.toml", f"--junit-xml={self._junit}", *arguments]
        env = env | {"PYTHONDONTWRITEBYTECODE": "1"}  # a file may change twice in the second that its bytecode goes by
        log = clone.LOGS / "mutation.log"
        with log.open("wb") as kept:
            try:
                status = subprocess.run(
                    list(map(str, command)), cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=kept,
                    stderr=subprocess.STDOUT, timeout=SECONDS).returncode
            except subprocess.TimeoutExpired:
                raise Trouble(f"The tests did not end within {SECONDS} s, their log is {log}") from None
        if status == TESTS_FAILED:
            return self._named_failure()
        if status:
            what = "select nothing" if status == NOTHING_SELECTED else "could not be run"
            raise Trouble(f"{' '.join(arguments[-1:])}: the tests {what}, their log is {log}")
        return ""

    def _named_failure(self) -> str:
        for case in etree.parse(self._junit).iter("testcase"):
            if {"failure", "error"} & {child.tag for child in case}:
                return f"{case.get('classname').rpartition('.')[2]}::{case.get('name')}"
        return "a test that has no name"
