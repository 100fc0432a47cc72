# SPDX-License-Identifier: LGPL-3.0-or-later
"""This clone: where it is, the folder of its run state, and the names derived from its path."""

import hashlib
from pathlib import Path

ADDON = "marketplace_sync"
ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / ".run"
ADDONS = RUN / "addons"
DATA = RUN / "data"
LOGS = RUN / "log"
CONFIG = RUN / "odoo.conf"
# Two clones on one machine share a PostgreSQL and must never touch each other's databases.
KEY = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def database(purpose: str) -> str:
    """Return the name of this clone's database for a purpose: test, demo, bench, ..."""
    return f"msync_{KEY}_{purpose}"


def prepare() -> None:
    """Make the folders of the run state, and the link that shows the clone to Odoo under the addon's own name."""
    for folder in (ADDONS, DATA, LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    link = ADDONS / ADDON
    if not link.is_symlink() or link.resolve() != ROOT:
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT, target_is_directory=True)
