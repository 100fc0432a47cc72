# SPDX-License-Identifier: LGPL-3.0-or-later
"""Translations: i18n/marketplace_sync.pot as Odoo exports it, and the languages' catalogues beside it.

    make i18n                       export the template anew, and bring the .po files there are in line with it:
                                    translations are kept, new texts added, those that are gone dropped
    make i18n ARGS=--check          change nothing; fail when the template is stale, or a language is incomplete or has
                                    other placeholders, tags or blanks at the ends than the English text
    make i18n ARGS="--check --database NAME"
                                    the same with a database the addon is installed in already, as it is now

A new language begins as a copy of the template under the language's code, such as i18n/fr.po.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from dev import clone, provision, say
from dev.provision import Machine

FOLDER = clone.ROOT / "i18n"
TEMPLATE = FOLDER / f"{clone.ADDON}.pot"
SHIPPED = clone.RUN / "i18n"  # a folder of addons with a copy of this one to read the texts from
TOLD = 20  # faults of one file that are said; the number of the others follows


def main() -> int:
    """Export, then refresh or check."""
    options = _options(sys.argv[1:])
    machine = provision.ready("dev.i18n")
    from dev import postgres  # only importable inside the environment

    with postgres.running(machine):
        exported = export(machine, options.database)
    if options.check:
        return int(check(exported) > 0)
    refresh(exported)
    return 0


def refresh(exported: Path) -> None:
    """Write the template and the languages' catalogues, where they change.

    :param exported: a template exported just now
    """
    import polib

    from dev import catalogues

    FOLDER.mkdir(exist_ok=True)
    template = polib.pofile(str(exported))
    if not TEMPLATE.exists() or not catalogues.same(polib.pofile(str(TEMPLATE)), template):
        template.save(str(TEMPLATE))
    say.line(f"{TEMPLATE.name}: {len(template)} texts")
    for file in _languages():
        catalogue, before = polib.pofile(str(file)), polib.pofile(str(file))
        new, gone = catalogues.refresh(catalogue, template)
        if not catalogues.same(catalogue, before):
            catalogue.save(str(file))
        say.line(f"{file.name}: {new} new, {gone} gone, {catalogue.percent_translated()} % translated")


def check(exported: Path) -> int:
    """Say every fault; return how many there are.

    :param exported: a template exported just now
    """
    found = 0
    for name, faults in _faults(exported):
        for fault in faults[:TOLD]:
            say.line(f"{name}: {fault}")
        if len(faults) > TOLD:
            say.line(f"{name}: and {len(faults) - TOLD} more")
        found += len(faults)
    if found:
        say.line("Translations: `make i18n` brings the files in line with the code; the rest is for translators.")
    return found


def _faults(exported: Path) -> Iterator[tuple[str, list[str]]]:
    import polib

    from dev import catalogues

    if not TEMPLATE.exists():
        yield TEMPLATE.name, ["is not there"]
        return
    template = polib.pofile(str(exported))
    yield TEMPLATE.name, sorted(catalogues.stale(polib.pofile(str(TEMPLATE)), template))
    for file in _languages():
        yield file.name, list(catalogues.faults(polib.pofile(str(file)), template))


def _languages() -> list[Path]:
    return sorted(FOLDER.glob("*.po"))


def export(machine: Machine, name: str | None) -> Path:
    """Return a template exported by Odoo.

    :param name: of a database the addon is installed in and nothing was changed in; without one it is made, and dropped
    """
    from dev import database, odoo
    from dev.run import output

    made = clone.database("i18n")
    if not name:
        say.line(f"Database: a fresh copy of Odoo's demo data, installing {clone.ADDON}")
        database.fresh(machine, made)
    file = clone.RUN / TEMPLATE.name
    file.unlink(missing_ok=True)
    try:
        if not name:
            odoo.install_cleanly(machine, made)
        output(
            [*odoo.command(machine), "i18n", "export", "-c", _configured(machine), "-d", name or made,
             "-o", file, clone.ADDON],
            failure="Odoo could not export its texts",
            env=odoo.pythonpath(machine),
        )  # fmt: skip
    finally:
        if not name:
            database.drop(made)
    return file


def _configured(machine: Machine) -> Path:
    """Return a configuration with a copy of what the addon ships.

    Odoo follows links while it looks for texts, and the clone's link to itself would lead it round in circles.
    """
    from dev import odoo

    shutil.rmtree(SHIPPED, ignore_errors=True)
    shutil.copytree(clone.ROOT, SHIPPED / clone.ADDON, ignore=shutil.ignore_patterns(".*", "dev", "sandbox", "tests"))
    return odoo.configure(machine, addons=SHIPPED, file=clone.RUN / "i18n.conf")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make i18n", description="Export, refresh and check translations.")
    parser.add_argument("--check", action="store_true", help="change nothing, and fail when something is not as it is")
    parser.add_argument("--database", metavar="NAME", help="one the addon is installed in, instead of a fresh one")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    say.command(main)
