# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the commands say: one line a step, a bar while something large comes down, one line when it fails."""

import errno
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

BAR_WIDTH = 30


class Trouble(Exception):
    """Something the user can put right. Its text is the one line they read: what is wrong, what to do."""


def line(text: str) -> None:
    """Say one line, at once: the next step may take minutes."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Progress:
    """A bar on a terminal; elsewhere (a log, CI) a line at every quarter."""

    def __init__(self, label: str):
        self.label = label
        self._tty = sys.stdout.isatty()
        self._quarter = 0

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        if self._tty:
            sys.stdout.write("\r\033[K")
            sys.stdout.flush()

    def show(self, percent: float) -> None:
        """Show how far it is, from 0 to 100."""
        if self._tty:
            full = round(BAR_WIDTH * percent / 100)
            bar = "#" * full + "." * (BAR_WIDTH - full)
            sys.stdout.write(f"\r  {self.label} [{bar}] {percent:3.0f} %")
            sys.stdout.flush()
        elif percent // 25 > self._quarter:
            self._quarter = percent // 25
            line(f"  {self.label}: {percent:.0f} %")


def command(main: Callable[[], int | None]) -> NoReturn:
    """Run a command's main function; whatever goes wrong that a user can mend is one line, never a traceback."""
    signal.signal(signal.SIGTERM, _terminated)
    signal.signal(signal.SIGHUP, _terminated)  # the terminal was closed
    signal.signal(signal.SIGINT, _interrupted)  # a shell that starts us in the background ignores it
    try:
        sys.exit(main())
    except Trouble as trouble:
        _fail(str(trouble), 1)
    except KeyboardInterrupt:
        _fail("Interrupted. Nothing is left half done: run the same command again.", 130)
    except BrokenPipeError:
        # The reader went away (`make test | head`); Python would complain once more when it flushes.
        sys.stdout = None
        sys.exit(1)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        where = f" ({error.filename})" if error.filename else ""
        _fail(f"{error.strerror}{where}: free it, or set MARKETPLACE_SYNC_CACHE to a folder elsewhere.", 1)


# Each ends us by unwinding the context managers, so that servers we started are stopped. Once is enough: make passes
# on what its whole group was sent already, and people press Ctrl-C again; either would cut the cleaning short.


def _terminated(_signum, _frame) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    raise SystemExit(143)


def _interrupted(_signum, _frame) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _fail(text: str, status: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.write(" ".join(text.split()) + "\n")
    sys.exit(status)
