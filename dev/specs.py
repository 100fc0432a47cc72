# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shopify's published schemas, which the contract tests read every one of our requests against."""

import os
import tarfile
from pathlib import Path

from dev import cache, clone, say
from dev.run import output
from dev.say import Trouble

PACKAGE = "@shopify/dev-mcp@1.16.0"
SCHEMAS = ("admin_2026-07.json.gz", "admin_2026-10.json.gz")
INSIDE = "package/dist/data"


def ready(work: Path) -> Path | None:
    """Return the folder that holds `shopify/admin_*.json.gz`, or None when there is no way to get it."""
    named = os.environ.get("MARKETPLACE_SYNC_SPECS")
    if named:
        return _checked(Path(named).expanduser().resolve())
    beside = clone.ROOT.parent / "shared" / "specs"
    for folder in (beside, work / "specs"):
        if _complete(folder):
            return folder
    try:
        return _fetch(work)
    except Trouble as trouble:
        say.line(f"Shopify's schemas: not here, so the contract tests will be skipped. {trouble}")
        return None


def _fetch(work: Path) -> Path:
    say.line("Shopify's schemas: downloading (14 MB)")
    scratch = work / "npm"
    scratch.mkdir(exist_ok=True)
    try:
        packed = output(
            ["npm", "pack", PACKAGE, "--pack-destination", scratch, "--silent", "--fetch-retries=1"],
            failure="npm could not fetch them",
            cwd=scratch,
        )
    except FileNotFoundError as error:
        raise Trouble("Install npm, or name a folder with MARKETPLACE_SYNC_SPECS.") from error
    archive = scratch / packed.split()[-1]
    with cache.built(work / "specs") as folder:
        (folder / "shopify").mkdir()
        with tarfile.open(archive) as tar:
            for name in SCHEMAS:
                (folder / "shopify" / name).write_bytes(tar.extractfile(f"{INSIDE}/{name}").read())
    archive.unlink()
    return work / "specs"


def _checked(folder: Path) -> Path:
    if not _complete(folder):
        lacking = " and ".join(f"shopify/{name}" for name in SCHEMAS)
        raise Trouble(f"MARKETPLACE_SYNC_SPECS names {folder}, which lacks {lacking}: put them there or unset it.")
    return folder


def _complete(folder: Path) -> bool:
    return all((folder / "shopify" / name).exists() for name in SCHEMAS)
