# SPDX-License-Identifier: LGPL-3.0-or-later
"""The HTTP side: two endpoints as Shopify has them, and the faults that spoil their answers."""

import asyncio

from aiohttp import web

from ..application import CALL, MARKETPLACE, answer, application
from . import bulk, cost, engine, older

NO_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"


def build(shop):
    """The web application of `shop`."""
    app = application(shop)
    app.router.add_post("/admin/api/{version}/graphql.json", graphql)
    app.router.add_post("/admin/oauth/access_token", access_token)
    app.router.add_get(bulk.PATH, bulk_result)
    return app


async def access_token(request):
    """The client credentials grant; Shopify's documents show it as a form and as JSON, so both are taken."""
    shop = request.app[MARKETPLACE]
    shop.stats.calls["token"] += 1
    fault = shop.take_fault("token")
    if fault and fault.kind == "latency":
        await asyncio.sleep(fault.seconds)
        fault = None
    form = await read_json(request) if request.content_type == "application/json" else await request.post()
    if fault and not fault.carries_out:
        return await shop.spoil(request, fault, None)
    status, body = shop.auth.grant(form)
    response = answer(body, status)
    return await shop.spoil(request, fault, response) if fault else response


async def read_json(request):
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(reason="The body is not valid JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(reason="The body is not a JSON object")
    return body


async def graphql(request):
    shop, version = request.app[MARKETPLACE], request.match_info["version"]
    if version not in (*engine.VERSIONS, *(older.VERSIONS if shop.older_versions else ())):
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
    call = request[CALL]
    origin = str(request.url.origin())
    context = engine.Context(shop, version, call.request_id, call.received_at, work=shop.latency, origin=origin)
    return await carry_out(request, prepared, context, variables, name)


async def bulk_result(request):
    """The result of a bulk operation; whoever knows its address may have it."""
    shop = request.app[MARKETPLACE]
    await asyncio.sleep(shop.latency)
    operation = shop.node(bulk.gid(request.match_info["number"]))
    if operation is None:
        raise web.HTTPNotFound
    return web.Response(text=operation.text, content_type="application/jsonl")


async def carry_out(request, prepared, context, variables, name):
    """Run a request that may run, with whatever fault waits for it."""
    shop, is_mutation = context.shop, prepared.is_mutation
    shop.stats.calls["write" if is_mutation else "read"] += 1
    shop.stats.mutations += is_mutation
    shop.stats.queries += not is_mutation
    fault = shop.take_fault("mutation" if is_mutation else "query")
    if fault and fault.kind == "latency":
        context.work, fault = context.work + fault.seconds, None
    context.crash = fault is not None and fault.kind == "crash"
    if not is_mutation:
        await asyncio.sleep(context.work)
    response = None
    if fault is None or fault.carries_out:
        response = answer(await engine.run(prepared, context, variables, name))
    return await shop.spoil(request, fault, response) if fault else response


def refusal(shop, status, reason):
    """The body of a refusal: throttled and unknown tokens in Shopify's words, anything else by its reason."""
    if status == 429:
        return answer(engine.throttled(shop, cost.MUTATION), status)
    return answer({"errors": NO_TOKEN if status == 401 else reason}, status)
