# SPDX-License-Identifier: LGPL-3.0-or-later
"""Send one HTTP request of an account and get its answer or a typed error. Knows nothing of what is sold."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from ..base import AdapterError, Connection, Refused, Unavailable
from ..exchange import MASK, Exchange
from ..words import _lt
from .address import guard
from .gate import Gate
from .masking import secrets_of
from .pool import Pool
from .recording import Sent, Tape, blame, settle
from .tokens import TokenKeeper
from .trouble import NO_JSON, Crashed, no_answer, not_understood, of_status, request_id_of, without_secrets

# More than any marketplace has to say at once, in bytes: what goes on and on would take all the memory.
LARGEST_ANSWER = 64 * 1024**2
_CHUNK = 64 * 1024
# What `requests` writes by itself.
_OWN = frozenset({"host", "content-length", "connection", "accept-encoding", "user-agent", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer.

    :param shop: the marketplace's name, for what has to be said about the answer
    :param request_id: the marketplace's own name for this request; its support asks for it
    """

    shop: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    request_id: str = ""

    @property
    def is_json(self) -> bool:
        """Whether the answer says of itself that it is JSON."""
        return "json" in self.headers.get("Content-Type", "").lower()

    def json(self, *, strict: bool = True) -> Any:
        """The body, as JSON.

        :param strict: whether the content type has to say so, too
        :raises Unavailable: it is something else, or broken off
        """
        if strict and not self.is_json:
            raise Unavailable(NO_JSON % self.shop, request_id=self.request_id)
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            failure = self.not_understood()
        # Raised here and not above: the context of a ValueError's would be the whole body, perhaps with a token in it.
        raise failure

    def not_understood(self) -> Unavailable:
        """What to raise when the answer lacks what was asked for."""
        return not_understood(self.shop, self.request_id)


class Http:
    """Calls of one account. Thread-safe: each call under way has a session of its own.

    :param shop: the marketplace's name, as sentences to people begin with
    :param connection: the account
    :param tokens: which token to send; None for an account that needs none
    :param authorize: puts a token into a request
    :param clock: seconds since the epoch
    :param sleep: waits a number of seconds
    """

    def __init__(
        self,
        shop: str,
        connection: Connection,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        *,
        tokens: TokenKeeper | None = None,
        authorize: Callable[[requests.Request, str], None] | None = None,
    ):
        self._shop, self._connection, self._clock = shop, connection, clock
        self._authorize, self.tokens = authorize, tokens
        self._gate = Gate(connection, clock, sleep)
        self._sessions = Pool(self._session)
        self._counting = threading.Lock()
        self.tape = Tape(connection, lambda: tokens.known if tokens else ())
        #: HTTP requests sent so far, and those that count against an allowance, by its name
        self.calls, self.spent = 0, Counter()

    def call(
        self,
        method: str,
        path: str,
        *,
        allowance: str = "",
        writes: bool | None = None,
        is_refused: Callable[[Answer], bool] = lambda answer: answer.status == 401,
        check: Callable[[Answer], None] = lambda answer: None,
        **request: Any,
    ) -> Answer:
        """Send a request when the gate lets it, again while its trouble may pass, and give its answer.

        The answer may be a refusal (HTTP 4xx): what it means is the adapter's business.

        :param path: begins with a slash; put behind the account's `base_url`
        :param allowance: what it counts against
        :param writes: whether it may change something, where the method does not tell
        :param is_refused: whether an answer says that the token is not accepted
        :param check: raises what is wrong with an answer's content; `Unavailable` is tried again like any other
        :param request: `params`, `json`, `data`, `headers` as for `requests.Request`
        :raises Unavailable: throttled, down or slow
        :raises Unauthorized: the token is refused, also after one renewal
        :raises Refused: the address leads elsewhere, or to where no shop is, see `address`
        """
        url = self._connection.base_url + path
        writes = method not in ("GET", "HEAD") if writes is None else writes

        def send_with(token: str) -> Answer:
            return self._once(method, url, token, allowance, request, writes=writes)

        def send() -> Answer:
            try:
                answer = self.tokens.use(send_with, is_refused) if self.tokens else send_with("")
                check(answer)
                return self._judged(answer)
            except AdapterError as error:
                blame(error.reason)
                raise

        settle()
        try:
            return self._gate.run(send)
        except AdapterError as error:
            self.scrub(error)
            # The frames it went through hold what was sent.
            raise error.with_traceback(None) from None

    def plain(self, method: str, url: str, **request: Any) -> Answer:
        """Send a request without a token, once: how tokens are fetched.

        :raises Unavailable: throttled, down or slow
        """
        settle()
        try:
            return self._judged(self._once(method, url, "", "", request, hides=True))
        except AdapterError as caught:
            blame(caught.reason)
            # Nothing of what is sold is to blame for an HTTP 500 here.
            error = Unavailable(caught.reason, caught.retry_after) if isinstance(caught, Crashed) else caught
            error.request_id = caught.request_id
            self.scrub(error)
            # What is sent here are secrets, and this frame is shown with the error wherever local variables are.
            request.clear()
            raise error.with_traceback(None) from None

    def repeat(self, exchange: Exchange) -> None:
        """See `base.Adapter.repeat`.

        :raises Refused: it was sent to another address than the account has now
        """
        base_url = self._connection.base_url
        if not exchange.url.startswith(f"{base_url}/"):
            raise Refused(_lt("This request was sent to another address than the account has now."))
        address, _mark, query = exchange.url.removeprefix(base_url).partition("?")
        # What was masked is put there again by whoever knows the secret.
        kept = [part for part in query.split("&") if part and MASK not in part]
        self.call(
            exchange.method,
            "?".join(filter(None, [address, "&".join(kept)])),
            writes=exchange.writes,
            headers={name: value for name, value in exchange.headers if name.lower() not in _OWN and MASK not in value},
            data=exchange.body.encode() or None,
        )

    def scrub(self, error: AdapterError) -> None:
        """Take every secret out of what an error tells."""
        error.reason, error.request_id = self.scrubbed(error.reason), self.scrubbed(error.request_id)
        error.args = (error.reason,)

    def scrubbed(self, text: str) -> str:
        """`text`, the marketplace's own words for instance, without any secret."""
        secrets = secrets_of(self._connection.credentials)
        return self.tokens.scrub(text, secrets) if self.tokens else without_secrets(text, secrets)

    def close(self) -> None:
        """Close idle connections; a later call opens new ones."""
        settle()
        self._sessions.close()

    def _session(self) -> requests.Session:
        session = requests.Session()
        # A .netrc file of the machine's would else put its password in place of the account's own.
        session.auth = lambda prepared: prepared
        guard(session, self._connection)
        return session

    def _once(
        self,
        method: str,
        url: str,
        token: str,
        allowance: str,
        options: dict[str, Any],
        *,
        writes: bool = False,
        hides: bool = False,
    ) -> Answer:
        """Send a request, once.

        :param hides: what is sent and answered are secrets
        """
        request = requests.Request(method, url, **options)
        if token and self._authorize:
            self._authorize(request, token)
        self._count(allowance)
        sent = Sent(self._clock(), writes, hides)
        with self._sessions.lend() as session:
            failure = self._transmit(session, request, sent)
        sent.request_id = self.scrubbed(request_id_of(sent.headers))
        self.tape.note(sent)
        # Raised here and not below, so that it does not carry the request, and with it the token, as its context.
        if failure:
            raise failure
        return Answer(self._shop, sent.status, sent.headers, sent.answer, sent.request_id)

    def _transmit(self, session: requests.Session, request: requests.Request, sent: Sent) -> AdapterError | None:
        """Send a request, fill in what comes of it, and give what went wrong."""
        started = time.monotonic()
        try:
            sent.request = session.prepare_request(request)
            response = session.send(
                sent.request,
                timeout=(self._connection.connect_timeout, self._connection.read_timeout),
                # Secrets go to the shop the account names and nowhere else.
                allow_redirects=False,
                # The server's own proxies and certificates (HTTPS_PROXY, REQUESTS_CA_BUNDLE).
                **session.merge_environment_settings(sent.request.url, {}, True, None, None),
            )
            sent.status, sent.headers = response.status_code, response.headers
            sent.answer = self._read(response)
        except (requests.RequestException, UnicodeError, Unavailable) as error:
            return no_answer(error, self._connection.read_timeout, self._shop)
        finally:
            sent.seconds = time.monotonic() - started
        return None

    def _read(self, response: requests.Response) -> bytes:
        """All of the body, unpacked.

        :raises Unavailable: it does not end
        """
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                response.close()
                raise Unavailable(_lt("%s's answer is too long.", self._shop))
        return bytes(body)

    def _judged(self, answer: Answer) -> Answer:
        error = of_status(answer.status, answer.headers, self._clock(), self._shop)
        if error:
            error.request_id = answer.request_id
            raise error
        return answer

    def _count(self, allowance: str) -> None:
        with self._counting:
            self.calls += 1
            if allowance:
                self.spent[allowance] += 1
