# SPDX-License-Identifier: LGPL-3.0-or-later
"""The demo's marketplaces: what is for sale there, and how an Odoo user connects an account of theirs."""

from collections.abc import Iterable
from typing import Any

from dev.rpc import Client
from dev.sandboxes import ODD_PRESET, Shop
from dev.say import Trouble

# Two products are known to a marketplace by its own number alone, which is then entered on the product in Odoo.
EBAY_NUMBERED, CARTONA_NUMBERED = "E-COM08", "FURN_7023"
EBAY_CALLBACK = "/marketplace_sync/ebay/callback"


class Stall:
    """One of the seller's marketplaces: a stand-in shop, and the account in Odoo that sells there.

    :param shop: still empty
    :param odoo: signed in as the user who does all this
    """

    name: str
    number_field = ""  # of a product, for the marketplace's own number
    numbered: frozenset[str] = frozenset()  # the SKUs of those found by it

    def __init__(self, shop: Shop, odoo: Client):
        self.shop, self._odoo = shop, odoo
        self.account_id = 0
        self._items: dict[str, str] = {}  # the shop's own name of each SKU's item

    # === SETTING UP === #

    def stock(self, products: dict[str, int]) -> None:
        """Put products, by SKU with their ids in Odoo, on sale with nothing in stock."""
        self._items = self._list([sku for sku in products if sku not in self.numbered])
        for sku in self.numbered & products.keys():
            self._items[sku] = self._list_unnamed(sku)
            self._odoo.call("product.product", "write", [products[sku]], {self.number_field: self._items[sku]})

    def connect(self, stock_id: int) -> None:
        """Set up the account and connect it, which also brings the shop's location.

        :param stock_id: the Odoo location that has to feed it then
        """
        values = {"name": self.name, **self.shop.account, **self._more_values()}
        [self.account_id] = self._odoo.call("marketplace.config", "create", [values])
        self._sign_in()
        [account] = self._odoo.call("marketplace.config", "read", [self.account_id], ["state", "last_error"])
        places = self._odoo.find("marketplace.location", [("config_id", "=", self.account_id)], ["location_ids"])
        if account["state"] != "connected" or [place["location_ids"] for place in places] != [[stock_id]]:
            reason = account["last_error"] or "its location is not mapped"
            raise Trouble(f"The account {self.name} could not be connected: {reason}.")

    def _list(self, skus: list[str]) -> dict[str, str]:
        """Put items on sale by their SKU; return the shop's own names of them."""
        return dict(zip(skus, self.shop.post("items", skus=skus)["ids"], strict=True))

    def _list_unnamed(self, sku: str) -> str:
        """Put an item on sale that the shop knows no SKU of; return the shop's number of it."""
        raise NotImplementedError

    def _more_values(self) -> dict[str, Any]:
        """Return what else the account needs."""
        return {}

    def _sign_in(self) -> None:
        self._odoo.call("marketplace.config", "action_test_connection", [self.account_id])

    # === LOOKING === #

    def numbers(self, skus: Iterable[str]) -> dict[str, int]:
        """Return what buyers are offered of each SKU, in pieces."""
        pieces = self.shop.quantities()
        return {sku: pieces[self._items[sku]] for sku in skus}

    def writes(self, since: int) -> list[tuple[str, dict]]:
        """Return what the shop accepted since its write of that number, each with the SKU it is about."""
        skus = {item: sku for sku, item in self._items.items()}
        return [(skus.get(write["item"], write["sku"]), write) for write in self.shop.writes(since)]

    def written(self) -> int:
        """Return how many numbers the shop has accepted so far."""
        return self.shop.get("stats")["writes"]


class Shopify(Stall):
    """Found by SKU; signed in to with a client id and secret."""

    name = "Shopify"

    def _list(self, skus: list[str]) -> dict[str, str]:
        place = self.shop.post("locations", name="Main Street")["id"]
        ids = self.shop.post("items", skus=skus, quantities={place: 0})["ids"]
        return dict(zip(skus, ids, strict=True))


class Ebay(Stall):
    """Items of the Inventory API, found by SKU, and a listing of the Trading API; the seller agrees in a browser."""

    name = "eBay"
    number_field = "ebay_item_id"
    numbered = frozenset({EBAY_NUMBERED})

    def numbers(self, skus: Iterable[str]) -> dict[str, int]:
        # The offer has a number of its own: buyers see the smaller of the two.
        seen = {offer["sku"]: offer["buyers_see"] for offer in self.shop.get("offers")["offers"]}
        return super().numbers(skus) | {sku: seen[sku] for sku in skus if sku in seen}

    def _list(self, skus: list[str]) -> dict[str, str]:
        self.shop.post("items", skus=skus)
        return {sku: sku for sku in skus}  # the ids are those of the offers

    def _list_unnamed(self, sku: str) -> str:
        return self.shop.post("trading_items", items=[{"quantity": 0}])["ids"][0]

    def _sign_in(self) -> None:
        """Press Connect eBay, agree on the page it opens, and follow eBay back to Odoo, which then tests it."""
        self.shop.post("settings", accept_url=self._odoo.url + EBAY_CALLBACK)
        consent = self._odoo.call("marketplace.config", "action_connect_ebay", [self.account_id])["url"]
        if "Agree and Continue" not in self._odoo.load(consent).text:
            raise Trouble("eBay's consent page does not ask for consent.")
        agreed = self._odoo.load(consent, consent="agree")
        self._odoo.load(agreed.headers["Location"])


class Cartona(Stall):
    """Found by SKU, which Cartona calls internal_product_id, or by Cartona's own number; a lasting token."""

    name = "Cartona"
    number_field = "cartona_id"
    numbered = frozenset({CARTONA_NUMBERED})

    def _list_unnamed(self, sku: str) -> str:
        return self.shop.post("items", items=[{"sku": ""}])["ids"][0]


class Odd(Stall):
    """A shop with an API of its own, spoken to by a request format that is data; a name and a password."""

    name = "Odd shop"

    def _more_values(self) -> dict[str, Any]:
        return {"rest_profile_id": self._odoo.external(ODD_PRESET)}


# By the names of the sandboxes.
STALLS = {"shopify": Shopify, "ebay": Ebay, "cartona": Cartona, "odd": Odd}
