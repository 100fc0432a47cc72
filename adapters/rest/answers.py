# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an answer means, by a profile's statuses and expressions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..base import AdapterError, Level, Refused, Unavailable
from ..batching import words_in, words_of
from ..wire import Answer
from ..wire.trouble import RequestRefused, quote
from ..words import _lt
from .errors import ExpressionError
from .expressions import evaluate
from .message import Composer
from .profile import RestProfile, names_item

_REFUSED = _lt("The shop refuses this: %s")
UNKNOWN = _lt("The shop does not know this item.")
UNSAID = _lt("The shop refuses this item without saying why.")
UNMENTIONED = _lt("The shop's answer does not mention this item.")

# Statuses that can mean what the request says; others mean the request format or the address.
CONTENT = frozenset({400, 409, 413, 414, 422})
GONE = frozenset({404, 410})
_NO = frozenset({"", "0", "false", "no", "n", "null", "none"})


class Names:
    """The places of levels by what results may call them.

    :param kinds: by SKU, by id
    """

    def __init__(self, kinds: Sequence[Mapping[str, list[int]]]):
        self._kinds = kinds

    def of(self, refs: Collection[str | None]) -> dict[str, list[int]]:
        """The places of the levels that each of `refs` is about.

        What most of them are comes first, as one item's id may be another's SKU.
        """
        kinds = sorted(self._kinds, key=lambda names: sum(ref in names for ref in refs), reverse=True)
        found = ((ref, next((names[ref] for names in kinds if ref in names), None)) for ref in refs if ref)
        return {ref: numbers for ref, numbers in found if numbers}


class Reader:
    """Reads the answers of one profile's shop."""

    def __init__(self, profile: RestProfile, composer: Composer):
        self._profile, self._composer = profile, composer

    def check(self, answer: Answer) -> None:
        """Raise what is wrong with the content of an answer whose status is good.

        :raises Unavailable: it is not what such a shop answers, but perhaps what stands before it
        """
        if answer.status in self._profile.success_statuses:
            self.body(answer)

    def body(self, answer: Answer) -> Any:
        """The answer's JSON, None where it doesn't matter or there is none."""
        if self._profile.reads_body and answer.status != 204:
            return answer.json(strict=not self._profile.any_content_type)
        if "html" in answer.headers.get("Content-Type", "").lower() and not self._profile.any_content_type:
            raise Unavailable(_lt("The shop answered with a web page."), request_id=answer.request_id)
        if answer.is_json and answer.body:
            answer.json()
        return None

    def content(self, answer: Answer) -> Any:
        """What an answer to a read says.

        :raises Unavailable: it is no JSON
        """
        return answer.json(strict=not self._profile.any_content_type)

    def check_read(self, answer: Answer) -> None:
        """As `check`, of an answer to a read."""
        if answer.status in self._profile.success_statuses:
            self.content(answer)

    def trouble(self, answer: Answer) -> AdapterError | None:
        """What a write that failed as a whole stands for, None when it was carried out.

        `RequestRefused` is about what the request says: another may be fine.
        """
        status = answer.status
        if status in self._profile.success_statuses:
            body = self.body(answer)
            if not _is_true(self.evaluated(self._profile.failure, body, answer)):
                return None
            words = self._words(answer, body)
            reason = _REFUSED % words if words else UNSAID
            return RequestRefused(reason, "", answer.request_id, alike=reason)
        words = self._words(answer) or f"HTTP {status}"
        if status in CONTENT:
            # One status stands for whatever can be wrong: only with the same words is it the same.
            alike = f"{status} {words}"
            return RequestRefused(_REFUSED % words, str(status), answer.request_id, alike)
        if 200 <= status < 300:
            return Refused(_lt("The shop answered HTTP %s: its request format does not count that as success.", status))
        return Refused(
            _lt("The shop does not take such requests (HTTP %(status)s): %(words)s", status=status, words=words),
            answer.request_id,
        )

    def is_gone(self, answer: Answer) -> bool:
        """Whether there is no such item as the one whose address was written to."""
        return answer.status in GONE and names_item(self._profile.path)

    def reasons(self, levels: Sequence[Level], answer: Answer) -> list[str]:
        """For each of `levels`, in their order, why it was refused; empty when it was accepted."""
        profile = self._profile
        if not profile.results:
            return [""] * len(levels)
        results = self.evaluated(profile.results, self.body(answer), answer)
        if results is None:
            results = []
        elif isinstance(results, dict):
            results = [results]
        elif not isinstance(results, list):
            raise answer.not_understood()
        reasons: list[str | None] = [None] * len(levels)
        for numbers, result in self._matched(levels, results, answer):
            for number in numbers:
                reasons[number] = reasons[number] or self._reason(result, answer)
        unmentioned = "" if profile.unmentioned_ok else UNMENTIONED
        return [unmentioned if reason is None else reason for reason in reasons]

    def _matched(self, levels: Sequence[Level], results: list, answer: Answer) -> list[tuple[list[int], Any]]:
        """Each result and which of `levels` it is about."""
        if not self._profile.result_ref:
            return [([0], result) for result in results]
        by_ref = defaultdict(list)
        for result in results:
            by_ref[as_text(self.evaluated(self._profile.result_ref, result, answer))].append(result)
        numbers_of = self.names(levels, by_sku=self._profile.sends_sku, by_id=self._profile.sends_id).of(by_ref)
        matched = []
        for ref, found in by_ref.items():
            numbers = numbers_of.get(ref, [])
            if len(found) == len(numbers):
                # An item at several locations: its results come in the order they were asked for.
                matched += [([number], result) for number, result in zip(numbers, found, strict=True)]
            else:
                matched += [(numbers, result) for result in found]
        return matched

    def names(self, levels: Sequence[Level], *, by_sku: bool = True, by_id: bool = True) -> "Names":
        """What results may call `levels`.

        :param by_sku: whether by their SKUs
        :param by_id: whether by their ids
        """
        skus, ids = defaultdict(list), defaultdict(list)
        for number, level in enumerate(levels):
            skus[self._composer.sku(level)].append(number)
            ids[level.external_id].append(number)
        return Names([*([dict(skus)] if by_sku else ()), *([dict(ids)] if by_id else ())])

    def _reason(self, result: Any, answer: Answer) -> str:
        error = self.evaluated(self._profile.result_error, result, answer)
        if self._profile.result_ok:
            is_ok = _is_true(self.evaluated(self._profile.result_ok, result, answer))
        else:
            is_ok = bool(self._profile.result_error) and not error
        if is_ok:
            return ""
        is_number = isinstance(error, int | float) and not isinstance(error, bool)
        return words_in(error) or (quote(error) if is_number else "") or UNSAID

    def _words(self, answer: Answer, body: Any = None) -> str:
        """What the shop itself says of a failed request."""
        if self._profile.message:
            try:
                body = answer.json(strict=False) if body is None else body
                return words_in(evaluate(self._profile.message, body))
            except (ExpressionError, Unavailable):
                return ""
        return words_of(answer)

    def evaluated(self, expression: str, value: Any, answer: Answer) -> Any:
        """What an expression gives for a part of `answer`.

        :raises Unavailable: it does not fit
        """
        try:
            return evaluate(expression, value)
        except ExpressionError:
            raise answer.not_understood() from None


def as_text(ref: Any) -> str | None:
    """A SKU or an id, which may come as a number, also as one written 77.0."""
    if isinstance(ref, float) and ref.is_integer():
        ref = int(ref)
    return str(ref) if isinstance(ref, str | int) and not isinstance(ref, bool) else None


def _is_true(value: Any) -> bool:
    """Whether an expression's value means yes; some shops write their flags as text."""
    return value.strip().lower() not in _NO if isinstance(value, str) else bool(value)
