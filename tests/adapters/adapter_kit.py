# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the tests of all adapters share: a server that says what it is told, and outcomes up to an error."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def answering(answer):
    """A server that answers each request with what `answer(method, path, body)` gives: (status, headers, bytes).

    Yields an object with `url` and `requests`, the (method, path, headers, body) seen; a body is JSON or None.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body in one packet: else each answer waits for the other side's delayed ACK.
        wbufsize = -1
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


def json_answer(body, status=200, **headers):
    return status, headers, json.dumps(body).encode()


def outcomes_until(outcomes, error):
    """What is yielded before `error` is raised, and the error."""
    seen = []
    try:
        for outcome in outcomes:
            seen.append(outcome)
    except error as raised:
        return seen, raised
    raise AssertionError(f"{error.__name__} was not raised")
