# SPDX-License-Identifier: LGPL-3.0-or-later
"""What Shopify's sandbox adds to the endpoints under /_sandbox/ that every sandbox has.

| call | body or query | answer |
|---|---|---|
| POST locations | `{name, active}` | `{id}` |
| GET locations | | `{locations: [{id, name, active}]}` |
| POST items | `{items: [{sku, tracked, quantities}]}` or `{skus: [...], tracked, quantities}` | `{ids}` |
| POST fulfilments | `{sku, quantity, location}`: the seller ships what was ordered | `{}` |
| POST settings | any of `{latency_ms, seed, plan, bucket_size, token_lifetime, permitted, scopes}` | the settings now |
| GET levels | `sku=` and `name=`, both optional | `{levels: [{sku, item, location, quantity}]}` |

`quantities` are units by the location's gid.
"""


def add_location(shop, given):
    return {"id": shop.add_location(**given)}


def add_fulfilment(shop, given):
    shop.fulfil(**given)
    return {}


def get_locations(shop, _given):
    return {"locations": [{"id": gid, "name": row.name, "active": row.active} for gid, row in shop.locations.items()]}


CONTROLS = (
    ("POST", "locations", add_location),
    ("GET", "locations", get_locations),
    ("POST", "fulfilments", add_fulfilment),
)
