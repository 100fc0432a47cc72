# SPDX-License-Identifier: LGPL-3.0-or-later
"""Serving a marketplace on 127.0.0.1: in a thread of this process, or as the process itself.

A sandbox re-exports `serve` from its package; nothing in here needs to know what it serves.
"""

import asyncio
import socket
import ssl
import threading
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiohttp import web

HOST = "127.0.0.1"
BACKLOG = 1024


@dataclass(frozen=True)
class Server:
    url: str
    port: int


def listen(port):
    """A socket bound to `port` of 127.0.0.1, any free one for 0; OSError when it is taken."""
    return socket.create_server((HOST, port), backlog=BACKLOG)


def tls_from(file):
    """Who this server is, for HTTPS: a PEM file that holds a private key and its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@asynccontextmanager
async def serving(marketplace, sock, tls=None):
    """Serve a Marketplace on a listening socket; aiohttp switches Nagle off and keeps connections alive.

    :param tls: an ssl.SSLContext, to speak HTTPS
    """
    # Held answers must not hold up the end, so handlers get no time to finish.
    runner = web.AppRunner(marketplace.build(), access_log=None, shutdown_timeout=0.01, keepalive_timeout=75)
    await runner.setup()
    try:
        await web.SockSite(runner, sock, ssl_context=tls, backlog=BACKLOG).start()
        port = sock.getsockname()[1]
        yield Server(f"{'https' if tls else 'http'}://{HOST}:{port}", port)
    finally:
        await runner.cleanup()


@contextmanager
def serve(marketplace, port=0, tls=None):
    """Serve a Marketplace in a thread of its own for the time of the `with` block, which gets the Server."""
    sock = listen(port)
    started = Future()

    async def main():
        stop = asyncio.Event()
        async with serving(marketplace, sock, tls) as server:
            started.set_result((server, asyncio.get_running_loop(), stop))
            await stop.wait()

    name = f"sandbox-{marketplace.PLATFORM}"
    thread = threading.Thread(target=asyncio.run, args=[main()], name=name, daemon=True)
    thread.start()
    server, loop, stop = started.result()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        sock.close()
