# SPDX-License-Identifier: LGPL-3.0-or-later
"""Send one GraphQL document and get its data or a typed error. Knows HTTP, tokens and points, not what is sold."""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

import requests
from gql import GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed, TransportProtocolError, TransportServerError
from gql.transport.requests import RequestsHTTPTransport

from ..base import AdapterError, Connection
from .auth import TokenKeeper
from .documents import Document
from .errors import Answer, error_of, no_answer, not_understood
from .pacer import Cost, Pacer

# On DEBUG, gql logs whole answers, and an answer may repeat what was sent.
logging.getLogger(RequestsHTTPTransport.__module__).setLevel(logging.INFO)


class Line:
    """One kept-alive connection to the shop, used by one thread at a time.

    gql's transport is used without `gql.Client`, which would only turn GraphQL errors into an exception
    that lacks the HTTP status. The status comes from a hook of the `requests` session.
    """

    def __init__(self, connection: Connection):
        self._read_timeout = connection.read_timeout
        self._response: requests.Response | None = None
        self._transport = RequestsHTTPTransport(
            f"{connection.base_url}/admin/api/{connection.api_version}/graphql.json",
            timeout=(connection.connect_timeout, connection.read_timeout),
            # gql would repeat mutations as well; whoever calls the adapter decides about trying again.
            retries=0,
            # The token goes to the shop the account names and nowhere else.
            allow_redirects=False,
        )
        self._transport.connect()
        self._transport.session.hooks["response"].append(self._note)

    def _note(self, response: requests.Response, *_args: Any, **_kwargs: Any) -> None:
        # GraphQL over HTTP is UTF-8; left alone, `requests` guesses it from the text of each answer, slowly.
        response.encoding = "utf-8"
        self._response = response

    def send(self, request: GraphQLRequest, token: str) -> Answer:
        """Send `request` once, and never raise for what comes of it: see `Answer.fault`."""
        self._response = None
        answer = Answer()
        try:
            result = self._transport.execute(request, extra_args={"headers": {"X-Shopify-Access-Token": token}})
            answer.data, answer.errors, answer.extensions = result.data, result.errors, result.extensions
        except TransportConnectionFailed as error:
            answer.fault = no_answer(error.__cause__, self._read_timeout)
        except (TransportProtocolError, TransportServerError, TypeError, AttributeError):
            # The latter two: gql 4.4 takes for granted that JSON is an object.
            answer.fault = not_understood()
        if self._response is not None:
            answer.status, answer.headers = self._response.status_code, self._response.headers
            self._response = None
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
        self._pacer = Pacer(connection.max_wait, clock, sleep)
        self._lines: queue.LifoQueue[Line] = queue.LifoQueue()
        self._counting = threading.Lock()
        #: HTTP requests sent so far
        self.calls = 0
        self.tokens = TokenKeeper(connection, clock, self._count)

    def call(self, document: Document, variables: dict[str, Any], units: int = 1) -> tuple[dict, str]:
        """Send a document, when the rate limit allows, and give its data and Shopify's request id.

        :param units: ids it asks about, which its cost depends on
        :raises Unavailable: throttled, down, slow or not to be understood
        :raises Unauthorized: the token is refused, also after one renewal
        :raises RequestRefused: Shopify refuses what this request says
        :raises Refused: it refuses the account as a whole
        """
        request = GraphQLRequest(document.node, variable_values=variables)
        ticket = self._pacer.admit(document.name, units, document.expected_cost(units))
        answer = Answer()
        try:
            answer = self._send(request)
        finally:
            self._pacer.settle(ticket, Cost.of(answer.extensions), answered=answer.data is not None)
        error = self._judge(answer, document)
        if error:
            raise error
        return answer.data, answer.request_id

    def close(self) -> None:
        """Close idle connections; a later call opens new ones."""
        while True:
            try:
                self._lines.get_nowait().close()
            except queue.Empty:
                return

    def _send(self, request: GraphQLRequest) -> Answer:
        """Send with the current token, and once more with a new one if it is refused."""
        token = self.tokens.current()
        answer = self._transmit(request, token)
        if answer.status == 401 and self.tokens.renewable:
            answer = self._transmit(request, self.tokens.replace(token))
        return answer

    def _transmit(self, request: GraphQLRequest, token: str) -> Answer:
        try:
            line = self._lines.get_nowait()
        except queue.Empty:
            line = Line(self._connection)
        self._count()
        try:
            return line.send(request, token)
        finally:
            self._lines.put(line)

    def _judge(self, answer: Answer, document: Document) -> AdapterError | None:
        if answer.status == 401:
            error = self.tokens.still_refused()
            error.request_id = answer.request_id
            return error
        error = error_of(answer, document.scope, self._connection.api_version, self._clock())
        if error:
            error.reason = self.tokens.scrub(error.reason)
            error.args = (error.reason,)
        return error

    def _count(self) -> None:
        with self._counting:
            self.calls += 1
