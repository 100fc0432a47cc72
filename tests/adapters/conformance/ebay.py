# SPDX-License-Identifier: LGPL-3.0-or-later
from adapters.ebay import EbayAdapter
from sandbox.ebay import Marketplace

from .harness import Harness


class EbayInventory(Harness):
    """Items of the Inventory API, each with a published offer: JSON."""

    name = "ebay"
    adapter, sandbox = EbayAdapter, Marketplace
    settings = {"refresh_token": "v^1.1#i^1#refresh"}
    credentials = {
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "v^1.1#i^1#refresh",
    }
    longest_sku = 50
    troubles = ("25001", "25025")
    renews = True

    def add(self, sku, quantity):
        return f"offer:{self.shop.add_item(sku, quantity)}:{sku}"

    def unknown(self, sku):
        return f"offer:9999999999:{sku}"

    def level(self, external_id):
        sku = external_id.split(":", 2)[2]
        quantity = self.shop.level(sku)
        assert quantity == self.shop.buyer_quantity(sku)
        return quantity

    def sell(self, external_id, quantity):
        self.shop.order(external_id.split(":")[-1], quantity)

    def revoke(self):
        self.shop.revoke()


class EbayTrading(EbayInventory):
    """Listings made elsewhere, which only the Trading API can change, four a call: XML."""

    name = "ebay-trading"
    batch, read_batch = 4, 1
    longest_sku = None

    def add(self, sku, quantity):
        return f"item:{self.shop.add_trading_item(sku, quantity)}"

    def item_ids(self, external_ids):
        return {external_id.removeprefix("item:"): sku for sku, external_id in external_ids.items()}

    def unknown(self, sku):
        return "item:110999999999"

    def level(self, external_id):
        return self.shop.level(external_id.removeprefix("item:"))


HARNESSES = (EbayInventory, EbayTrading)
