# SPDX-License-Identifier: LGPL-3.0-or-later
"""What went wrong on the way -> which error of `adapters.base` it is, in words for people.

Decided by HTTP status and by exception type, never by message text, which a marketplace may reword any day.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from requests import exceptions

from ..base import AdapterError, Refused, Unauthorized, Unavailable
from ..words import _lt, revised

_LONGEST_QUOTE = 300
_LONGEST_READ = 10_000
_REQUEST_IDS = ("X-Request-Id", "X-EBAY-C-REQUEST-ID", "rlogid", "X-Correlation-Id")
# Control characters and halves of UTF-16 pairs, which JSON can smuggle in: PostgreSQL takes neither NUL nor the latter.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

NOT_UNDERSTOOD = _lt("%s's answer is not understood.")
NO_JSON = _lt("%s answered with something else than JSON.")
SPENT = _lt("%s's rate limit is used up.")


class Busy(Unavailable):
    """Only this one call has to be tried again later; others need not wait."""


class Limited(Unavailable):
    """The call was not sent: it would have to wait too long for its turn."""


class Crashed(Unavailable):
    """The marketplace failed at this one request, perhaps because of what it holds (HTTP 500).

    :param code: what to call the failure, such as ``HTTP 500``
    """

    def __init__(self, reason: str, code: str = "", retry_after: float | None = None, request_id: str = ""):
        super().__init__(reason, retry_after, request_id)
        self.code = code


class RequestRefused(Refused):
    """The marketplace refuses the content of this one request; another one may be fine.

    :param code: the marketplace's code, empty when it gave none
    :param alike: what refusals for one and the same cause have in common; the code when empty
    """

    def __init__(self, reason: str, code: str = "", request_id: str = "", alike: str = ""):
        super().__init__(reason, request_id)
        self.code, self.alike = code, alike or code


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret blotted out: a marketplace's own words might repeat what was sent.

    Texts of up to three characters are left: they are no secrets, and would be found in many a word.
    """
    # The longest first: what is left of one of which another is a part would still tell.
    hidden = sorted({str(secret) for secret in secrets if secret}, key=len, reverse=True)

    def blotted(words: str) -> str:
        for secret in hidden:
            if len(secret) > 3:
                words = words.replace(secret, "•••")
        return words

    return revised(text, blotted)


def quote(text: object) -> str:
    """A marketplace's own words, short enough to be read, and without what no database or log can hold."""
    text = " ".join(_UNPRINTABLE.sub(" ", str(text)[:_LONGEST_READ]).split())
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def is_storable(text: str) -> bool:
    """Whether an id of the marketplace's can be kept: none that is sane holds what `quote` takes out."""
    return not _UNPRINTABLE.search(text)


def request_id_of(headers: Mapping[str, str]) -> str:
    """The marketplace's own name for a request, which its support asks for; empty when it gives none."""
    return quote(next((headers[name] for name in _REQUEST_IDS if headers.get(name)), ""))


def seconds_of(retry_after: str | None, now: float) -> float | None:
    """Seconds a `Retry-After` header asks to wait: it holds seconds or a date (RFC 9110, 10.2.3); None when neither.

    :param now: seconds since the epoch
    """
    if not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            moment = parsedate_to_datetime(retry_after)
        except (ValueError, OverflowError):
            return None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    return max(0.0, seconds) if math.isfinite(seconds) else None


def utc(now: float) -> datetime:
    """Naive UTC for seconds since the epoch: the convention of `Token.expires_at` and of Odoo."""
    return datetime.fromtimestamp(now, UTC).replace(tzinfo=None)


def no_answer(error: BaseException | None, read_timeout: float, shop: str) -> AdapterError:
    """What it means that a request ended in an exception of `requests`.

    Its text is not repeated: `requests` quotes header values, and one of them is the access token.

    :param read_timeout: seconds
    :param shop: the marketplace's name, to begin a sentence with
    """
    match error:
        case AdapterError():  # our own, see `address`
            return error
        case exceptions.InvalidHeader() | UnicodeError():
            return Unauthorized(_lt("The access token holds characters that no access token has. Copy it again."))
        case exceptions.InvalidURL() | exceptions.InvalidSchema() | exceptions.MissingSchema():
            return Refused(_lt("The shop's address is not a valid web address."))
        case exceptions.SSLError():
            return Unavailable(_lt("No secure connection to the shop: its certificate is not trusted."))
        case exceptions.ConnectTimeout():
            return Unavailable(_lt("The shop could not be reached in time."))
        case exceptions.Timeout():
            return Unavailable(
                _lt("%(shop)s did not answer within %(seconds)s seconds.", shop=shop, seconds=f"{read_timeout:g}")
            )
        case exceptions.ChunkedEncodingError() | exceptions.ContentDecodingError():
            return Unavailable(_lt("%s's answer broke off.", shop))
    return Unavailable(_lt("The connection to %s failed.", shop))


def not_understood(shop: str, request_id: str = "") -> Unavailable:
    """What to raise when an answer lacks what was asked for."""
    return Unavailable(NOT_UNDERSTOOD % shop, request_id=request_id)


def of_status(status: int, headers: Mapping[str, str], now: float, shop: str) -> AdapterError | None:
    """The trouble an HTTP status alone stands for, None when the adapter has to read the answer.

    :param now: seconds since the epoch
    """
    if 300 <= status < 400:
        return Refused(_lt("The shop's address leads somewhere else: enter the address it really has."))
    if status == 429:
        wait = seconds_of(headers.get("Retry-After"), now)
        return Unavailable(SPENT % shop, wait)
    if status in (408, 425) or status >= 500:
        wait = seconds_of(headers.get("Retry-After"), now)
        reason = _lt("%(shop)s is out of order (HTTP %(status)s).", shop=shop, status=status)
        # The others speak for the marketplace, or for what stands before it; 500 may be about what was asked.
        return Crashed(reason, "HTTP 500", wait) if status == 500 else Unavailable(reason, wait)
    return None
