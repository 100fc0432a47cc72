# SPDX-License-Identifier: LGPL-3.0-or-later
"""The consent page a browser sees: two buttons, where eBay's has a login before and much more text."""

from functools import partial
from html import escape

from aiohttp import web

from ..application import Refused

PATH = "/oauth2/authorize"
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>eBay (sandbox)</title></head><body>
<h1>Grant application access</h1><p>{client} asks for:</p><ul>{scopes}</ul>
<form method="post"><button name="consent" value="agree" id="agree">Agree and Continue</button>
<button name="consent" value="decline" id="decline">Not now</button></form></body></html>"""


def add_routes(app, marketplace):
    app.router.add_get(PATH, partial(show, marketplace))
    app.router.add_post(PATH, partial(answer, marketplace))


async def show(marketplace, request):
    return page(marketplace, request)


async def answer(marketplace, request):
    """Take the button that was pressed, and send the browser to the RuName's address."""
    form = await request.post()
    if form.get("consent") not in ("agree", "decline"):
        return page(marketplace, request)
    with marketplace.lock:
        try:
            address = marketplace.oauth.decide(request.query, form["consent"] == "agree")
        except Refused as refused:
            return sorry(refused)
    return web.Response(status=302, headers={"Location": address})


def page(marketplace, request):
    try:
        scopes = marketplace.oauth.asked(request.query)
    except Refused as refused:
        return sorry(refused)
    rows = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    text = PAGE.format(client=escape(request.query["client_id"]), scopes=rows)
    return web.Response(text=text, content_type="text/html")


def sorry(refused):
    return web.Response(status=refused.status, text=f"<p>{escape(refused.reason)}</p>", content_type="text/html")
