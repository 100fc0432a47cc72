# SPDX-License-Identifier: LGPL-3.0-or-later
"""JSON endpoints under /_sandbox/, for whoever drives or reads a sandbox from another process.

| call | body or query | answer |
|---|---|---|
| POST items | `{items: [{sku, ...}]}` or `{skus: [...], ...}` with what `add_item` takes | `{ids}` |
| POST orders | `{sku, quantity, location}`: a buyer buys, HTTP 409 where fewer are shown | `{}` |
| POST faults | `{kind, times, on, seconds, retry_after, as_date, applied, share}`, see `faults.Fault` | `{}` |
| DELETE faults | | `{}` |
| POST settings | `{latency_ms, seed, ...}` and what the marketplace's SETTINGS name | the settings now |
| POST tokens/revoke | `{token}` | `{}` |
| GET writes | `since=N`: without the first N | `{writes: [{sku, from, to, received_at, ...}], next}` |
| GET levels | `sku=`, optional | `{levels: [{sku, item, location, quantity}]}` |
| GET stats | | the counters of `marketplace.Stats`, and `writes` |

A marketplace adds its own by `Marketplace.CONTROLS`. A wrong body is HTTP 400 with `{error}`.
"""

from functools import partial

from aiohttp import web

from .stock import SoldOut

PREFIX = "/_sandbox/"


def add_routes(app, marketplace):
    for method, path, act in (
        ("POST", "items", add_items),
        ("POST", "orders", add_order),
        ("POST", "faults", add_fault),
        ("DELETE", "faults", clear_faults),
        ("POST", "settings", change_settings),
        ("POST", "tokens/revoke", revoke_token),
        ("GET", "writes", get_writes),
        ("GET", "levels", get_levels),
        ("GET", "stats", get_stats),
        *marketplace.CONTROLS,
    ):
        app.router.add_route(method, PREFIX + path, partial(handle, act, marketplace))


async def handle(act, marketplace, request):
    """Run `act` with the marketplace and the body, or the query of a GET."""
    try:
        given = await request.json() if request.method == "POST" else dict(request.query)
        with marketplace.lock:
            return web.json_response(act(marketplace, given))
    except SoldOut as error:
        return web.json_response({"error": str(error)}, status=409)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)


def add_items(marketplace, given):
    if "items" in given:
        return {"ids": [marketplace.add_item(**row) for row in given["items"]]}
    return {"ids": marketplace.add_items(given.pop("skus"), **given)}


def add_order(marketplace, given):
    marketplace.order(**given)
    return {}


def add_fault(marketplace, given):
    marketplace.fault(**given)
    return {}


def clear_faults(marketplace, _given):
    marketplace.faults.clear()
    return {}


def change_settings(marketplace, given):
    marketplace.change(**given)
    return marketplace.settings()


def revoke_token(marketplace, given):
    marketplace.revoke(given["token"])
    return {}


def get_writes(marketplace, given):
    return {
        "writes": [write.as_json() for write in marketplace.writes[int(given.get("since", 0)) :]],
        "next": len(marketplace.writes),
    }


def get_levels(marketplace, given):
    return {"levels": marketplace.levels(**given)}


def get_stats(marketplace, _given):
    return marketplace.as_stats()
