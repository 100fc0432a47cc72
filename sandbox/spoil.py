# SPDX-License-Identifier: LGPL-3.0-or-later
"""Answering a request as a fault has it, whatever the marketplace speaks: JSON, XML or anything else.

A sandbox with routes of its own calls `spoil` with the answer it would have given; one that uses
`Marketplace.ROUTES` has it done for every route.
"""

import asyncio
import math
import socket
import struct
from email.utils import formatdate

from aiohttp import web

HTML = "<!DOCTYPE html><html><head><title>Something went wrong</title></head><body>Please try again</body></html>"


async def spoil(request, fault, response, marketplace):
    """Answer `request` as `fault` has it.

    :param response: the right answer if the request was carried out, else None
    :param marketplace: its `expire` and `refusal` give a 401 and a 429 in the marketplace's own words
    """
    kind = fault.kind
    if kind in ("hold", "hold_before"):
        await (asyncio.sleep(fault.seconds) if fault.seconds is not None else asyncio.Event().wait())
        return response if kind == "hold" else page(504)
    if kind == "reset":
        return reset(request)
    if kind == "truncated":
        whole = response.body or b""
        return web.Response(status=response.status, body=whole[: len(whole) // 2], content_type=response.content_type)
    if kind == "wrong_type":
        return web.Response(status=response.status, body=response.body, content_type="text/plain", charset="utf-8")
    if kind == "empty":
        return web.Response()
    if kind == "expired":
        marketplace.expire(request)
        return marketplace.refusal(request, 401, "Unauthorized")
    if kind == "429":
        return too_many(marketplace.refusal(request, 429, "Too Many Requests"), fault, marketplace.clock())
    return page(200 if kind == "html" else int(kind))


def page(status):
    return web.Response(text=HTML, status=status, content_type="text/html")


def too_many(response, fault, now):
    """Put the fault's Retry-After on an answer; `now` is seconds since 1970."""
    if fault.retry_after is not None:
        date = formatdate(math.ceil(now + fault.retry_after), usegmt=True)
        response.headers["Retry-After"] = date if fault.as_date else str(fault.retry_after)
    return response


def reset(request):
    """Cut the connection with a TCP reset: no lingering, nothing flushed."""
    raw = request.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    return web.Response()
