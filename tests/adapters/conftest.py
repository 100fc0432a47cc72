# SPDX-License-Identifier: LGPL-3.0-or-later
"""A sandbox Shopify for a test: `shop` with one location, `now` its clock, `server` in a thread."""

import socket

import pytest
import requests

from ebay_wire import ebay, ebay_server, ebay_wire  # noqa: F401
from sandbox.shopify import Shop, serve


@pytest.fixture
def now():
    """The sandbox's clock: tests turn it by setting `now[0]`, in seconds."""
    return [1_800_000_000.0]


@pytest.fixture
def shop(now):
    shop = Shop(clock=lambda: now[0])
    shop.main = shop.add_location("Main")
    return shop


@pytest.fixture
def server(shop):
    with serve(shop) as server:
        yield server


class Wire:
    """Raw requests to a sandbox, without any adapter."""

    SET = """mutation Set($input: InventorySetQuantitiesInput!, $key: String!) {
        inventorySetQuantities(input: $input) @idempotent(key: $key) {
            inventoryAdjustmentGroup { reason changes { name delta quantityAfterChange } }
            userErrors { code field message }
        }
    }"""

    def __init__(self, url, token):
        self.url, self.session = url, requests.Session()
        self.session.headers["X-Shopify-Access-Token"] = token

    def post(self, document, /, version="2026-10", **variables):
        """The response to a GraphQL document."""
        body = {"query": document, "variables": variables}
        return self.session.post(f"{self.url}/admin/api/{version}/graphql.json", json=body, timeout=10)

    def ask(self, document, /, **variables):
        """The JSON answer to a GraphQL document."""
        return self.post(document, **variables).json()

    def set(self, rows, key="key-1", version="2026-10", **input):  # noqa: A002
        """Set rows of (item, location, quantity, changeFromQuantity); the payload of the mutation."""
        names = ("inventoryItemId", "locationId", "quantity", "changeFromQuantity")
        quantities = [dict(zip(names, row, strict=False)) for row in rows]
        values = {"name": "available", "reason": "correction", "quantities": quantities, **input}
        answer = self.ask(self.SET, version=version, key=key, input=values)
        return (answer.get("data") or {}).get("inventorySetQuantities") or answer["errors"][0]


@pytest.fixture
def wire(shop, server):
    wire = Wire(server.url, shop.token)
    yield wire
    wire.session.close()


class Names(dict):
    """What names stand for, lists of addresses by name; `asked` are those that were looked up, in their order."""

    def __init__(self, look_up):
        super().__init__()
        self._look_up, self.asked = look_up, []

    def getaddrinfo(self, host, *details, flags=0, **more):
        """In place of `socket.getaddrinfo`: names are only what the test says, addresses are what they are."""
        if flags & socket.AI_NUMERICHOST or not (host.endswith(".example") or host in self):
            return self._look_up(host, *details, flags=flags, **more)
        self.asked.append(host)
        if host not in self:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [found for address in self[host] for found in self._look_up(address, *details, **more)]


@pytest.fixture
def names(monkeypatch):
    """The name service: a dict of addresses by name, in which there is nothing yet."""
    names = Names(socket.getaddrinfo)
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    return names
