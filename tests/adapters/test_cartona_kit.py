# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the Cartona tests share: a supplier that is served, and adapters for it."""

import random
import time
from contextlib import contextmanager

from adapters.base import Connection, Level
from adapters.cartona import CartonaAdapter
from sandbox.cartona import Supplier, serve


def cartona_adapter(
    url, *, token="cartona_sandbox", verify="sample", supplier_code="", seed=0, sleep=time.sleep, **settings
):
    settings = {"connect_timeout": 2.0, "read_timeout": 5.0, "batch_size": 100, "attempts": 1, **settings}
    options = {"verify": verify, "supplier_code": supplier_code}
    connection = Connection(url, credentials={"access_token": token}, options=options, allow_private=True, **settings)
    return CartonaAdapter(connection, sleep=sleep, chance=random.Random(seed))


@contextmanager
def supplier(**settings):
    """A served Supplier, with its address as `url`."""
    shop = Supplier(**settings)
    with serve(shop) as server:
        shop.url = server.url
        yield shop


def levels_for(external_ids, quantity=8, **values):
    """Levels whose keys are their places."""
    return [Level(key, external_id, "default", quantity, **values) for key, external_id in enumerate(external_ids)]


def pushed(adapter, levels):
    """The outcomes by key."""
    return {outcome.key: outcome for outcome in adapter.push(levels)}


def calls(shop):
    """How often was written, and how often read."""
    return shop.stats.calls["write"], shop.stats.calls["read"]
