# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where the large things live: outside the clone, shared by all clones of one user."""

import fcntl
import os
import shutil
import stat
from contextlib import contextmanager
from pathlib import Path

from dev import say
from dev.say import Trouble

NAME = "marketplace_sync"
# What PostgreSQL's library would add to the folders above its data when it runs as root.
_OPEN_TO_ALL = stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH
_ROOM_NEEDED = 3 * 1024**3


def folder() -> Path:
    """Return the cache folder: MARKETPLACE_SYNC_CACHE, else the usual place of the user who asks."""
    named = os.environ.get("MARKETPLACE_SYNC_CACHE")
    if named:
        return Path(named).expanduser().resolve()
    if os.geteuid() == 0:
        # Root's home is closed to others, and PostgreSQL, which never runs as root, has to reach its data.
        return Path("/var/cache") / NAME
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser().resolve() / NAME


def prepare() -> Path:
    """Make the cache folder and return it; refuse one that cannot serve."""
    cache = folder()
    if os.geteuid() == 0:
        _refuse_closed(cache)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "lock").touch()
    except OSError as error:
        raise Trouble(
            f"{cache} cannot be written ({error.strerror}): set MARKETPLACE_SYNC_CACHE to a folder of yours."
        ) from error
    return cache


def need_room() -> None:
    """Refuse to begin a download that would not fit."""
    free = shutil.disk_usage(folder()).free
    if free < _ROOM_NEEDED:
        raise Trouble(
            f"{folder()} has {free / 1024**3:.1f} GB free and 3 GB are needed: free some, or set "
            "MARKETPLACE_SYNC_CACHE to a folder elsewhere."
        )


@contextmanager
def lock(file: Path):
    """Hold a lock file; a second run waits here for the first. The kernel lets go when the holder dies."""
    with file.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say.line(f"Waiting for another run that holds {file} ...")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def built(target: Path):
    """Give a scratch folder that becomes `target` only when the block ends well: there is no half a target."""
    scratch = target.with_name(target.name + ".part")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    yield scratch
    shutil.rmtree(target, ignore_errors=True)
    scratch.rename(target)


def _refuse_closed(cache: Path) -> None:
    """Refuse a cache below a private folder, rather than let PostgreSQL's library open that folder to all."""
    for parent in cache.parents:
        if parent.exists() and parent.stat().st_mode & _OPEN_TO_ALL != _OPEN_TO_ALL:
            raise Trouble(
                f"{parent} is closed to other users, and as root PostgreSQL runs as a user of its own that has to "
                "pass it: set MARKETPLACE_SYNC_CACHE to a folder open to all, such as one below /var/cache."
            )
