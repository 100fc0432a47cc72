# SPDX-License-Identifier: LGPL-3.0-or-later
"""The HTTP side: two endpoints as Shopify has them, and the faults that spoil their answers."""

import asyncio
import json
import secrets
import socket
import struct
import time
import weakref
from contextvars import ContextVar
from typing import NamedTuple

from aiohttp import web

from . import control, cost, engine
from .shop import Shop

SHOP = web.AppKey("shop", Shop)
TRANSPORTS = web.AppKey("transports", weakref.WeakSet)
CALL = ContextVar("call")
NO_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
HTML = "<!DOCTYPE html><html><head><title>Something went wrong</title></head><body>Please try again</body></html>"


class Call(NamedTuple):
    """The HTTP request under way; `received_at` is seconds since 1970."""

    request_id: str
    received_at: float


def build(shop):
    """The web application of `shop`."""
    app = web.Application(middlewares=[count], client_max_size=32 * 1024**2)
    app[SHOP], app[TRANSPORTS] = shop, weakref.WeakSet()
    app.router.add_post("/admin/api/{version}/graphql.json", graphql)
    app.router.add_post("/admin/oauth/access_token", access_token)
    control.add_routes(app, SHOP)
    return app


@web.middleware
async def count(request, handler):
    """Give the request its id, and count it unless it only drives the sandbox."""
    CALL.set(Call(secrets.token_hex(16), time.time()))
    if request.path.startswith(control.PREFIX):
        return await handler(request)
    stats, transports = request.app[SHOP].stats, request.app[TRANSPORTS]
    if request.transport is not None and request.transport not in transports:
        transports.add(request.transport)
        stats.connections += 1
    stats.requests += 1
    stats.open += 1
    stats.max_open = max(stats.max_open, stats.open)
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = answer({"errors": error.reason}, error.status)
    finally:
        stats.open -= 1
    response.headers["X-Request-Id"] = CALL.get().request_id
    return response


def answer(body, status=200, **headers):
    return web.Response(
        body=json.dumps(body, separators=(",", ":")).encode(),
        status=status,
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )


async def access_token(request):
    """The client credentials grant; Shopify's documents show it as a form and as JSON, so both are taken."""
    shop = request.app[SHOP]
    fault = shop.take_fault("token")
    if fault and fault.kind == "latency":
        await asyncio.sleep(fault.seconds)
        fault = None
    form = await read_json(request) if request.content_type == "application/json" else await request.post()
    if fault and not fault.carries_out:
        return await spoil(request, fault, None)
    status, body = shop.auth.grant(form)
    return await spoil(request, fault, body) if fault else answer(body, status)


async def read_json(request):
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(reason="The body is not valid JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(reason="The body is not a JSON object")
    return body


async def graphql(request):
    shop, version = request.app[SHOP], request.match_info["version"]
    if version not in engine.VERSIONS:
        return answer({"errors": "Not Found"}, 404)
    if not shop.auth.accepts(request.headers.get("X-Shopify-Access-Token", "")):
        return answer({"errors": NO_TOKEN}, 401)
    if request.content_type != "application/json":
        return answer({"errors": f"Unexpected content type {request.content_type}"}, 400)
    body = await read_json(request)
    text, variables, name = body.get("query"), body.get("variables") or {}, body.get("operationName")
    if not isinstance(text, str) or not isinstance(variables, dict):
        return answer({"errors": "query must be a string and variables an object"}, 400)
    prepared = engine.prepare(version, text, name)
    context = engine.Context(shop, version, *CALL.get(), work=shop.latency)
    return await carry_out(request, prepared, context, variables, name)


async def carry_out(request, prepared, context, variables, name):
    """Run a request that may run, with whatever fault waits for it."""
    shop, is_mutation = context.shop, prepared.is_mutation
    shop.stats.mutations += is_mutation
    shop.stats.queries += not is_mutation
    fault = shop.take_fault("mutation" if is_mutation else "query")
    if fault and fault.kind == "latency":
        context.work, fault = context.work + fault.seconds, None
    context.crash = fault is not None and fault.kind == "crash"
    if not is_mutation:
        await asyncio.sleep(context.work)
    result = None
    if fault is None or fault.carries_out:
        result = await engine.run(prepared, context, variables, name)
    return await spoil(request, fault, result) if fault else answer(result)


async def spoil(request, fault, result):
    """Answer as `fault` has it; `result` is the body of what was carried out, if anything was."""
    shop = request.app[SHOP]
    if fault.kind == "hold":
        await (asyncio.sleep(fault.seconds) if fault.seconds is not None else asyncio.Event().wait())
        return answer(result)
    if fault.kind == "reset":
        return reset(request)
    if fault.kind == "truncated":
        whole = json.dumps(result).encode()
        return web.Response(body=whole[: len(whole) // 2], content_type="application/json")
    if fault.kind == "expired":
        shop.auth.expire(request.headers.get("X-Shopify-Access-Token"))
        return answer({"errors": NO_TOKEN}, 401)
    if fault.kind in ("throttled", "429"):
        body = engine.throttled(shop, cost.MUTATION)
        return answer(body, 429, **{"Retry-After": str(fault.retry_after)}) if fault.kind == "429" else answer(body)
    status = {"html": 200, "crash": 500}.get(fault.kind) or int(fault.kind)
    return web.Response(text=HTML, status=status, content_type="text/html")


def reset(request):
    """Cut the connection with a TCP reset: no lingering, nothing flushed."""
    raw = request.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    return web.Response()
