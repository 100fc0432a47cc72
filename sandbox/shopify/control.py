# SPDX-License-Identifier: LGPL-3.0-or-later
"""JSON endpoints under /_sandbox/, for whoever drives or reads the shop from another process.

| call | body or query | answer |
|---|---|---|
| POST locations | `{name, active}` | `{id}` |
| POST items | `{items: [{sku, tracked, quantities}]}` or `{skus: [...], tracked, quantities}` | `{ids}` |
| POST orders | `{sku, quantity, location}` | `{}` |
| POST faults | `{kind, times, on, seconds, retry_after, applied}` | `{}` |
| DELETE faults | | `{}` |
| POST settings | any of `{latency_ms, plan, bucket_size, token_lifetime, permitted, scopes}` | the settings now |
| POST tokens/revoke | `{token}` | `{}` |
| GET locations | | `{locations: [{id, name, active}]}` |
| GET writes | `since=N`: without the first N | `{writes, next}` |
| GET levels | `sku=` and `name=`, both optional | `{levels: [{sku, item, location, quantity}]}` |
| GET stats | | the counters of `stock.Stats`, and `writes` |

`quantities` are units by the location's gid. A wrong body is HTTP 400 with `{error}`.
"""

from dataclasses import asdict
from functools import partial

from aiohttp import web

PREFIX = "/_sandbox/"


def add_routes(app, shop_key):
    for method, path, act in (
        ("POST", "locations", add_location),
        ("GET", "locations", get_locations),
        ("POST", "items", add_items),
        ("POST", "orders", add_order),
        ("POST", "faults", add_fault),
        ("DELETE", "faults", clear_faults),
        ("POST", "settings", change_settings),
        ("POST", "tokens/revoke", revoke_token),
        ("GET", "writes", get_writes),
        ("GET", "levels", get_levels),
        ("GET", "stats", get_stats),
    ):
        app.router.add_route(method, PREFIX + path, partial(handle, act, shop_key))


async def handle(act, shop_key, request):
    """Run `act` with the shop and the body, or the query of a GET."""
    try:
        given = await request.json() if request.method == "POST" else dict(request.query)
        with request.app[shop_key].lock:
            return web.json_response(act(request.app[shop_key], given))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)


def add_location(shop, given):
    return {"id": shop.add_location(given["name"], given.get("active", True))}


def get_locations(shop, _given):
    return {"locations": [{"id": gid, "name": row.name, "active": row.active} for gid, row in shop.locations.items()]}


def add_items(shop, given):
    rows = given.get("items")
    if rows is None:
        return {"ids": shop.add_items(given["skus"], given.get("tracked", True), given.get("quantities"))}
    return {"ids": [shop.add_item(row["sku"], row.get("tracked", True), row.get("quantities")) for row in rows]}


def add_order(shop, given):
    shop.order(given["sku"], given["quantity"], given["location"])
    return {}


def add_fault(shop, given):
    shop.fault(**given)
    return {}


def clear_faults(shop, _given):
    shop.faults.clear()
    return {}


def change_settings(shop, given):
    unknown = given.keys() - {"latency_ms", "plan", "bucket_size", "token_lifetime", "permitted", "scopes"}
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
    if "plan" in given or "bucket_size" in given:
        shop.bucket.change(given.get("plan", shop.plan), given.get("bucket_size"))
    shop.latency = given.get("latency_ms", shop.latency * 1000) / 1000
    shop.auth.lifetime = given.get("token_lifetime", shop.auth.lifetime)
    shop.auth.permitted = given.get("permitted", shop.auth.permitted)
    shop.auth.scopes = tuple(given.get("scopes", shop.auth.scopes))
    return {
        "latency_ms": shop.latency * 1000,
        "plan": shop.plan,
        "bucket_size": shop.bucket.size,
        "token_lifetime": shop.auth.lifetime,
        "permitted": shop.auth.permitted,
        "scopes": list(shop.auth.scopes),
    }


def revoke_token(shop, given):
    shop.auth.revoked.add(given["token"])
    return {}


def get_writes(shop, given):
    return {
        "writes": [write.as_json() for write in shop.writes[int(given.get("since", 0)) :]],
        "next": len(shop.writes),
    }


def get_levels(shop, given):
    name = given.get("name", "available")
    items = shop.with_sku(given["sku"]) if "sku" in given else shop.items.values()
    return {
        "levels": [
            {"sku": item.sku, "item": item.gid, "location": gid, "quantity": level.quantity(name)}
            for item in items
            for gid, level in item.levels.items()
        ]
    }


def get_stats(shop, _given):
    return {**asdict(shop.stats), "writes": len(shop.writes)}
