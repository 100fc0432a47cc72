# SPDX-License-Identifier: LGPL-3.0-or-later
"""What Shopify said -> which error of `adapters.base` it is, in words for people.

Decided by HTTP status, by GraphQL error code and by exception type; never by message text, which Shopify may
reword any day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..base import AdapterError, Refused, Unavailable
from ..wire.trouble import NO_JSON, SPENT, Crashed, RequestRefused, of_status, quote, request_id_of
from ..words import _lt
from .pacer import Cost


@dataclass(slots=True)
class Answer:
    """One HTTP answer, as far as it came.

    :param status: HTTP status, 0 when there was no answer
    :param headers: of the answer; names in any case
    :param data: the `data` of the GraphQL answer
    :param errors: its `errors`, whatever shape they have
    :param extensions: its `extensions`
    :param fault: what kept the answer from being read, None when it was
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    data: Any = None
    errors: Any = None
    extensions: Any = None
    fault: AdapterError | None = None

    @property
    def request_id(self) -> str:
        """Shopify's name for this request; its support asks for it."""
        return request_id_of(self.headers)


_STATUS = {
    402: _lt("The shop is frozen because a bill of Shopify's is unpaid."),
    403: _lt("Shopify denies access. The app needs the permission %(scope)s: add it and install the app again."),
    404: _lt("There is no such shop, or it does not know API version %(version)s."),
    423: _lt("Shopify has locked the shop. Its owner has to contact Shopify."),
    430: _lt("Shopify takes this server's requests for an attack and refuses them."),
}
# Top-level GraphQL error codes that concern the account, not what was asked.
_ACCOUNT = {
    "ACCESS_DENIED": _STATUS[403],
    "SHOP_INACTIVE": _lt("The shop is not active."),
}
# Codes of documents that do not fit the schema: the API version is not one this adapter was written for.
# `BAD_REQUEST` is what a missing @idempotent gives, `INVALID_FIELD_ARGUMENTS` a missing changeFromQuantity.
_MISFIT = frozenset(
    {
        "BAD_REQUEST",
        "INVALID_FIELD_ARGUMENTS",
        "argumentNotAccepted",
        "missingRequiredArguments",
        "selectionMismatch",
        "undefinedDirective",
        "undefinedField",
        "undefinedType",
        "variableMismatch",
        "variableNotDefined",
    }
)


def codes_of(errors: object) -> list[str]:
    """Codes of top-level GraphQL errors; empty text for an error without one."""
    found = []
    for error in errors if isinstance(errors, list) else [errors]:
        extensions = error.get("extensions") if isinstance(error, dict) else None
        code = extensions.get("code") if isinstance(extensions, dict) else None
        found.append(code if isinstance(code, str) else "")
    return found


def error_of(answer: Answer, scope: str, version: str, now: float) -> AdapterError | None:
    """The typed error an answer stands for; None when all went well. A 401 is not judged here.

    :param scope: the access scope the request needs
    :param version: the API version it was sent to
    :param now: seconds since the epoch
    """
    error = _of_status(answer, scope, version, now) or answer.fault or _of_errors(answer, scope, version)
    if error is None and not isinstance(answer.data, dict):
        error = Unavailable(_lt("Shopify's answer is empty."))
    if error:
        error.request_id = answer.request_id
    return error


def _of_status(answer: Answer, scope: str, version: str, now: float) -> AdapterError | None:
    status = answer.status
    if status < 300:
        content_type = answer.headers.get("Content-Type", "")
        if status and "json" not in content_type.lower():
            return Unavailable(NO_JSON % "Shopify")
        return None
    error = of_status(status, answer.headers, now, "Shopify")
    if status == 429:
        return _throttled(answer, error.retry_after)
    if error:
        return error
    text = _STATUS.get(status, _lt("Shopify refuses the request (HTTP %(status)s)."))
    return Refused(text % {"scope": scope, "version": version, "status": status})


def _throttled(answer: Answer, wait: float | None = None) -> Unavailable:
    cost = Cost.of(answer.extensions)
    waits = [seconds for seconds in (wait, cost and cost.seconds_short) if seconds is not None]
    return Unavailable(SPENT % "Shopify", max(waits, default=None))


def _of_errors(answer: Answer, scope: str, version: str) -> AdapterError | None:
    if not answer.errors:
        return None
    codes = codes_of(answer.errors)
    if "THROTTLED" in codes:
        return _throttled(answer)
    for code in codes:
        if code in _ACCOUNT:
            return Refused(_ACCOUNT[code] % {"scope": scope})
        if code in _MISFIT:
            return Refused(
                _lt("Shopify's API version %(version)s does not fit this addon (%(code)s).", version=version, code=code)
            )
    if "INTERNAL_SERVER_ERROR" in codes:
        return Crashed(_lt("Shopify had an internal error."), "INTERNAL_SERVER_ERROR")
    first = answer.errors[0] if isinstance(answer.errors, list) else answer.errors
    message = first.get("message", "") if isinstance(first, dict) else first
    return RequestRefused(_lt("Shopify refuses the request: %s", quote(message)), codes[0])
