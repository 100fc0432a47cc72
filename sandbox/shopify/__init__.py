# SPDX-License-Identifier: LGPL-3.0-or-later
"""A stand-in Shopify: its own small SDL, executed over state in memory, strict where Shopify is strict.

    from sandbox.shopify import Shop, serve

    shop = Shop()
    main = shop.add_location("Main")
    shop.add_item("SKU-1", quantities={main: 5})
    with serve(shop) as server:
        ...  # talk to server.url with the token shop.token

What it knows of Shopify was noted from Shopify's documentation and its 2026-10 schema; where neither says,
a comment says that it is our reading.
"""

from ..serving import serve
from .shop import Shop

SANDBOX = Shop

__all__ = ["SANDBOX", "Shop", "serve"]
