# SPDX-License-Identifier: LGPL-3.0-or-later
"""What tests of the comparison share."""

from .common import MarketplaceCase
from .stub_adapter import stub


class ComparingMixin:
    """Helpers for test classes that have `self.env` and `self.account`."""

    def compare(self):
        """Press the button and let the scheduled action work once; gives the account's newest comparison."""
        self.account.action_reconcile()
        return self.go_on()

    def go_on(self):
        """What the scheduled action does."""
        self.env.cr.flush()
        self.env["marketplace.reconcile"]._cron_compare()
        self.env.invalidate_all()
        return self.account.reconcile_ids[:1]

    def drifts(self, run):
        """What a comparison found: dict SKU -> (reason, shown, acknowledged, expected)."""
        return {drift.sku: (drift.reason, drift.shown, drift.acked, drift.expected) for drift in run.drift_ids}


class ReconcileCase(ComparingMixin, MarketplaceCase):
    """An account of a marketplace in memory, which shows what it was sent unless a test says otherwise."""

    def setUp(self):
        super().setUp()
        self.remote = self.enter_stub()

    def enter_stub(self, **attributes):
        patcher = stub("shopify", **attributes)
        adapter = patcher.__enter__()
        self.addCleanup(patcher.__exit__, None, None, None)
        return adapter

    def sell(self, *skus, stock=10):
        """Products that are linked and whose number the shop has acknowledged."""
        products = self.env["product.product"].union(*(self.product(sku, stock) for sku in skus))
        self.drain()
        self.assertEqual(self.account.listing_ids.mapped("state"), ["linked"] * len(self.account.listing_ids))
        self.assertFalse(self.count_marks())
        self.remote.pushed.clear()
        return products

    def show(self, sku, quantity):
        """Let the shop show another number, or None for no number at all."""
        self.remote.shown[sku, self.shop.main] = quantity

    def never_push(self, product, stock):
        """Change Odoo's stock as nothing should: without leaving a mark."""
        self.set_stock(product, stock)
        self.forget_marks()
