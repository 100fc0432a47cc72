# SPDX-License-Identifier: LGPL-3.0-or-later
"""The HTTP side every sandbox shares: counting, request ids, faults, JSON in and out.

A sandbox names its routes, and the methods that answer them, in `Marketplace.ROUTES`. A method gets a Call,
runs under the marketplace's lock, and gives what the body shall say as JSON, or a whole `web.Response`;
it raises Refused to refuse. One that needs more control adds its own aiohttp handlers to `application(...)`.
"""

import asyncio
import json
import secrets
import time
import weakref
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from aiohttp import web

from . import control

MARKETPLACE = web.AppKey("marketplace", object)
TRANSPORTS = web.AppKey("transports", weakref.WeakSet)
CALL = web.RequestKey("call", object)


class Refused(Exception):
    """A request is refused: `status` and `reason`, which `Marketplace.refusal` puts into its own words."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


class Route(NamedTuple):
    """A door of a marketplace.

    :param method: HTTP method
    :param path: as aiohttp has it: `/items/{sku}`
    :param act: name of the marketplace's method that answers
    :param on: `read`, `write` or `token`: which faults hit it
    """

    method: str
    path: str
    act: str
    on: str = "read"


@dataclass
class Call:
    """The HTTP request under way; `received_at` is seconds since 1970, `raw` the body."""

    request: web.Request
    request_id: str
    received_at: float
    raw: bytes = b""

    @property
    def query(self):
        return self.request.query

    @property
    def headers(self):
        return self.request.headers

    def json(self):
        """The body, which must be JSON and say so; Refused (400) otherwise."""
        if self.request.content_type != "application/json":
            raise Refused(400, f"Unexpected content type {self.request.content_type}")
        try:
            return json.loads(self.raw, parse_constant=not_json)
        except ValueError:
            raise Refused(400, "The body is not valid JSON") from None


def not_json(constant):
    """Python reads NaN and Infinity, which JSON has not."""
    raise ValueError(constant)


def application(marketplace):
    """The web application of `marketplace`, with its ROUTES and its control endpoints."""
    app = web.Application(middlewares=[count], client_max_size=32 * 1024**2)
    app[MARKETPLACE], app[TRANSPORTS] = marketplace, weakref.WeakSet()
    for route in marketplace.ROUTES:
        app.router.add_route(route.method, route.path, partial(handle, marketplace, route))
    control.add_routes(app, marketplace)
    return app


@web.middleware
async def count(request, handler):
    """Give the request its id, and count it unless it only drives the sandbox."""
    call = request[CALL] = Call(request, secrets.token_hex(16), time.time())
    if request.path.startswith(control.PREFIX):
        return await handler(request)
    marketplace, transports = request.app[MARKETPLACE], request.app[TRANSPORTS]
    stats = marketplace.stats
    if request.transport is not None and request.transport not in transports:
        transports.add(request.transport)
        stats.connections += 1
    stats.requests += 1
    stats.open += 1
    stats.max_open = max(stats.max_open, stats.open)
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = marketplace.refusal(request, error.status, error.reason)
    except Refused as error:
        response = marketplace.refusal(request, error.status, error.reason)
    finally:
        stats.open -= 1
    response.headers["X-Request-Id"] = call.request_id
    return response


async def handle(marketplace, route, request):
    """Answer a request for `route`, with whatever fault waits for it."""
    call = request[CALL]
    call.raw = await request.read()
    # Who may not call meets no fault: a fault waits for a request that would have been answered.
    marketplace.authorize(call)
    marketplace.stats.calls[route.on] += 1
    return await carry_out(marketplace, request, route.on, partial(getattr(marketplace, route.act), call))


async def carry_out(marketplace, request, target, work):
    """Answer `request` by what `work()` gives, JSON or a Response, spoilt by the fault that waits for `target`."""
    fault = marketplace.take_fault(target)
    delay = marketplace.latency
    if fault and fault.kind == "latency":
        delay, fault = delay + fault.seconds, None
    if delay:
        await asyncio.sleep(delay)
    response = None
    if fault is None or fault.carries_out:
        response = work_out(marketplace, request, work)
    return response if fault is None else await marketplace.spoil(request, fault, response)


def work_out(marketplace, request, work):
    """The right answer. A refusal is one, too: it can be held or cut in half like any other."""
    try:
        with marketplace.lock:
            result = work()
    except Refused as error:
        return marketplace.refusal(request, error.status, error.reason)
    return result if isinstance(result, web.StreamResponse) else answer(result)


def answer(body, status=200, **headers):
    """A JSON answer."""
    return web.Response(
        body=json.dumps(body, separators=(",", ":")).encode(),
        status=status,
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )
