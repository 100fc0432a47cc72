# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the Shopify tests share: a shop with stock, an adapter for it, and a server that says what it is told."""

from contextlib import contextmanager

from adapter_kit import answering
from adapters.base import Connection, Level
from adapters.shopify import ShopifyAdapter

VERSION = "2026-10"


def connection_to(url, credentials=None, version=VERSION, **settings):
    settings = {"connect_timeout": 2.0, "read_timeout": 5.0, **settings}
    credentials = credentials or {"access_token": "shpat_sandbox"}
    return Connection(url, version, credentials, **{"allow_private": True, **settings})


def adapter_for(server, credentials=None, clock=None, sleep=None, **settings):
    times = {name: value for name, value in (("clock", clock), ("sleep", sleep)) if value}
    return ShopifyAdapter(connection_to(server.url, credentials, **settings), **times)


def stocked(shop, count, quantity=5):
    """A location and `count` items that have `quantity` there."""
    location = shop.add_location("Main")
    return location, shop.add_items([f"SKU-{n}" for n in range(count)], quantities={location: quantity})


def levels_for(items, location, quantity=8, previous=5, **values):
    return [Level(n, item, location, quantity, previous, **values) for n, item in enumerate(items)]


def quantities_of(body):
    """The rows a request for inventorySetQuantities carries."""
    return body["variables"]["input"]["quantities"]


@contextmanager
def scripted(answer):
    """A server that answers each request with what `answer(path, body)` gives; see `adapter_kit.answering`."""
    with answering(lambda _method, path, body: answer(path, body)) as server:
        yield server
