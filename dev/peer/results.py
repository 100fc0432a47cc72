# SPDX-License-Identifier: LGPL-3.0-or-later
"""What was measured: every sample, in a file, by number of products and part; and where."""

import ast
import json
import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

import psutil

from dev import clone, postgres
from dev.peer import PARTS, install
from dev.provision import Machine

FILE = clone.RUN / "peer.json"
ABOUT = "about"
SHOWN = ("server_version", "fsync", "synchronous_commit")


def keep(number: int, part: str, samples: dict, seconds: float) -> None:
    """Keep what a part measured, in place of what it measured before."""
    found = _read()
    found.setdefault(str(number), {})[part] = {"samples": samples, "seconds": round(seconds, 1)}
    FILE.write_text(json.dumps(found, indent=1) + "\n")


def keep_about(machine: Machine, rounds: int) -> None:
    """Keep when it was measured, with what and on what."""
    with postgres.connected() as cursor:
        database = {}
        for name in SHOWN:
            cursor.execute(f"SHOW {name}")
            [database[name]] = cursor.fetchone()
    manifest = ast.literal_eval((clone.ROOT / "__manifest__.py").read_text())
    about = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}", "rounds": rounds,
        "odoo": machine.odoo.version, "postgres": database, "python": platform.python_version(),
        "ours": manifest["version"], "theirs": install.versions(),
        "processor": _processor(), "cores": os.cpu_count(), "memory_gb": round(psutil.virtual_memory().total / 1024**3),
    }  # fmt: skip
    FILE.write_text(json.dumps({**_read(), ABOUT: about}, indent=1) + "\n")


def forget() -> None:
    """Begin anew."""
    FILE.unlink(missing_ok=True)


def about() -> dict:
    """Return when it was measured, with what and on what."""
    return _read()[ABOUT]


def samples() -> dict[int, dict[str, dict]]:
    """Return every sample: by number of products and part, as the part gave them."""
    return _each("samples")


def seconds() -> dict[int, dict[str, float]]:
    """Return how long each part took, by number of products."""
    return _each("seconds")


def _each(what: str) -> dict[int, dict]:
    """Return this of each part, for the numbers of products of which all parts were measured."""
    return {
        int(number): {part: kept[what] for part, kept in parts.items()}
        for number, parts in _read().items()
        if set(PARTS) <= parts.keys()
    }


def _read() -> dict:
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()
