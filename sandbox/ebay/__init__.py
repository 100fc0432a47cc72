# SPDX-License-Identifier: LGPL-3.0-or-later
"""A stand-in eBay: OAuth, the Sell Inventory API, the Trading API, the Analytics API's limits, over state in memory.

    from sandbox.ebay import Marketplace, serve

    ebay = Marketplace()
    offer = ebay.add_item("SKU-1", 5)
    item_id = ebay.add_trading_item("OLD-1", 3)
    with serve(ebay) as server:
        ...  # talk to server.url with ebay.client_id, ebay.client_secret and ebay.refresh_token

What it knows of eBay was noted from eBay's API descriptions and support pages; "third parties" marks what only other
people's programs show, "our reading" what nobody says.
"""

from ..serving import serve
from .market import Marketplace

SANDBOX = Marketplace

__all__ = ["Marketplace", "serve"]
