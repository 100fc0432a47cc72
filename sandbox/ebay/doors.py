# SPDX-License-Identifier: LGPL-3.0-or-later
"""eBay's doors: what each asks of who calls, which calls it counts, and the shape in which it refuses."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl

from aiohttp import web

from .. import faults
from ..application import CALL, Refused, answer, carry_out
from . import errors, inventory, limits, oauth, trading, update, xml

TOKEN_PATH, TRADING_PATH, ANALYTICS_PATH = "/identity/v1/oauth2/token", "/ws/api.dll", "/developer/analytics/v1_beta"
READ_SCOPES, WRITE_SCOPES = (oauth.INVENTORY, oauth.INVENTORY_READ), (oauth.INVENTORY,)


class Target(str):
    """`read`, `write` or `token`, as every sandbox has it for faults and counters, which also knows its API."""

    __slots__ = ("api",)

    def __new__(cls, on, api):
        target = super().__new__(cls, on)
        target.api = api
        return target


@dataclass
class Fault(faults.Fault):
    """The common faults, eBay's own system errors, and one API alone as the target.

    :param on: also `inventory`, `trading` or `analytics`
    """

    KINDS = {
        **faults.KINDS,
        "25001": "HTTP 500 with eBay's error 25001, a system error (Trading: HTTP 200, Ack Failure with 10007)",
        "25025": "HTTP 500 with eBay's error 25025, concurrent access (Trading: HTTP 200, Ack Failure with 10007)",
    }
    TARGETS = (*faults.Fault.TARGETS, "inventory", "trading", "analytics")

    def hits(self, target):
        return super().hits(target) or self.on == getattr(target, "api", "")


class Door(NamedTuple):
    """One operation.

    :param act: function of the marketplace and the Call
    :param api: the API it belongs to, for faults and counters
    :param on: `read`, `write` or `token`
    :param scopes: one of these is needed; any for none
    :param by_user: whether it wants the token of a user, or that of the application itself
    """

    operation: str
    act: Callable
    api: str
    on: str = "read"
    scopes: tuple[str, ...] = ()
    by_user: bool = True


def bulk(act, marketplace, call):
    """The answer of an `act` that gives (HTTP status, body)."""
    status, body = act(marketplace, call)
    return answer(body, status)


def get_token(marketplace, call):
    """The token endpoint; the body must be a form."""
    if call.request.content_type != "application/x-www-form-urlencoded":
        raise Refused(400, ("invalid_request", "The content type is not application/x-www-form-urlencoded"))
    form = dict(parse_qsl(call.raw.decode(errors="replace")))
    return marketplace.oauth.token(call.headers.get("Authorization"), form)


def get_rate_limits(marketplace, call):
    """`user_rate_limit` and `rate_limit`; HTTP 204 when the filters leave nothing."""
    names = (call.query.get("api_context", ""), call.query.get("api_name", ""))
    found = limits.rate_limits(marketplace.calls, marketplace.daily_calls, *names)
    return {"rateLimits": found} if found else web.Response(status=204)


ROUTES = (
    ("POST", TOKEN_PATH, Door("token", get_token, "token", "token")),
    (
        "POST",
        f"{inventory.PATH}/bulk_update_price_quantity",
        Door("bulkUpdatePriceQuantity", partial(bulk, update.bulk_update), "inventory", "write", WRITE_SCOPES),
    ),
    (
        "POST",
        f"{inventory.PATH}/bulk_get_inventory_item",
        Door("bulkGetInventoryItem", partial(bulk, inventory.bulk_get_items), "inventory", "read", READ_SCOPES),
    ),
    (
        "GET",
        f"{inventory.PATH}/inventory_item",
        Door("getInventoryItems", inventory.get_items, "inventory", "read", READ_SCOPES),
    ),
    (
        "GET",
        f"{inventory.PATH}/inventory_item/{{sku}}",
        Door("getInventoryItem", inventory.get_item, "inventory", "read", READ_SCOPES),
    ),
    ("GET", f"{inventory.PATH}/offer", Door("getOffers", inventory.get_offers, "inventory", "read", READ_SCOPES)),
    (
        "GET",
        f"{inventory.PATH}/location",
        Door("getInventoryLocations", inventory.get_locations, "inventory", "read", READ_SCOPES),
    ),
    ("GET", f"{ANALYTICS_PATH}/user_rate_limit/", Door("getUserRateLimits", get_rate_limits, "analytics")),
    ("GET", f"{ANALYTICS_PATH}/rate_limit/", Door("getRateLimits", get_rate_limits, "analytics", by_user=False)),
)
TRADING = {
    "ReviseInventoryStatus": Door("ReviseInventoryStatus", trading.revise_inventory_status, "trading", "write"),
    "ReviseFixedPriceItem": Door("ReviseFixedPriceItem", trading.revise_fixed_price_item, "trading", "write"),
    "GetItem": Door("GetItem", trading.get_item, "trading"),
    "GetUser": Door("GetUser", trading.get_user, "trading"),
}
CONTEXT_OF = {"inventory": "sell", "trading": "tradingapi", "analytics": "developer"}


def add_routes(app, marketplace):
    for method, path, door in ROUTES:
        app.router.add_route(method, path, partial(enter, marketplace, door))
    app.router.add_post(TRADING_PATH, partial(enter_trading, marketplace))


async def enter(marketplace, door, request):
    """Answer a REST request: who may not call meets no fault, and no limit."""
    call = request[CALL]
    call.raw = await request.read()
    if door.api != "token":
        with marketplace.lock:
            admit(marketplace, door, request)
    return await let_in(marketplace, door, request, partial(door.act, marketplace, call))


async def let_in(marketplace, door, request, work):
    stats = marketplace.stats
    for counter, name in ((stats.calls, door.on), (stats.apis, door.api), (stats.operations, door.operation)):
        counter[name] = counter.get(name, 0) + 1
    return await carry_out(marketplace, request, Target(door.on, door.api), work)


def admit(marketplace, door, request):
    """Refuse a call without a good token (401), of the wrong kind or scope (403), or beyond today's calls (429).

    That the kind of token is 403 with 1100, like a missing scope, is our reading.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if not token or kind != "Bearer":
        raise errors.refused(401, 1002)
    grant = marketplace.oauth.valid(marketplace.oauth.access_tokens, token)
    if grant is None:
        raise errors.refused(401, 1001)
    if bool(grant.source) != door.by_user or (door.scopes and not set(door.scopes) & set(grant.scopes)):
        raise errors.refused(403, 1100)
    if not spend(marketplace, door):
        raise errors.refused(429, 2001)


def spend(marketplace, door):
    return marketplace.calls.spend(CONTEXT_OF[door.api], marketplace.daily_calls)


async def enter_trading(marketplace, request):
    """Answer a Trading API call. Its refusals are HTTP 200 with an Ack of Failure, also those of a token."""
    call = request[CALL]
    call.raw = await request.read()
    name = request.headers.get("X-EBAY-API-CALL-NAME", "")
    try:
        with marketplace.lock:
            admit_trading(marketplace, name, request)
    except xml.Trouble as trouble:
        return failure(name, trouble)
    return await let_in(marketplace, TRADING[name], request, partial(trade, marketplace, name, call))


def admit_trading(marketplace, name, request):
    """Raise Trouble when the headers are wrong, the token is, or today's calls are spent."""
    if name not in TRADING:
        raise xml.Trouble(2, f'The API call "{name}" is invalid or not supported in this release.', name)
    for header in ("X-EBAY-API-COMPATIBILITY-LEVEL", "X-EBAY-API-SITEID"):
        if not request.headers.get(header, "").isdecimal():
            raise xml.Trouble(10012, f'Invalid value for header "{header}".', header)  # our reading
    token = request.headers.get("X-EBAY-API-IAF-TOKEN", "")
    if not token:
        raise xml.Trouble(930)
    grant = marketplace.oauth.access_tokens.get(token)
    if grant is None or not grant.source:
        raise xml.Trouble(21916984)
    if not marketplace.oauth.valid(marketplace.oauth.access_tokens, token):
        raise xml.Trouble(21917053)
    if not spend(marketplace, TRADING[name]):
        raise xml.Trouble(518)


def trade(marketplace, name, call):
    try:
        return as_xml(TRADING[name].act(marketplace, call))
    except xml.Trouble as trouble:
        return failure(name, trouble)


def failure(name, trouble, status=200):
    return as_xml(xml.response(name if name in TRADING else "Error", "Failure", [trouble]), status)


def as_xml(body, status=200):
    return web.Response(body=body, status=status, content_type="text/xml", charset="utf-8")


def refusal(request, status, reason):
    """The Response that refuses `request` in the shape of its API."""
    if request.path == TRADING_PATH:
        number = {401: 21917053, 429: 518}.get(status, 10007)
        name = request.headers.get("X-EBAY-API-CALL-NAME", "")
        return failure(name, xml.Trouble(number), 200 if status == 401 else status)
    if request.path == TOKEN_PATH and status < 429:
        code, description = reason if isinstance(reason, tuple) else ("invalid_client", "client authentication failed")
        return answer({"error": code, "error_description": description}, status)
    return answer(errors.body(status, reason), status)
