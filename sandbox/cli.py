# SPDX-License-Identifier: LGPL-3.0-or-later
"""`python -m sandbox <platform>`: a marketplace as a process of its own, driven through control.py.

A package in sandbox/ is a platform when it names its class: `SANDBOX = Bazaar`. The options of the command line
are `--port`, `--latency-ms`, `--tls`, and one for each of the class's SETTINGS; they are handed to the class by their
names.
"""

import argparse
import asyncio
import errno
import pkgutil
import signal
import sys
from importlib import import_module

from .serving import HOST, listen, serving, tls_from


def platforms():
    """The names of the packages in sandbox/, one a marketplace."""
    return sorted(row.name for row in pkgutil.iter_modules(import_module(__package__).__path__) if row.ispkg)


def main(arguments=None):
    """Run the marketplace that the command line names; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Stand-in marketplaces on 127.0.0.1.")
    parser.add_argument("platform", choices=platforms())
    parser.add_argument("options", nargs=argparse.REMAINDER, help="see `python -m sandbox <platform> --help`")
    chosen = parser.parse_args(arguments)
    sandbox = import_module(f"{__package__}.{chosen.platform}").SANDBOX
    return run(sandbox, vars(options_of(sandbox).parse_args(chosen.options)))


def options_of(sandbox):
    parser = argparse.ArgumentParser(
        prog=f"python -m sandbox {sandbox.PLATFORM}", description=sandbox.__doc__.partition("\n")[0]
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes any free one")
    parser.add_argument("--latency-ms", type=float, default=0, help="milliseconds every request takes")
    parser.add_argument("--tls", metavar="FILE", help="speak HTTPS with the key and the certificate of this PEM file")
    sandbox.add_arguments(parser)
    return parser


def run(sandbox, options):
    """Serve until SIGINT or SIGTERM; the exit code."""
    port, latency, pem = options.pop("port"), options.pop("latency_ms") / 1000, options.pop("tls")
    try:
        tls = tls_from(pem) if pem else None
    except OSError as error:
        print(f"sandbox {sandbox.PLATFORM}: {pem} cannot be used for TLS: {error}", file=sys.stderr)
        return 1
    try:
        sock = listen(port)
    except OSError as error:
        reason = "is already in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        print(f"sandbox {sandbox.PLATFORM}: port {port} of {HOST} {reason}", file=sys.stderr)
        return 1
    asyncio.run(until_told(sandbox(latency=latency, **options), sock, tls))
    return 0


async def until_told(marketplace, sock, tls):
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(marketplace, sock, tls) as server:
        print(f"sandbox {marketplace.PLATFORM} listening on {server.url}", flush=True)
        await stop.wait()
