# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publish quantities: one task is one call, and says what has to follow.

Shopify takes up to 250 rows in a call and refuses all of them if one is bad. So a refused row is cut out and
the others are sent again; where Shopify does not name the row, `wire.Batch` halves them until it stands alone.
Every follow-up has fewer rows than what it follows, or happens once, so this ends.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ..base import Acknowledged, Conflict, Connection, Level, Refused, Rejected
from ..batching import batch_of, without_doubles
from ..reading import LARGEST, NO_NUMBER
from ..wire import Step
from ..wire.recording import blame
from ..wire.trouble import Busy, RequestRefused, not_understood, quote
from ..words import _lt
from .batches import Row, batches, by_location, content_key
from .client import Client
from .documents import SET_QUANTITIES
from .quantities import LARGEST_BATCH, Found, Quantities
from .reasons import DUPLICATE, UNTRACKED, reason_for, reason_of

# From this version on ITEM_NOT_STOCKED_AT_LOCATION is gone from the schema.
_STOCKS_BY_ITSELF = "2026-10"

_STALE = frozenset({"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"})
_KEY_SPENT = frozenset({"IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"})
_UNDER_WAY = "IDEMPOTENCY_CONCURRENT_REQUEST"
# What every batch says alike, so no row is to blame.
_OURS = frozenset({"INVALID_NAME", "INVALID_REASON", "INVALID_REFERENCE_DOCUMENT", "COMPARE_QUANTITY_REQUIRED"})
# Said of bundles, and of items whose stock is not tracked.
_FROZEN = "NON_MUTABLE_INVENTORY_ITEM"


class Push:
    """One push of one account's levels, as tasks for `workers.run`.

    :param client: how to call Shopify
    :param connection: the account; `batch_size` rows go in a call, 250 at most
    :param quantities: which of Shopify's numbers is written, and what it is now
    """

    def __init__(self, client: Client, connection: Connection, quantities: Quantities):
        self._client, self._quantities = client, quantities
        self._shop = connection.base_url
        self._size = max(1, min(connection.batch_size, LARGEST_BATCH))
        # Whether a write is worth trying where an item has no level yet. [unknown: no page of Shopify's says
        # that the write then activates the item there; if it does not, the row is refused and says so]
        self._try_unstocked = connection.api_version >= _STOCKS_BY_ITSELF

    def tasks(self, levels: Sequence[Level]) -> Iterator[Callable[[], Step]]:
        """The tasks to begin with: first the healthy levels, then those that were refused before."""
        first, doubles = without_doubles(levels, lambda level: (level.external_id, level.location_id))
        if doubles:
            yield partial(Step, [Rejected(level.key, DUPLICATE) for level in doubles])
        for suspect in (False, True):
            for rows in batches((level for level in first if level.suspect is suspect), self._size):
                # A batch holds either levels with a known number or levels without.
                yield batch_of(self._read_first if rows[0].change_from is None else self._send, rows)

    def _send(self, rows: Sequence[Row], new_key: bool = False) -> Step:
        """Write `rows`.

        :param new_key: use a key never used before, instead of the one that belongs to the content
        """
        content = content_key(self._shop, self._quantities.name, rows)
        # Shopify may answer a known key with its first answer. For rows refused before that would be the old
        # refusal, also when its cause is gone; compare-and-set keeps them safe without.
        fresh = new_key or rows[0].level.suspect
        variables = {
            "key": str(uuid.uuid4()) if fresh else content,
            "input": {
                "name": self._quantities.name,
                "reason": "correction",
                # The form the schema asks for: gid://app/entity/id. Shows in the shop's inventory history.
                "referenceDocumentUri": f"gid://marketplace-sync/StockSync/{content}",
                "quantities": [row.wire for row in rows],
            },
        }
        data, request_id = self._client.call(SET_QUANTITIES, variables)
        try:
            errors = [self._user_error(error) for error in _listed(data["inventorySetQuantities"]["userErrors"])]
        except (KeyError, TypeError):
            raise not_understood("Shopify", request_id) from None
        if not errors:
            return Step([Acknowledged(row.level.key, row.level.quantity, request_id) for row in rows])
        return self._after_errors(rows, errors, new_key, request_id)

    def _user_error(self, error: dict) -> tuple[str, list, str]:
        """One of `userErrors`, as (code, field, message).

        :raises KeyError, TypeError: it is none
        """
        code, message = (quote(self._client.scrubbed(str(error[name] or ""))) for name in ("code", "message"))
        return code, _listed(error["field"] or []), message

    def _after_errors(self, rows: Sequence[Row], errors: list[tuple], new_key: bool, request_id: str) -> Step:
        """What follows from `userErrors`, given as (code, field, message)."""
        codes = {code for code, _field, _message in errors}
        if _UNDER_WAY in codes or (codes & _KEY_SPENT and new_key):
            raise Busy(_lt("Shopify is still working on the same request."), request_id=request_id)
        if codes & _KEY_SPENT:
            return Step(follow_ups=[batch_of(partial(self._send, new_key=True), rows)])
        if ours := codes & _OURS:
            raise Refused(_lt("Shopify does not accept how this addon writes stock (%s).", min(ours)), request_id)
        named: dict[int, tuple[str, str]] = {}
        for code, path, message in errors:
            index = _row_of(path, len(rows))
            # A row may be stale and refused: then being refused is what matters.
            if index is not None and (index not in named or code not in _STALE):
                named[index] = code, message
        if not named:
            code, _field, message = errors[0]
            raise RequestRefused(reason_of(code, message), code, request_id)
        return self._cut_out(rows, named, request_id, new_key)

    def _cut_out(self, rows: Sequence[Row], named: dict[int, tuple[str, str]], request_id: str, new_key: bool) -> Step:
        """Send again all rows but those `named` by their index, for which Shopify gave (code, message)."""
        step, stale, frozen = Step(), [], []
        for index, (code, message) in named.items():
            if code in _STALE:
                stale.append(rows[index])
                continue
            blame(reason_of(code, message))
            if code == _FROZEN:
                frozen.append(rows[index])
            else:
                step.results.append(Rejected(rows[index].level.key, reason_of(code, message), code, request_id))
        rest = [row for index, row in enumerate(rows) if index not in named]
        if rest:
            step.follow_ups.append(batch_of(self._send, rest))
        step.follow_ups += [batch_of(partial(self._compare, was_new=new_key), group) for group in by_location(stale)]
        step.follow_ups += [batch_of(self._explain, group) for group in by_location(frozen)]
        return step

    def _read_first(self, rows: Sequence[Row]) -> Step:
        """Find out what Shopify has for `rows` of one location, and write those that differ."""
        found, request_id = self._now(rows)
        step, different = Step(), []
        for row, now in zip(rows, found, strict=True):
            level = row.level
            if now.quantity == level.quantity and now.tracked:
                step.results.append(Acknowledged(level.key, level.quantity, request_id))
            elif now.known and now.tracked and (now.quantity is not None or self._try_unstocked):
                different.append(Row(level, now.quantity))
            else:
                step.results.append(Rejected(level.key, reason_for(now), request_id=request_id))
        if different:
            step.follow_ups.append(batch_of(self._send, different))
        return step

    def _compare(self, rows: Sequence[Row], was_new: bool) -> Step:
        """Tell what Shopify has instead for stale `rows` of one location; an earlier, lost try may have worked.

        :param was_new: being stale was the answer to a key never used before
        """
        found, request_id = self._now(rows)
        step = Step()
        for row, now in zip(rows, found, strict=True):
            level = row.level
            if now.quantity is None:
                step.results.append(Rejected(level.key, reason_for(now), request_id=request_id))
            elif now.quantity == level.quantity:
                step.results.append(Acknowledged(level.key, level.quantity, request_id, found=True))
            elif now.quantity == row.change_from and was_new:
                step.follow_ups.append(partial(_contradict, request_id))
            elif now.quantity == row.change_from:
                # The number is what was expected: being stale was the first answer to this key, given again.
                step.follow_ups.append(batch_of(partial(self._send, new_key=True), [row]))
            elif abs(now.quantity) > LARGEST:
                step.results.append(Rejected(level.key, NO_NUMBER, request_id=request_id))
            else:
                step.results.append(Conflict(level.key, now.quantity, request_id))
        return step

    def _now(self, rows: Sequence[Row]) -> tuple[list[Found], str]:
        """What Shopify has for `rows` of one location, in their order, and its request id."""
        return self._quantities.now(rows[0].level.location_id, [row.level.external_id for row in rows])

    def _explain(self, rows: Sequence[Row]) -> Step:
        """Reject `rows` of one location that Shopify lets nobody change, and find out why."""
        found, request_id = self._now(rows)
        return Step(
            [
                Rejected(row.level.key, reason_of(_FROZEN, "") if now.tracked else UNTRACKED, _FROZEN, request_id)
                for row, now in zip(rows, found, strict=True)
            ]
        )


def _contradict(request_id: str) -> Step:
    """Leave a row without an outcome, and say so, after what is known has been told."""
    raise Busy(_lt("Shopify calls a number stale, and shows that it is not."), request_id=request_id)


def _listed(value: object) -> list:
    """A list of an answer's; what is empty but no list says nothing, above all not that there are no errors.

    :raises TypeError: it is none
    """
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _row_of(path: Sequence[str], size: int) -> int | None:
    """The row an error's `field` names, as in ["input", "quantities", "3", "quantity"]; of one row, always that."""
    if size == 1:
        return 0
    try:
        index = int(path[path.index("quantities") + 1])
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return index if 0 <= index < size else None
