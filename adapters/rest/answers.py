# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an answer means, by a profile's statuses and expressions."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..base import AdapterError, Level, Refused, Unavailable
from ..batching import words_in, words_of
from ..wire import Answer
from ..wire.trouble import RequestRefused, quote
from .expressions import ExpressionError, evaluate
from .message import Composer
from .profile import RestProfile

UNKNOWN = "The shop does not know this item."
UNSAID = "The shop refuses this item without saying why."
UNMENTIONED = "The shop's answer does not mention this item."

# Statuses that can mean what the request says; others mean the request format or the address.
_CONTENT = frozenset({400, 409, 413, 422})
_GONE = frozenset({404, 410})


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
            raise Unavailable("The shop answered with a web page.", request_id=answer.request_id)
        if answer.is_json and answer.body:
            answer.json()
        return None

    def trouble(self, answer: Answer) -> AdapterError | None:
        """What a write that failed as a whole stands for, None when it was carried out.

        `RequestRefused` is about what the request says: another may be fine.
        """
        status = answer.status
        if status in self._profile.success_statuses:
            body = self.body(answer)
            if not self._evaluate(self._profile.failure, body, answer):
                return None
            words = self._words(answer, body)
            return RequestRefused(f"The shop refuses this: {words}" if words else UNSAID, "", answer.request_id)
        words = self._words(answer) or f"HTTP {status}"
        if status in _GONE and self._names_item:
            return RequestRefused(UNKNOWN, str(status), answer.request_id)
        if status in _CONTENT:
            return RequestRefused(f"The shop refuses this: {words}", str(status), answer.request_id)
        if 200 <= status < 300:
            return Refused(f"The shop answered HTTP {status}: its request format does not count that as success.")
        return Refused(f"The shop does not take such requests (HTTP {status}): {words}", answer.request_id)

    def reasons(self, levels: Sequence[Level], answer: Answer) -> list[str]:
        """For each of `levels`, in their order, why it was refused; empty when it was accepted."""
        profile = self._profile
        if not profile.results:
            return [""] * len(levels)
        results = self._evaluate(profile.results, self.body(answer), answer)
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
            by_ref[_as_text(self._evaluate(self._profile.result_ref, result, answer))].append(result)
        by_sku, by_id = defaultdict(list), defaultdict(list)
        for number, level in enumerate(levels):
            by_sku[self._composer.sku(level)].append(number)
            by_id[level.external_id].append(number)
        matched = []
        for ref, found in by_ref.items():
            numbers = (self._profile.sends_sku and by_sku.get(ref)) or (self._profile.sends_id and by_id.get(ref)) or []
            if len(found) == len(numbers):
                # An item at several locations: its results come in the order they were asked for.
                matched += [([number], result) for number, result in zip(numbers, found, strict=True)]
            else:
                matched += [(numbers, result) for result in found]
        return matched

    def _reason(self, result: Any, answer: Answer) -> str:
        error = self._evaluate(self._profile.result_error, result, answer)
        if self._profile.result_ok:
            is_ok = bool(self._evaluate(self._profile.result_ok, result, answer))
        else:
            is_ok = bool(self._profile.result_error) and not error
        if is_ok:
            return ""
        return words_in(error) or (quote(error) if isinstance(error, int | float) else "") or UNSAID

    def _words(self, answer: Answer, body: Any = None) -> str:
        """What the shop itself says of a failed request."""
        if self._profile.message:
            try:
                body = answer.json(strict=False) if body is None else body
                return words_in(evaluate(self._profile.message, body))
            except (ExpressionError, Unavailable):
                return ""
        return words_of(answer)

    def _evaluate(self, expression: str, value: Any, answer: Answer) -> Any:
        try:
            return evaluate(expression, value)
        except ExpressionError:
            raise answer.not_understood() from None

    @property
    def _names_item(self) -> bool:
        return "{sku}" in self._profile.path or "{id}" in self._profile.path


def _as_text(ref: Any) -> str | None:
    """A SKU or an id, which may come as a number."""
    return str(ref) if isinstance(ref, str | int) and not isinstance(ref, bool) else None
