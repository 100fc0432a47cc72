# SPDX-License-Identifier: LGPL-3.0-or-later
"""The Python environment everything runs in: packages pinned by version and hash, from wherever the machine's pip looks
for them."""

import hashlib
import importlib.util
import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from dev import cache, debian, say
from dev.run import followed, output
from dev.say import Progress, Trouble

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
BUILD_REQUIREMENTS = Path(__file__).with_name("requirements-build.txt")
FAILURE = "The Python packages cannot be installed: check the network (or pip's configuration) and run again"


def ready(work: Path) -> Path:
    """Return the environment's Python, made first when these pins have none yet on this Python."""
    pins = BUILD_REQUIREMENTS.read_bytes() + REQUIREMENTS.read_bytes()
    pins += sys.version.encode() + os.path.realpath(sys.executable).encode()
    if _is_ours(sys.prefix, work):
        return Path(sys.executable)
    home = work / f"venv-{hashlib.sha256(pins).hexdigest()[:12]}"
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        cache.need_room()
        _build(home, python, work, REQUIREMENTS)
    return python


def beside(work: Path, requirements: Path, name: str) -> Path:
    """Return a folder of packages that are no part of our environment, in one of their own, installed when it is new.

    :param requirements: their pins; what they depend on is not installed
    :param name: begins the folder's name in the cache
    """
    home = work / f"{name}-{hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]}"
    with cache.lock(work / "lock"):
        if not (home / "complete").exists():
            _build(home, home / "bin" / "python", work, requirements, "--no-deps")
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(home)}))


def enter(python: Path, module: str) -> None:
    """Go on in the environment: from here a command may import what is installed there."""
    if Path(sys.prefix) != python.parent.parent:
        sys.stdout.flush()
        os.execv(python, [str(python), "-m", module, *sys.argv[1:]])


def _is_ours(prefix: str, work: Path) -> bool:
    return Path(prefix).parent == work and Path(prefix).name.startswith("venv-")


def _build(home: Path, python: Path, work: Path, requirements: Path, *options: str) -> None:
    """Build it in its place, for its programs name their own folder; `complete`, written last, makes it count."""
    wanted = sum(1 for text in requirements.read_text().splitlines() if "==" in text)
    say.line(f"Python: installing {wanted} packages")
    shutil.rmtree(home, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        pip = _pip(home, python, work, Path(scratch))
        seen = 0

        def follow(text: str) -> None:
            nonlocal seen
            seen += text.startswith("Collecting ")
            progress.show(min(99, 100 * seen / wanted))

        command = [*pip, "install", "--retries", "2", "--timeout", "30", "--progress-bar", "off", "--require-hashes"]
        # What comes as source is built with what was checked and installed before; else pip fetches tools unchecked.
        command += ["--use-pep517", "--no-build-isolation", *options]
        with Progress("Python packages") as progress:
            for pins in (BUILD_REQUIREMENTS, requirements):
                followed([*command, "-r", pins], follow, failure=FAILURE, log=Path(scratch) / "pip.log")
    (home / "complete").touch()


def _pip(home: Path, python: Path, work: Path, scratch: Path) -> list:
    """Make the bare environment and return the pip to fill it with."""
    make = [sys.executable, "-m", "venv", home]
    if importlib.util.find_spec("ensurepip"):
        output(make, failure="python -m venv does not work here: install python3-venv")
        return [python, "-m", "pip"]
    # Debian keeps pip out of python3; the wheel in its package python3-pip-whl runs without being installed.
    output([*make, "--without-pip"], failure="python -m venv does not work here: install python3-venv")
    apt = debian.Apt(scratch / "apt")
    apt.update(apt.codename)
    debian.unpack(apt.download(f"python3-pip-whl/{apt.codename}", label="pip"), scratch / "pip")
    wheels = list((scratch / "pip").rglob("pip-*.whl"))
    if not wheels:
        raise Trouble("This Python has no pip: install python3-venv and run again.")
    return [python, wheels[0] / "pip"]
