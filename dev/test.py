# SPDX-License-Identifier: LGPL-3.0-or-later
"""Run everything that decides whether a change is good: lint, the tests without Odoo, those in Odoo, whether the
translations are complete, a short chaos.

    make test                      all of it
    make test ARGS="-k backoff"    what pytest's arguments select
    make test ARGS=tests/test_x.py one file (paths begin with tests/)

The tests in Odoo run on a database made afresh from the template, with the addon installed. They find in their
environment, beside the PG* variables and a PATH with PostgreSQL's programs:

- MARKETPLACE_SYNC_TEMPLATE_DB: the database with Odoo's demo data, without the addon, to copy with `createdb -T`;
- MARKETPLACE_SYNC_TEMPLATE_FILESTORE: the folder of its attachments, to copy to <data_dir>/filestore/<database>;
- MARKETPLACE_SYNC_SCRATCH_DB: the name such a copy may have; it is dropped before and after the run;
- MARKETPLACE_SYNC_ODOO_BIN: how Odoo's command line is called, to be split as a shell would;
- MARKETPLACE_SYNC_RC: its configuration file (addons_path, data_dir);
- MARKETPLACE_SYNC_SPECS: the folder with shopify/admin_*.json.gz; not set when there is none.

With MARKETPLACE_SYNC_STRICT=1 a skipped test is a failure: continuous integration has everything they ask for.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from dev import clone, provision, say
from dev.provision import Machine
from dev.say import Trouble

ADAPTERS = "tests/adapters"


def main() -> int:
    """Lint, test, and say the sum of it on the last line."""
    machine = provision.ready("dev.test")
    from dev import lint, postgres, report  # only importable inside the environment

    arguments = sys.argv[1:]
    started = time.monotonic()
    say.line("Lint")
    failed = lint.run(machine)
    suites = [suite for suite in (_Adapters, _Odoo) if suite.concerned(arguments)]
    with postgres.running(machine):
        runs = [suite(machine).run(arguments) for suite in suites]
        if not arguments:
            failed += _untranslated(machine)
    if not arguments:
        failed += _chaos(machine)
    return report.close(runs, other_failures=failed, may_be_empty=bool(arguments), seconds=time.monotonic() - started)


def _untranslated(machine: Machine) -> int:
    """Compare the translations with the texts of the test database, which the tests only copied; return the faults."""
    from dev import i18n

    say.line("Translations")
    try:
        return i18n.check(i18n.export(machine, clone.database("test")))
    except Trouble as trouble:  # the sum at the end is said all the same
        say.line(str(trouble))
        return 1


def _chaos(machine: Machine) -> int:
    """Kill and restart things for a minute; return how many runs, of one, broke an invariant."""
    say.line("A short chaos")
    command = [str(machine.python), "-m", "dev.chaos", "--short"]
    return int(subprocess.run(command, cwd=clone.ROOT, stdin=subprocess.DEVNULL).returncode != 0)


class _Suite:
    """One run of pytest."""

    name: str

    def __init__(self, machine: Machine):
        self.machine = machine
        self.junit = clone.LOGS / f"tests-{self.name}.xml"
        self.junit.unlink(missing_ok=True)

    @classmethod
    def concerned(cls, arguments: Sequence[str]) -> bool:
        """Whether these arguments name this suite's files, or no files at all."""
        named = [argument for argument in arguments if _is_path(argument)]
        return not named or any(cls.holds(argument) for argument in named)

    @classmethod
    def holds(cls, path: str) -> bool:
        """Whether a path is one of this suite's."""
        raise NotImplementedError

    def paths(self, arguments: Sequence[str], everything: str) -> list[str]:
        """Return what to hand to pytest: the paths named that are ours, else everything; then the other arguments."""
        named = [argument for argument in arguments if _is_path(argument) and self.holds(argument)]
        return [*(named or [everything]), *(argument for argument in arguments if not _is_path(argument))]

    def pytest(self, *arguments: str, cwd: Path, env: dict[str, str]) -> int:
        """Run pytest and return its exit status."""
        command = [self.machine.python, "-m", "pytest", "-c", clone.ROOT / "pyproject.toml"]
        command += [f"--junit-xml={self.junit}", "-o", f"cache_dir={clone.RUN / 'pytest'}", *arguments]
        return subprocess.run(list(map(str, command)), cwd=cwd, env=env, stdin=subprocess.DEVNULL).returncode


class _Adapters(_Suite):
    """The tests of what imports no Odoo, in an environment where there is none."""

    name = "adapters"

    @classmethod
    def holds(cls, path: str) -> bool:
        return path.startswith(ADAPTERS)

    def run(self, arguments: Sequence[str]) -> tuple[int, Path]:
        say.line("Tests that need no Odoo")
        env = _environment(self.machine, PYTHONPATH=str(clone.ROOT))
        # confcutdir keeps pytest from importing the addon itself, which is a package around tests/adapters.
        options = ["-p", "no:odoo", f"--rootdir={clone.ROOT}", f"--confcutdir={clone.ROOT / ADAPTERS}"]
        if not arguments:
            options += ["-n", "logical"]  # they share nothing; who names some of them wants to see them one by one
        status = self.pytest(*options, *self.paths(arguments, ADAPTERS), cwd=clone.ROOT, env=env)
        return status, self.junit


class _Odoo(_Suite):
    """The tests in Odoo, browser tests included, named through the link that gives the clone the addon's name."""

    name = "odoo"

    @classmethod
    def holds(cls, path: str) -> bool:
        return path.startswith("tests") and not path.startswith(ADAPTERS)

    def run(self, arguments: Sequence[str]) -> tuple[int, Path]:
        from dev import cache, database, odoo
        from dev.report import NEVER_STARTED

        name, scratch = clone.database("test"), clone.database("scratch")
        with cache.lock(clone.RUN / "test.lock"):
            say.line(f"Test database: a fresh copy of the template, with {clone.ADDON} installed")
            database.fresh(self.machine, name)
            database.drop(scratch)
            try:
                odoo.install_cleanly(self.machine, name)
                if not arguments:
                    odoo.bundle_assets(self.machine, name)
                say.line("Tests in Odoo")
                return self._in_odoo(name, arguments), self.junit
            except Trouble as trouble:
                say.line(str(trouble))
                return NEVER_STARTED, self.junit
            finally:
                database.drop(scratch)

    def _in_odoo(self, name: str, arguments: Sequence[str]) -> int:
        from dev import odoo

        extra = _promised_to_tests(self.machine)
        env = _environment(self.machine, **odoo.pythonpath(self.machine) | extra)
        addon = clone.ADDONS / clone.ADDON
        options = [f"--odoo-config={clone.CONFIG}", f"--odoo-database={name}", "--odoo-http"]
        options += [f"--rootdir={clone.ADDONS}", f"--confcutdir={addon}", f"--ignore={addon / ADAPTERS}"]
        if not arguments:
            # Each process makes itself a copy of the database; the tests of a file may share what they set up.
            options += ["-n", "logical", "--dist", "loadfile"]
        paths = [
            f"{clone.ADDON}/{argument}" if _is_path(argument) else argument
            for argument in self.paths(arguments, "tests")
        ]
        return self.pytest(*options, *paths, cwd=clone.ADDONS, env=env)


def _promised_to_tests(machine: Machine) -> dict[str, str]:
    """Return what the docstring above promises to tests that make a database of their own."""
    import shlex

    from dev import database, odoo

    return {
        "MARKETPLACE_SYNC_TEMPLATE_DB": database.template(machine),
        "MARKETPLACE_SYNC_TEMPLATE_FILESTORE": str(database.filestore(machine)),
        "MARKETPLACE_SYNC_SCRATCH_DB": clone.database("scratch"),
        "MARKETPLACE_SYNC_ODOO_BIN": shlex.join(odoo.command(machine)),
        "MARKETPLACE_SYNC_RC": str(clone.CONFIG),
    }


def _environment(machine: Machine, **extra: str) -> dict[str, str]:
    """Return the environment of a test run."""
    specs = {"MARKETPLACE_SYNC_SPECS": str(machine.specs)} if machine.specs else {}
    return os.environ | specs | extra


def _is_path(argument: str) -> bool:
    return argument.split("::")[0].startswith("tests")


if __name__ == "__main__":
    say.command(main)
