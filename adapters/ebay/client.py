# SPDX-License-Identifier: LGPL-3.0-or-later
"""Call eBay's two APIs, and tell what concerns the account from what concerns one request."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import requests

from ..base import AdapterError, Allowance, Connection, Refused, Unavailable
from ..wire import Answer, Http, TokenKeeper
from ..wire.tokens import Refusals
from ..wire.trouble import NOT_UNDERSTOOD, Busy, seconds_of, utc
from ..words import _lt
from . import limits, oauth, trading
from .errors import CALLS_SPENT, CONCURRENT, PASSING, PASSING_TRADING, TOKEN, TOO_FAST, Fault, Throttled, faults_of

_INVENTORY = "/sell/inventory/v1"
# Trading's short limits are kept for 15 or 30 seconds (https://developer.ebay.com/support/knowledge-base/2137).
_SHORT_BLOCK = 15.0
_REFUSALS = Refusals(
    missing=_lt("This account is not connected to eBay yet: press Connect eBay."),
    refused=oauth.CONNECT_AGAIN,
    still_refused=_lt("eBay does not accept this account's access token, also a new one: press Connect eBay again."),
)
_SPENT = _lt("eBay takes no more calls of this account for now.")
_PASSING = _lt("eBay has a passing trouble.")
_DENIED = _lt(
    "eBay denies access: the sign-in lacks a permission. Press Connect eBay again and agree to all it asks for."
)


class Denied(Refused):
    """The sign-in lacks a permission."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A REST answer: HTTP status, JSON object, the errors of the request as a whole."""

    status: int
    body: dict
    request_id: str

    @property
    def faults(self) -> list[Fault]:
        return faults_of(self.body.get("errors"))

    @property
    def responses(self) -> list[dict] | None:
        """What a bulk call says of each entry, None when it says nothing of any."""
        rows = self.body.get("responses")
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None

    def not_understood(self) -> Unavailable:
        """What to raise when it lacks what was asked for. It is this one request's trouble."""
        return Busy(NOT_UNDERSTOOD % "eBay", request_id=self.request_id)


class Client:
    """Calls of one account. Thread-safe.

    :param connection: see `EbayAdapter`
    :param clock: seconds since the epoch
    :param sleep: waits a number of seconds
    """

    def __init__(self, connection: Connection, clock: Callable[[], float], sleep: Callable[[float], None]):
        credentials = connection.credentials
        can_renew = all(credentials.get(name) for name in ("client_id", "client_secret", "refresh_token"))
        self.tokens = TokenKeeper(
            _REFUSALS,
            clock,
            stored=credentials.get("token") or "",
            expires_at=credentials.get("token_expires_at") or "",
            fetch=(lambda: oauth.access_token(self.http, connection)) if can_renew else None,
        )
        self.http = Http("eBay", connection, clock, sleep, tokens=self.tokens, authorize=_authorize)
        self._site = str(connection.options.get("site_id") or "0")
        self._clock = clock
        self._asking = threading.Lock()
        self._allowances: list[Allowance] | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock()

    def scrubbed(self, words: str) -> str:
        """`words`, which may be eBay's own, without any secret in them."""
        return self.http.scrubbed(words)

    def inventory(self, method: str, path: str, **request: Any) -> Reply:
        """Call the Sell Inventory API.

        :param path: what follows its version
        :raises Unavailable: throttled, down, slow or talking nonsense
        :raises Unauthorized: only a person can help
        :raises Denied: a permission is missing
        :raises Refused: the address is wrong
        """
        call = partial(self.http.call, method, _INVENTORY + path, allowance=limits.INVENTORY, check=self._check_rest)
        answer = self._patiently(call, limits.INVENTORY, **request)
        if answer.status == 403:
            raise Denied(_DENIED, answer.request_id)
        return Reply(answer.status, answer.json(), answer.request_id)

    def trading(self, name: str, body: bytes) -> trading.Reply:
        """Call the Trading API; raises as `inventory` does.

        :param name: of the operation, such as ``GetItem``
        :param body: its request
        """
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "X-EBAY-API-CALL-NAME": name,
            "X-EBAY-API-COMPATIBILITY-LEVEL": trading.VERSION,
            "X-EBAY-API-SITEID": self._site,
        }
        call = partial(
            self.http.call,
            "POST",
            trading.PATH,
            allowance=limits.TRADING,
            writes=not name.startswith("Get"),
            is_refused=_is_token_refused,
            check=self._check_trading,
        )
        return trading.read(self._patiently(call, limits.TRADING, data=body, headers=headers))

    def allowances(self) -> list[Allowance]:
        """What eBay says this account may still call today; empty when it does not say.

        :raises Unauthorized: only a person can help
        """
        try:
            answer = self.http.call("GET", limits.PATH, check=self._check_rest)
        except (Unavailable, Refused):
            return []
        return limits.allowances_of(answer.json(), self._clock()) if answer.status == 200 else []

    def _patiently(self, call: Callable[..., Answer], allowance: str, **request: Any) -> Answer:
        """Call, and find out until when eBay takes no more calls where it does not say."""
        try:
            return call(**request)
        except Throttled as error:
            if error.retry_after is None:
                error.retry_after = self._until_reset(allowance)
            raise

    def _until_reset(self, allowance: str) -> float | None:
        """Seconds until there are calls again, None when there are some left or eBay does not say."""
        with self._asking:
            if self._allowances is None:
                try:
                    self._allowances = self.allowances()
                except AdapterError:
                    return None
        now = utc(self._clock())
        waits = [
            (one.resets_at - now).total_seconds()
            for one in self._allowances
            if one.name == allowance and one.remaining <= 0
        ]
        return max(waits, default=None)

    # === WHAT AN ANSWER MEANS FOR THE ACCOUNT === #

    def _check_rest(self, answer: Answer) -> None:
        self._check_throttled(answer)
        if answer.status >= 500:
            if CONCURRENT in _codes(answer):
                raise Busy(_lt("eBay is working on the same item already."), request_id=answer.request_id)
        elif answer.status in (404, 405) and not answer.is_json:
            raise Refused(oauth.NO_EBAY, answer.request_id)
        elif not 300 <= answer.status < 400:
            body = answer.json()
            if not isinstance(body, dict):
                raise answer.not_understood()
            if _codes(answer) & PASSING:
                raise Busy(_PASSING, request_id=answer.request_id)

    def _check_trading(self, answer: Answer) -> None:
        self._check_throttled(answer)
        if answer.status >= 300:
            if answer.status in (404, 405):
                raise Refused(oauth.NO_EBAY, answer.request_id)
            return
        reply = trading.read(answer)
        if CALLS_SPENT in reply.codes:
            wait = (limits.next_day(self._clock()) - utc(self._clock())).total_seconds()
            raise Throttled(_SPENT, wait, reply.request_id)
        if TOO_FAST in reply.codes:
            raise Throttled(_SPENT, _SHORT_BLOCK, reply.request_id)
        if reply.ack == "Failure" and reply.codes & PASSING_TRADING:
            raise Busy(_PASSING, request_id=reply.request_id)

    def _check_throttled(self, answer: Answer) -> None:
        if answer.status == 429:
            wait = seconds_of(answer.headers.get("Retry-After"), self._clock())
            raise Throttled(_SPENT, wait, answer.request_id)


def _authorize(request: requests.Request, token: str) -> None:
    if request.url.endswith(trading.PATH):
        request.headers["X-EBAY-API-IAF-TOKEN"] = token
    else:
        request.headers["Authorization"] = f"Bearer {token}"


def _is_token_refused(answer: Answer) -> bool:
    """Whether Trading does not accept the token: it says so with HTTP 200."""
    if answer.status != 200:
        return answer.status == 401
    try:
        return bool(trading.read(answer).codes & TOKEN)
    except Unavailable:
        return False


def _codes(answer: Answer) -> set[str]:
    """The numbers of the errors of a REST answer, none when it cannot be read."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return set()
    return {fault.code for fault in faults_of(body.get("errors") if isinstance(body, dict) else None)}
