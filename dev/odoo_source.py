# SPDX-License-Identifier: LGPL-3.0-or-later
"""Odoo 19 itself: the one ODOO_SOURCE names, else Debian's package, unpacked into the cache."""

import os
import runpy
import shutil
from dataclasses import dataclass
from pathlib import Path

from dev import cache, debian, say
from dev.say import Trouble

SERIES = "19.0"
# Debian's odoo-19 and what its web client shows, which the package leaves to others.
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
)
# Odoo's stylesheets are written for Font Awesome 4; unstable has moved on.
FONT = "fonts-font-awesome"
# Debian leaves this file out, and its absence is an error on every page's console, which fails every browser test.
LEFT_OUT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Odoo:
    """An Odoo on this machine: the folder that goes on PYTHONPATH.

    :param others: folders of Python packages beside it, other people's addons among them
    """

    source: Path
    version: str
    others: tuple[Path, ...] = ()

    @property
    def addons(self) -> list[Path]:
        """Return the folders of Odoo's own addons, one in a package, two in a git checkout, and of others."""
        folders = [self.source / "odoo" / "addons", self.source / "addons"]
        packaged = (folders[0] / "stock").exists()
        return [*(folders[:1] if packaged else folders), *(folder / "odoo" / "addons" for folder in self.others)]


def ready(work: Path) -> Odoo:
    """Return the Odoo to use, fetched first when there is none."""
    named = os.environ.get("ODOO_SOURCE")
    if named:
        return _checked(Path(named).expanduser().resolve(), "ODOO_SOURCE names")
    home = work / f"odoo-{SERIES}"
    source = home / "usr" / "lib" / "python3" / "dist-packages"
    if not home.exists():
        _fetch(work / "apt", home, source.relative_to(home))
    return _checked(source, "the cache holds")


def _fetch(scratch: Path, home: Path, inside: Path) -> None:
    """Download and unpack; a run that was killed goes on with the packages it already has."""
    cache.need_room()
    say.line("Odoo 19: reading Debian's package lists")
    apt = debian.Apt(scratch)
    apt.update("sid", apt.codename)
    say.line("Odoo 19: downloading Debian's package and the fonts and scripts it wants (130 MB)")
    wanted = [*(f"{package}/sid" for package in PACKAGES), f"{FONT}/{apt.codename}"]
    packages = apt.download(*wanted, label="Odoo 19")
    say.line("Odoo 19: unpacking (1.3 GB)")
    with cache.built(home) as folder:
        debian.unpack(packages, folder)
        left_out = folder / inside / LEFT_OUT
        left_out.parent.mkdir(parents=True, exist_ok=True)
        left_out.touch()
    shutil.rmtree(scratch)


def _checked(source: Path, whose: str) -> Odoo:
    """Return the Odoo in a folder if it is one of ours to use."""
    release = source / "odoo" / "release.py"
    if not release.exists() or not (source / "odoo" / "__main__.py").exists():
        raise Trouble(f"{whose} {source}, where there is no Odoo {SERIES}: name the folder that holds odoo/.")
    version = runpy.run_path(str(release))["version"]
    if not version.startswith(SERIES):
        raise Trouble(f"{whose} an Odoo {version} in {source}: this addon needs {SERIES}.")
    return Odoo(source, version)
