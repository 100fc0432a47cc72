# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the Shopify tests share: a shop with stock, an adapter for it, and a server that says what it is told."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adapters.base import Connection, Level
from adapters.shopify import ShopifyAdapter

VERSION = "2026-10"


def connection_to(url, credentials=None, version=VERSION, **settings):
    settings = {"connect_timeout": 2.0, "read_timeout": 5.0, **settings}
    return Connection(url, version, credentials or {"access_token": "shpat_sandbox"}, **settings)


def adapter_for(server, credentials=None, clock=None, sleep=None, **settings):
    times = {name: value for name, value in (("clock", clock), ("sleep", sleep)) if value}
    return ShopifyAdapter(connection_to(server.url, credentials, **settings), **times)


def stocked(shop, count, quantity=5):
    """A location and `count` items that have `quantity` there."""
    location = shop.add_location("Main")
    return location, shop.add_items([f"SKU-{n}" for n in range(count)], quantities={location: quantity})


def levels_for(items, location, quantity=8, previous=5, **values):
    return [Level(n, item, location, quantity, previous, **values) for n, item in enumerate(items)]


def outcomes_until(outcomes, error):
    """What is yielded before `error` is raised, and the error."""
    seen = []
    try:
        for outcome in outcomes:
            seen.append(outcome)
    except error as raised:
        return seen, raised
    raise AssertionError(f"{error.__name__} was not raised")


def quantities_of(body):
    """The rows a request for inventorySetQuantities carries."""
    return body["variables"]["input"]["quantities"]


@contextmanager
def scripted(answer):
    """A server that answers each POST with what `answer(path, body)` gives: (status, headers, bytes).

    Yields an object with `url` and `requests`, the (path, headers, body) seen.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body in one packet: else each answer waits for the other side's delayed ACK.
        wbufsize = -1

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.requests.append((self.path, dict(self.headers), body))
            status, headers, payload = answer(self.path, body)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

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


def json_answer(body, status=200, **headers):
    return status, headers, json.dumps(body).encode()
