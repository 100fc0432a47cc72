# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the answer to a bulk update says of each of its rows.

No source says what such an answer looks like. So results are recognised where there are some, by the names such results
commonly have, and whatever is not recognised counts as saying nothing.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

from ..batching import words_in
from ..reading import whole
from ..words import _lt
from .products import BASE_PRODUCT, INTERNAL_PRODUCT, QUANTITY, SUPPLIER_PRODUCT, Row, text_of


class Verdict(Enum):
    """What is said of a row that is not refused; `DOUBTFUL` when it shows another number than it was sent."""

    ACCEPTED, UNSAID, DOUBTFUL = range(3)


ACCEPTED, UNSAID, DOUBTFUL = Verdict
REFUSED = _lt("Cartona refuses this product without saying why.")

_FAILED_LISTS = frozenset({"errors", "failed", "failures", "rejected", "not_updated"})
_GOOD, _BAD = frozenset({"success", "ok", "updated", "true"}), frozenset({"error", "failed", "failure", "false"})


def refusal_in(body: Any) -> str:
    """Why the whole request was refused although its HTTP status says otherwise; empty when it was not."""
    if body is False:
        return REFUSED
    if not isinstance(body, dict):
        return ""
    # What stands in lists is said of single rows.
    verdict = _judge({name: value for name, value in body.items() if not _is_list_of_objects(value)}, {})
    if isinstance(verdict, str):
        return words_in(body) or verdict
    return next((words_in(entry) or REFUSED for entry, is_failure in _entries(body) if is_failure), "")


def verdicts(body: Any, rows: Sequence[Row], sent: Sequence[dict]) -> list[Verdict | str]:
    """The verdict on each of `rows`, in their order; a text is the reason it was refused for.

    :param body: the answer's JSON
    :param sent: `rows` as they were sent
    """
    found: list[Verdict | str] = [UNSAID] * len(rows)
    index = {(row.target.name, row.target.value): number for number, row in enumerate(rows)}
    for entry, is_failure in _entries(body):
        names = ((name, text_of(entry.get(name))) for name in (SUPPLIER_PRODUCT, INTERNAL_PRODUCT, BASE_PRODUCT))
        number = next((index[name] for name in names if name in index), None)
        if number is not None:
            said = words_in(entry) or REFUSED if is_failure else _judge(entry, sent[number])
            found[number] = _graver(found[number], said)
    return found


def _graver(one: Verdict | str, other: Verdict | str) -> Verdict | str:
    """Of two verdicts on a row, the one to believe."""
    return max(one, other, key=lambda verdict: 3 if isinstance(verdict, str) else _GRAVITY.index(verdict))


_GRAVITY = (UNSAID, ACCEPTED, DOUBTFUL)


def _entries(body: Any) -> Iterator[tuple[dict, bool]]:
    """Every result in the answer, and whether it stands in a list of failures."""
    lists = {"": body} if isinstance(body, list) else body if isinstance(body, dict) else {}
    for name, entries in lists.items():
        if _is_list_of_objects(entries):
            yield from ((entry, name in _FAILED_LISTS) for entry in entries)


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _judge(entry: dict, sent: dict) -> Verdict | str:
    # Flags may come as text.
    words = [str(entry.get(name, "")).lower() for name in ("success", "ok", "status")]
    if _BAD.intersection(words) or entry.get("error") or entry.get("errors"):
        return words_in(entry) or REFUSED
    # It may also repeat the product as it is now; a base product's number is perhaps that of one of its units.
    shown = whole(entry.get(QUANTITY)) if QUANTITY in sent and BASE_PRODUCT not in sent else None
    if shown is not None:
        return ACCEPTED if shown == sent[QUANTITY] else DOUBTFUL
    return ACCEPTED if _GOOD.intersection(words) else UNSAID
