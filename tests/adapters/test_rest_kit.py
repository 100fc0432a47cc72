# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the REST tests share: the presets that are shipped, and adapters for the odd shop."""

import ast
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lxml import etree

from adapters.base import Connection, Level
from adapters.rest import RestAdapter, RestProfile
from adapters.rest.texts import from_texts

PRESETS = Path(__file__).parents[2] / "data" / "marketplace_rest_profile.xml"
BASIC = {"username": "odd", "password": "odd_sandbox"}
TOKEN = {"access_token": "tok_sandbox"}


def preset(name):
    """One of the presets the addon ships, as its data file has it."""
    (record,) = etree.parse(PRESETS).xpath(f"//record[@id='marketplace_rest_profile_{name}']")
    fields = {field.get("name"): field for field in record if field.get("name") not in ("name", "note")}
    return from_texts(
        {
            name: ast.literal_eval(field.get("eval")) if field.get("eval") else field.text
            for name, field in fields.items()
        }
    )


def rest_adapter(url, profile=None, credentials=None, clock=None, sleep=None, **settings):
    times = {name: value for name, value in (("clock", clock), ("sleep", sleep)) if value}
    settings = {"connect_timeout": 2.0, "read_timeout": 5.0, "attempts": 1, **settings}
    credentials = TOKEN if credentials is None else credentials
    options = {"profile": profile or RestProfile()}
    return RestAdapter(Connection(url, credentials=credentials, options=options, **settings), **times)


def levels_of(*skus, quantity=8, location="default", **values):
    return [Level(sku, sku, location, quantity, sku=sku, **values) for sku in skus]


def outcomes_of(adapter, levels):
    return {outcome.key: outcome for outcome in adapter.push(levels)}


@contextmanager
def answering(answer):
    """A server that answers each request with what `answer(method, path, body)` gives: (status, headers, bytes).

    Yields an object with `url` and `requests`, the (method, path, headers, body) seen; a body is JSON or None.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self):
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else None
            server.requests.append((self.command, self.path, dict(self.headers), body))
            status, headers, payload = answer(self.command, self.path, body)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PUT = do_PATCH = handle_any  # noqa: N815

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.requests, server.url = [], f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(body, status=200, **headers):
    """An answer in JSON."""
    return status, headers, json.dumps(body).encode()


@pytest.mark.parametrize("name", ["list", "single", "cartona", "odd"])
def test_presets_work(name):
    assert preset(name).quantity_field
