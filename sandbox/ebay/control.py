# SPDX-License-Identifier: LGPL-3.0-or-later
"""eBay's own endpoints under /_sandbox/, beside those of sandbox/control.py.

| call | body | answer |
|---|---|---|
| POST items | also `offer`: true, "UNPUBLISHED" or null | `{ids}`: offer ids, or SKUs |
| POST trading_items | `{items: [{sku, quantity, variations, sold}]}` | `{ids}`: ItemIDs |
| POST refresh_tokens | `{scopes}`, optional | `{refresh_token}` |
| POST tokens/revoke | `{token}`: a refresh token or an access token, null for all | `{}` |
| POST tokens/expire | `{token}`: an access token, null for all | `{}` |
| POST locations | `{key, name}` | `{}` |
| POST trouble | `{name, error_id, times}`: the next writes of a SKU, or of an ItemID, fail with that error | `{}` |
| GET offers | | `{offers: [{id, sku, status, available, buyers_see}]}` |
"""


def add_trading_items(marketplace, given):
    return {"ids": [marketplace.add_trading_item(**row) for row in given["items"]]}


def add_refresh_token(marketplace, given):
    return {"refresh_token": marketplace.grant_refresh_token(**given)}


def expire_tokens(marketplace, given):
    marketplace.oauth.expire(given["token"])
    return {}


def add_location(marketplace, given):
    marketplace.add_location(**given)
    return {}


def add_trouble(marketplace, given):
    marketplace.trouble(**given)
    return {}


def get_offers(marketplace, _given):
    return {
        "offers": [
            {
                "id": offer.id,
                "sku": offer.item.sku,
                "status": offer.status,
                "available": offer.available,
                "buyers_see": offer.buyers_see,
            }
            for offer in marketplace.offers.values()
        ]
    }


CONTROLS = (
    ("POST", "trading_items", add_trading_items),
    ("POST", "refresh_tokens", add_refresh_token),
    ("POST", "tokens/expire", expire_tokens),
    ("POST", "locations", add_location),
    ("POST", "trouble", add_trouble),
    ("GET", "offers", get_offers),
)
