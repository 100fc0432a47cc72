# SPDX-License-Identifier: LGPL-3.0-or-later
"""`python -m sandbox shopify`: the shop as a process of its own, driven through control.py."""

import asyncio
import errno
import signal
import sys

from .cost import RESTORE_RATES
from .server import HOST, listen, serving
from .shop import Shop


def add_arguments(parser):
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes any free one")
    parser.add_argument("--name", default="Sandbox", help="name of the shop")
    parser.add_argument("--token", default="shpat_sandbox", help="the lasting access token")
    parser.add_argument("--client-id", default="sandbox-client")
    parser.add_argument("--client-secret", default="sandbox-secret")
    parser.add_argument("--plan", choices=RESTORE_RATES, default="unlimited", help="how fast points come back")
    parser.add_argument("--latency-ms", type=float, default=0, help="milliseconds every GraphQL request takes")
    parser.set_defaults(run=run)


def run(arguments):
    """Serve until SIGINT or SIGTERM; the exit code."""
    try:
        sock = listen(arguments.port)
    except OSError as error:
        reason = "is already in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        print(f"sandbox shopify: port {arguments.port} of {HOST} {reason}", file=sys.stderr)
        return 1
    shop = Shop(
        arguments.name,
        plan=arguments.plan,
        token=arguments.token,
        client_id=arguments.client_id,
        client_secret=arguments.client_secret,
        latency=arguments.latency_ms / 1000,
    )
    asyncio.run(until_told(shop, sock))
    return 0


async def until_told(shop, sock):
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(shop, sock) as server:
        print(f"sandbox shopify listening on {server.url}", flush=True)
        await stop.wait()
