# SPDX-License-Identifier: LGPL-3.0-or-later
"""Send one GraphQL document and get its data or a typed error. Knows HTTP, tokens and points, not what is sold."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import requests
from gql import GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed, TransportProtocolError, TransportServerError
from gql.transport.requests import RequestsHTTPTransport

from ..base import AdapterError, Connection
from ..exchange import Exchange
from ..wire import Gate, Http
from ..wire.address import guard
from ..wire.pool import Pool
from ..wire.recording import Sent, Tape, blame, settle
from ..wire.trouble import no_answer, not_understood
from .auth import keeper_of
from .documents import Document
from .errors import Answer, error_of
from .pacer import Cost, Pacer

# On DEBUG, gql logs whole answers, and an answer may repeat what was sent.
logging.getLogger(RequestsHTTPTransport.__module__).setLevel(logging.INFO)

_TOKEN_HEADER = "X-Shopify-Access-Token"


class Line:
    """One kept-alive connection to the shop, used by one thread at a time.

    gql's transport is used without `gql.Client`, which would only turn GraphQL errors into an exception
    that lacks the HTTP status. The status comes from a hook of the `requests` session.

    :param tape: takes down what is sent
    :param clock: seconds since the epoch
    """

    def __init__(self, connection: Connection, tape: Tape, clock: Callable[[], float]):
        self._read_timeout, self._tape, self._clock = connection.read_timeout, tape, clock
        self._response: requests.Response | None = None
        self._transport = RequestsHTTPTransport(
            f"{connection.base_url}/admin/api/{connection.api_version}/graphql.json",
            timeout=(connection.connect_timeout, connection.read_timeout),
            # Whether a request is sent again is the gate's decision.
            retries=0,
            # The token goes to the shop the account names and nowhere else.
            allow_redirects=False,
        )
        self._transport.connect()
        guard(self._transport.session, connection)
        self._transport.session.hooks["response"].append(self._note)

    def _note(self, response: requests.Response, *_args: Any, **_kwargs: Any) -> None:
        # GraphQL over HTTP is UTF-8; left alone, `requests` guesses it from the text of each answer, slowly.
        response.encoding = "utf-8"
        self._response = response

    def send(self, request: GraphQLRequest, token: str, *, writes: bool) -> Answer:
        """Send `request` once, and never raise for what comes of it: see `Answer.fault`.

        :param writes: whether it may change something
        """
        self._response = None
        answer, sent, started, is_whole = Answer(), Sent(self._clock(), writes), time.monotonic(), True
        try:
            result = self._transport.execute(request, extra_args={"headers": {_TOKEN_HEADER: token}})
            answer.data, answer.errors, answer.extensions = result.data, result.errors, result.extensions
        except TransportConnectionFailed as error:
            answer.fault = no_answer(error.__cause__, self._read_timeout, "Shopify")
            sent.request, is_whole = getattr(error.__cause__, "request", None), False
        except (TransportProtocolError, TransportServerError, TypeError, AttributeError):
            # The latter two: gql 4.4 takes for granted that JSON is an object.
            answer.fault = not_understood("Shopify")
        if self._response is not None:
            answer.status, answer.headers = self._response.status_code, self._response.headers
            sent.request, sent.status, sent.request_id = self._response.request, answer.status, answer.request_id
            # What broke off can't be read again.
            sent.answer = self._response.content if is_whole else b""
            self._response = None
        sent.seconds = time.monotonic() - started
        self._tape.note(sent)
        return answer

    def close(self) -> None:
        self._transport.close()


class Client:
    """Calls of one account. Thread-safe: each call under way has a `Line` of its own.

    :param connection: the account
    :param clock: seconds since the epoch
    :param sleep: waits a number of seconds
    """

    def __init__(self, connection: Connection, clock: Callable[[], float], sleep: Callable[[float], None]):
        self._connection, self._clock = connection, clock
        self._gate = Gate(connection, clock, sleep)
        self._pacer = Pacer(connection.max_wait, clock, sleep)
        self._lines = Pool(lambda: Line(connection, self._http.tape, clock))
        self._counting = threading.Lock()
        self._calls = 0
        self.tokens = keeper_of(connection, clock, lambda: self._http)
        # For tokens, which are not fetched by GraphQL, and for what is repeated as it was.
        self._http = Http("Shopify", connection, clock, sleep, tokens=self.tokens, authorize=_authorize)

    @property
    def calls(self) -> int:
        """HTTP requests sent so far."""
        return self._calls + self._http.calls

    def call(self, document: Document, variables: dict[str, Any], units: int = 1) -> tuple[dict, str]:
        """Send a document, when the rate limit allows, again while its trouble may pass, and give its data and
        Shopify's request id.

        :param units: ids it asks about, which its cost depends on
        :raises Unavailable: throttled, down, slow or not to be understood
        :raises Unauthorized: the token is refused, also after one renewal
        :raises RequestRefused: Shopify refuses what this request says
        :raises Refused: it refuses the account as a whole
        """
        request = GraphQLRequest(document.node, variable_values=variables)
        settle()
        try:
            answer = self._gate.run(lambda: self._send(request, document, units))
        except AdapterError as error:
            blame(error.reason)
            self._http.scrub(error)
            # The frames it went through hold what was sent.
            raise error.with_traceback(None) from None
        return answer.data, self.scrubbed(answer.request_id)

    def scrubbed(self, text: str) -> str:
        """`text`, Shopify's own words, without any secret."""
        return self._http.scrubbed(text)

    def repeat(self, exchange: Exchange) -> None:
        """See `base.Adapter.repeat`."""
        self._http.repeat(exchange)

    def close(self) -> None:
        """Close idle connections; a later call opens new ones."""
        self._lines.close()
        self._http.close()

    def _send(self, request: GraphQLRequest, document: Document, units: int) -> Answer:
        """Send once, when there are points for it, and raise what is wrong with the answer."""
        ticket = self._pacer.admit(document.name, units, document.expected_cost(units))
        answer = Answer()
        try:
            # The wait for points may have been long.
            self._gate.check()
            answer = self.tokens.use(
                partial(self._transmit, request, document.writes), lambda answer: answer.status == 401
            )
        finally:
            self._pacer.settle(ticket, Cost.of(answer.extensions), answered=answer.data is not None)
        error = error_of(answer, document.scope, self._connection.api_version, self._clock())
        if error:
            blame(error.reason)
            raise error
        return answer

    def _transmit(self, request: GraphQLRequest, writes: bool, token: str) -> Answer:
        with self._counting:
            self._calls += 1
        with self._lines.lend() as line:
            return line.send(request, token, writes=writes)


def _authorize(request: requests.Request, token: str) -> None:
    request.headers[_TOKEN_HEADER] = token
