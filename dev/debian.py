# SPDX-License-Identifier: LGPL-3.0-or-later
"""Debian packages as files: fetched with the machine's own apt, and unpacked instead of installed.

Nothing of the machine's apt is changed: lists, cache and status are folders of ours. What is taken from it is the
mirror it already uses and the key it already trusts for that mirror.
"""

import os
import platform
import re
import subprocess
import tempfile
from pathlib import Path

from dev.run import need, output
from dev.say import Progress, Trouble

REMEDY = "or set ODOO_SOURCE to an Odoo 19 you already have (a git checkout, or a folder that holds odoo/)."


class Apt:
    """apt-get with lists and a cache of its own, reading the machine's mirror in the suites asked for."""

    def __init__(self, work: Path):
        need("apt-get", f"this provisions on Debian; {REMEDY}")
        need("dpkg-deb", f"this provisions on Debian; {REMEDY}")
        self.codename = _codename()
        self.downloads = work / "downloads"
        for folder in ("lists/partial", "cache/archives/partial", "parts", "downloads"):
            (work / folder).mkdir(parents=True, exist_ok=True)
        (work / "status").touch()
        self._list = work / "sources.list"
        self._lists = f"Dir::State::lists={work / 'lists'}"
        private = {
            "Dir::Etc::sourcelist": self._list,
            "Dir::Etc::sourceparts": work / "parts",
            "Dir::Etc::preferences": work / "preferences",
            "Dir::Etc::preferencesparts": work / "parts",
            "Dir::Cache": work / "cache",
            "Dir::State::status": work / "status",
            "Acquire::Languages": "none",
            "Acquire::Retries": 2,
            "Acquire::http::Timeout": 30,
            "APT::Update::Error-Mode": "any",
        }
        if os.geteuid() == 0:
            private["APT::Sandbox::User"] = "root"  # its user _apt cannot write into our folders
        self._options = [self._lists, *(f"{name}={value}" for name, value in private.items())]

    def update(self, *suites: str) -> None:
        """Read the package lists of these suites of the machine's mirror."""
        site, keyring = self._mirror()
        option = f"[signed-by={keyring}] " if keyring else ""
        self._list.write_text("".join(f"deb {option}{site} {suite} main\n" for suite in suites))
        output(
            [*self._command(self._options), "update"],
            failure=f"Debian's package lists cannot be read: check the network and run again, {REMEDY}",
        )

    def download(self, *packages: str, label: str) -> list[Path]:
        """Fetch packages (name/suite), checked by apt against the signed lists; return all files fetched so far."""
        reader, writer = os.pipe()
        command = [*self._command([*self._options, f"APT::Status-Fd={writer}"]), "download", *packages]
        with tempfile.TemporaryFile("w+") as said, Progress(label) as progress:
            process = subprocess.Popen(
                command,
                cwd=self.downloads,
                pass_fds=[writer],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
            os.close(writer)
            with process, os.fdopen(reader) as status:
                for text in status:
                    kind, _item, percent, *_rest = text.split(":")
                    if kind == "dlstatus":
                        progress.show(float(percent))
            said.seek(0)
            if process.returncode:
                raise Trouble(_download_failed(said.read()))
        return sorted(self.downloads.glob("*.deb"))

    def _mirror(self) -> tuple[str, str | None]:
        """Return the mirror the machine takes its own release from, and the keyring it is checked with."""
        said = output([*self._command([self._lists]), "--print-uris", "update"], failure="apt-get does not work here")
        found = re.findall(r"^'(\S+)/dists/([^/']+)/InRelease'", said, re.MULTILINE)
        sites = {suite: site for site, suite in found}
        for suite in (self.codename, "stable", "oldstable", "testing"):
            if suite in sites:
                return sites[suite], _keyring(sites[suite])
        raise Trouble(f"This machine's apt names no mirror for Debian {self.codename}: add one, {REMEDY}")

    @staticmethod
    def _command(options: list) -> list[str]:
        return ["apt-get", "-q", *(part for option in options for part in ("-o", str(option)))]


def unpack(packages: list[Path], into: Path) -> None:
    """Unpack packages into a folder; their scripts are not run."""
    for package in packages:
        output(["dpkg-deb", "-x", package, into], failure=f"{package.name} cannot be unpacked")


def _codename() -> str:
    """Return the name of the machine's Debian release."""
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        system = {}
    if system.get("ID") != "debian" or "VERSION_CODENAME" not in system:
        name = system.get("PRETTY_NAME") or platform.system()
        raise Trouble(f"This provisions on Debian, and this is {name}: use a Debian machine, {REMEDY}")
    return system["VERSION_CODENAME"]


def _keyring(site: str) -> str | None:
    """Return the keyring apt's sources name for a mirror; without one apt uses the keys it trusts for all."""
    where = ["one", "Dir::Etc::sourcelist/f", "parts", "Dir::Etc::sourceparts/d"]
    said = output(["apt-config", "shell", *where], failure="apt-config does not work here")
    one, parts = (Path(path) for path in re.findall(r"'(.*)'", said))
    entries = [entry for file in parts.glob("*.sources") for entry in file.read_text().split("\n\n")]
    lists = [file for file in (one, *parts.glob("*.list")) if file.exists()]
    entries += [entry for file in lists for entry in file.read_text().splitlines()]
    for entry in entries:
        named = re.search(r"signed-by\s*[:=]\s*(/[^\s\]]+)", entry, re.IGNORECASE)
        if named and site in entry:
            return named.group(1)
    return None


def _download_failed(said: str) -> str:
    if "No space left" in said:
        return "The disk is full: free about 3 GB, or set MARKETPLACE_SYNC_CACHE to a folder elsewhere."
    errors = [line for line in said.splitlines() if line.startswith("E:")] or ["no reason given"]
    return f"The download failed: check the network and run again, {REMEDY} ({errors[0][:300]})"
