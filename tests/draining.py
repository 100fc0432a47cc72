# SPDX-License-Identifier: LGPL-3.0-or-later
"""What tests of the drain against the sandbox share."""

import time
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

from odoo.addons.marketplace_sync.adapters import PLATFORMS, ShopifyAdapter
from odoo.addons.marketplace_sync.models import marketplace_drain

from .common import MarketplaceCase


class DrainCase(MarketplaceCase):
    """Products with their counterpart in the sandbox, and what became of them there."""

    def setUp(self):
        super().setUp()
        self.drain_class = self.registry["marketplace.drain"]

    def offer(self, sku, stock, published=0, **values):
        """A product sold on the shop, which shows `published` of it until the first drain."""
        self.shop.add_item(sku, quantities={self.shop.main: published})
        return self.product(sku, stock, **values)

    def published(self, product, location=None):
        """The pieces the shop has."""
        return self.shop.level(product.default_code, location or self.shop.main)

    def correct(self, sku, quantity, location=None):
        """Somebody sets the number on the shop's own pages."""
        with self.shop.lock:
            self.shop.item(sku).levels[location or self.shop.main].available = quantity

    def written(self, product):
        """The numbers the shop was given, in their order."""
        return [write.to_quantity for write in self.shop.writes if write.sku == product.default_code]

    def assert_result(self, result, done=0, failed=0, remaining=0):
        """A drain that nobody kept from working says so many listings."""
        self.assertEqual(
            (result["done"], result["failed"], result["remaining"], result["busy"]), (done, failed, remaining, False))

    def cron(self):
        """What the account's scheduled action does."""
        self.env.cr.flush()
        self.account._cron_drain()
        self.env.invalidate_all()

    def logs(self, kind):
        """The account's log of one kind, oldest first."""
        return self.env["marketplace.sync.log"].search(
            [("config_id", "=", self.account.id), ("kind", "=", kind)], order="id")

    @contextmanager
    def pauses(self):
        """The seconds the drain and its adapter pause for, which nobody waits for in the block."""
        seconds = []

        class Hurried(ShopifyAdapter):
            def __init__(self, connection):
                super().__init__(connection, clock=lambda: time.time() + sum(seconds), sleep=seconds.append)

        clock = SimpleNamespace(monotonic=time.monotonic, sleep=seconds.append)
        with patch.object(marketplace_drain, "time", clock), patch.dict(PLATFORMS, shopify=Hurried):
            yield seconds

    @contextmanager
    def single_tries(self):
        """Each call is tried once: what the adapter would sit out by itself becomes the drain's trouble."""
        config_class = self.registry["marketplace.config"]
        connection = config_class._connection
        with patch.object(config_class, "_connection", lambda account: replace(connection(account), attempts=1)):
            yield
