# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the answer to a bulk update says of each of its rows.

No source says what such an answer looks like. So results are recognised where there are some, by the names such results
commonly have, and whatever is not recognised counts as saying nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ..batching import words_in
from .products import BASE_PRODUCT, INTERNAL_PRODUCT, QUANTITY, SUPPLIER_PRODUCT, Row

ACCEPTED, UNSAID = True, None
REFUSED = "Cartona refuses this product without saying why."
Verdict = bool | str | None  # a text is the reason it was refused for

_FAILED_LISTS = frozenset({"errors", "failed", "failures", "rejected", "not_updated"})
_GOOD, _BAD = frozenset({"success", "ok", "updated"}), frozenset({"error", "failed", "failure"})


def refusal_in(body: Any) -> str:
    """Why the whole request was refused although its HTTP status says otherwise; empty when it was not."""
    if isinstance(body, dict) and not any(map(_is_list_of_objects, body.values())):
        verdict = _judge(body, {})
        return verdict if isinstance(verdict, str) else ""
    return ""


def verdicts(body: Any, rows: Sequence[Row], sent: Sequence[dict]) -> list[Verdict]:
    """ACCEPTED, UNSAID or a reason for each of `rows`, in their order.

    :param body: the answer's JSON
    :param sent: `rows` as they were sent
    """
    found: list[Verdict] = [UNSAID] * len(rows)
    index = {(row.target.name, row.target.value): number for number, row in enumerate(rows)}
    for entry, is_failure in _entries(body):
        names = ((name, str(entry.get(name))) for name in (SUPPLIER_PRODUCT, INTERNAL_PRODUCT, BASE_PRODUCT))
        number = next((index[name] for name in names if name in index), None)
        if number is not None and not isinstance(found[number], str):
            found[number] = words_in(entry) or REFUSED if is_failure else _judge(entry, sent[number])
    return found


def _entries(body: Any) -> Iterator[tuple[dict, bool]]:
    """Every result in the answer, and whether it stands in a list of failures."""
    lists = {"": body} if isinstance(body, list) else body if isinstance(body, dict) else {}
    for name, entries in lists.items():
        if _is_list_of_objects(entries):
            yield from ((entry, name in _FAILED_LISTS) for entry in entries)


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _judge(entry: dict, sent: dict) -> Verdict:
    flag, status = entry.get("success", entry.get("ok")), entry.get("status")
    status = status.lower() if isinstance(status, str) else ""
    if flag is False or status in _BAD or entry.get("error") or entry.get("errors"):
        return words_in(entry) or REFUSED
    if flag is True or status in _GOOD:
        return ACCEPTED
    # It may also repeat the product as it is now.
    if QUANTITY in sent and entry.get(QUANTITY) == sent[QUANTITY]:
        return ACCEPTED
    return UNSAID
