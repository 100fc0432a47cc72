# SPDX-License-Identifier: LGPL-3.0-or-later
from adapters.shopify import ShopifyAdapter
from sandbox.shopify import Shop

from .harness import Harness


class Shopify(Harness):
    """A shop whose old custom app has a lasting token."""

    name = "shopify"
    adapter, sandbox = ShopifyAdapter, Shop
    credentials = {"access_token": "shpat_sandbox"}
    api_version = "2026-10"
    read_batch = 250
    targets = ("write", "read")
    troubles = ("throttled", "crash")

    def __init__(self, clock):
        super().__init__(clock)
        self.location = self.shop.add_location("Main")

    def add(self, sku, quantity):
        return self.shop.add_item(sku, quantities={self.location: quantity})

    def unknown(self, sku):
        return "gid://shopify/InventoryItem/1"

    def level(self, external_id):
        return self.shop.level(external_id, self.location)

    def sell(self, external_id, quantity):
        self.shop.order(external_id, quantity, self.location)


class ShopifyApp(Shopify):
    """A shop whose app fetches tokens of a day by its client id and secret."""

    name = "shopify-app"
    credentials = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    renews = True

    def revoke(self):
        self.shop.auth.client_secret = "another-secret"
        self.shop.auth.granted.clear()


HARNESSES = (Shopify, ShopifyApp)
