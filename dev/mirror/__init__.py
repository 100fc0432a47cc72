# SPDX-License-Identifier: LGPL-3.0-or-later
"""rtlcss, with which Odoo mirrors its screens for languages that are written from right to left.

Odoo looks for it on the PATH, and without it shows Arabic from left to right. Its packages are pinned by version and
hash in the lock file beside this one.
"""

import hashlib
import os
import shutil
from pathlib import Path

from dev import cache, say
from dev.run import output
from dev.say import Trouble

HERE = Path(__file__).parent
PINS = ("package.json", "package-lock.json")


def put_on_path(work: Path) -> None:
    """Have the programs this process starts find rtlcss, installed first when it is new.

    :param work: the cache folder
    :raises Trouble: there is no npm, or it could not fetch the packages
    """
    programs = _installed(work) / "node_modules" / ".bin"
    os.environ["PATH"] = os.pathsep.join([str(programs), os.environ["PATH"]])


def _installed(work: Path) -> Path:
    pins = b"".join((HERE / name).read_bytes() for name in PINS)
    home = work / f"rtlcss-{hashlib.sha256(pins).hexdigest()[:12]}"
    with cache.lock(work / "lock"):
        if not home.exists():
            say.line("rtlcss: installing what mirrors screens (a few seconds)")
            with cache.built(home) as folder:
                _install(folder)
    return home


def _install(folder: Path) -> None:
    for name in PINS:
        shutil.copy(HERE / name, folder)
    try:
        output(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--fetch-retries=1"],
            failure="npm could not install rtlcss",
            cwd=folder,
        )
    except FileNotFoundError as error:
        raise Trouble("Install npm: rtlcss, which mirrors the screens of Arabic, comes by it.") from error
