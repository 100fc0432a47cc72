# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the eBay tests share: a stand-in eBay, an adapter for it, and answers made up where it cannot be that odd."""

import io
import json
from contextlib import contextmanager
from unittest import mock

import requests

from adapters.base import Connection, Level
from adapters.ebay import EbayAdapter
from sandbox.ebay import Marketplace, serve

JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "text/xml;charset=utf-8"}
TOKEN_PATH = "/identity/v1/oauth2/token"
CREDENTIALS = {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "v^1.1#i^1#sandbox"}
NEVER = "2999-01-01T00:00:00"


def connection_to(url, credentials=None, **settings):
    settings = {"batch_size": 25, "connect_timeout": 2.0, "read_timeout": 5.0, **settings}
    credentials = CREDENTIALS if credentials is None else credentials
    return Connection(url, credentials=credentials, **{"allow_private": True, **settings})


@contextmanager
def ebay(credentials=None, adapter=None, **settings):
    """A stand-in eBay, and an adapter for it that never sleeps.

    :param adapter: keyword arguments of the adapter; `settings` are the connection's
    """
    market = Marketplace()
    with serve(market) as server:
        made = EbayAdapter(
            connection_to(server.url, credentials, **settings), **{"sleep": lambda _seconds: None, **(adapter or {})}
        )
        try:
            yield market, made
        finally:
            made.close()


@contextmanager
def scripted(answer, adapter=None, **settings):
    """An adapter whose requests are answered by `answer(request)`: (status, headers, body), and the requests sent.

    :param answer: gets a `requests.PreparedRequest`; a body that is not bytes is sent as JSON
    """
    sent = []

    def send(_session, request, **_options):
        sent.append(request)
        status, headers, body = answer(request)
        response = requests.Response()
        response.status_code, response.headers = status, requests.structures.CaseInsensitiveDict(headers)
        response.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        return response

    settings = {"credentials": {"token": "t" * 20, "token_expires_at": NEVER}, **settings}
    made = EbayAdapter(
        connection_to("https://api.ebay.com", **settings), **{"sleep": lambda _seconds: None, **(adapter or {})}
    )
    with mock.patch.object(requests.Session, "send", send):
        yield made, sent


def offers(market, count, quantity=5):
    """The external ids of `count` inventory items, each with a published offer."""
    return [f"offer:{market.add_item(f'SKU-{n}', quantity)}:SKU-{n}" for n in range(count)]


def levels_for(external_ids, quantity=8, **values):
    return [Level(n, external_id, "default", quantity, **values) for n, external_id in enumerate(external_ids)]


def push(adapter, external_ids, quantity=8, **values):
    """The outcomes of publishing `quantity`, in the order of `external_ids`; every one has exactly one."""
    outcomes = list(adapter.push(levels_for(external_ids, quantity, **values)))
    assert sorted(outcome.key for outcome in outcomes) == list(range(len(external_ids)))
    return sorted(outcomes, key=lambda outcome: outcome.key)


def trading_answer(call, ack="Success", *errors, body=""):
    """The XML of an answer; `errors` are pairs of code and severity."""
    rows = "".join(
        f"<Errors><ShortMessage>short</ShortMessage><LongMessage>In eBay's words {code}</LongMessage>"
        f"<ErrorCode>{code}</ErrorCode><SeverityCode>{severity}</SeverityCode></Errors>"
        for code, severity in errors
    )
    text = f'<{call}Response xmlns="urn:ebay:apis:eBLBaseComponents"><Ack>{ack}</Ack>{rows}{body}</{call}Response>'
    return 200, XML, text.encode()
