# SPDX-License-Identifier: LGPL-3.0-or-later
from adapters.rest import RestAdapter, RestProfile
from sandbox.odd import OddShop

from .harness import Harness

FORMAT = {
    "method": "PUT",
    "path": "/inventory.php?op=set",
    "sku_field": "artikelnummer",
    "location_field": "lager",
    "quantity_field": "bestand",
    "quantity_as_text": True,
    "locations": ("HAUPT",),
    "failure": "status == 'FAIL'",
    "message": "message",
    "results": "result.lines",
    "result_ref": "ref",
    "result_ok": "ok",
    "result_error": "why",
    "read_quantity": "bestand",
}
PAGES = {
    "read_path": "/inventory.php?op=list&seite={page}",
    "read_items": "bestand.zeilen",
    "read_ref": "artikelnummer",
    "read_location": "lager",
}
ONE = "/inventory.php?op=show&artikel={sku}&lager={location}"


class Odd(Harness):
    """The odd shop, as a configured adapter sees it: Basic authentication, a list deep in the body, and a read of one
    number beside that of all."""

    name = "rest"
    adapter, sandbox = RestAdapter, OddShop
    credentials = {"username": "odd", "password": "odd_sandbox"}
    options = {"profile": RestProfile(auth="basic", list_key="payload.lines", **FORMAT, **PAGES, look_path=ONE)}
    location = "HAUPT"
    read_batch = 100
    searches = False

    def unknown(self, sku):
        return sku

    def revoke(self):
        self.shop.revoke(self.shop.token)


class OddBare(Odd):
    """With the secret in the address, and a list as the body."""

    name = "rest-bare"
    settings = {"auth": "query", "form": "bare"}
    credentials = {"access_token": "odd_sandbox"}
    options = {"profile": RestProfile(auth="query", auth_name="key", **FORMAT, **PAGES)}


class OddSingle(Odd):
    """With the secret in a header, and a request for each quantity."""

    name = "rest-single"
    settings = {"auth": "header", "form": "single"}
    credentials = {"access_token": "odd_sandbox"}
    options = {
        "profile": RestProfile(
            auth="header", auth_name="X-Zugang", token_format="Token {token}", shape="one", **FORMAT, read_path=ONE
        )
    }
    batch = read_batch = 1


HARNESSES = (Odd, OddBare, OddSingle)
