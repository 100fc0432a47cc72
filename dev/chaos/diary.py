# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a writer did, a JSON line for each try:

    {"at": seconds since 1970, "what": "receive", "products": [ids],
     "outcome": "ok" | "serialization" | "connection" | "refused" | "failed",
     "statement": the last SQL of the cursor that failed, or "", "error": its text, or ""}

*serialization* is what Odoo tries again: a serialization failure, a deadlock, a lock it did not get. *connection* is
PostgreSQL going away, *refused* is Odoo's own answer to a user (not enough in stock, say), *failed* is anything else.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import psycopg2

LONGEST = 2000  # characters of a statement or an error


class Diary:
    """A file of such lines, each written out at once: whoever writes it may be killed.

    :param file: begun anew
    """

    def __init__(self, file: Path):
        self._file = file.open("w", buffering=1)

    def note(self, what: str, products: Iterable[int], error: BaseException | None = None, cr=None) -> None:
        """Write a line.

        :param error: why it failed, None when it was committed
        :param cr: the cursor it happened on
        """
        query = cr._obj.query if error and cr is not None else b""
        row = {
            "at": time.time(),
            "what": what,
            "products": sorted(products),
            "outcome": outcome(error) if error else "ok",
            "statement": (query or b"").decode(errors="replace")[:LONGEST],
            "error": f"{type(error).__name__}: {error}"[:LONGEST] if error else "",
        }
        self._file.write(json.dumps(row) + "\n")


def outcome(error: BaseException) -> str:
    """Return what kind of failure an error is."""
    from odoo.exceptions import ConcurrencyError, UserError
    from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

    if isinstance(error, (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)):
        return "serialization"
    if isinstance(error, psycopg2.Error) and (
        isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError))
        or (isinstance(error, psycopg2.DatabaseError) and not error.pgcode)  # the server said nothing any more
    ):
        return "connection"
    return "refused" if isinstance(error, UserError) else "failed"


def outcomes(files: Iterable[Path]) -> Counter:
    """Count what came of all tries in some diaries."""
    return Counter(row["outcome"] for row in rows(files))


def rows(files: Iterable[Path]) -> list[dict]:
    """Read diaries; the last line of a writer that was killed may be half a line, and is left out."""
    found = []
    for file in files:
        lines = file.read_text().split("\n") if file.exists() else []
        found += [json.loads(line) for line in lines[:-1]]
    return found
