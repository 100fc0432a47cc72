# SPDX-License-Identifier: LGPL-3.0-or-later
"""A marketplace in memory, for what the drain decides by itself: who may go, who waits, who is tried again."""

from collections import Counter
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.marketplace_sync.adapters.base import (
    Acknowledged,
    Adapter,
    RemoteItem,
    RemoteLocation,
    ShopInfo,
    Shown,
)
from odoo.addons.marketplace_sync.models import marketplace_config_health


class StubAdapter(Adapter):
    """Takes whatever it is given; its class attributes say what it allows, `pushed` what it was given, `shown` what
    it shows when it is read: a number, or None where it has none, by (SKU, location id) or by SKU alone.

    Tests make a class of their own with `stub`, so that nothing of one is left for the next.
    """

    pushed = granted = answers = shown = None
    can_read = True

    def __init__(self, connection):
        self.connection = connection
        self.spent = Counter()

    def test(self):
        return ShopInfo("Stub")

    def locations(self):
        return [RemoteLocation("default", "Stub")]

    def find(self, skus, item_ids=()):
        self.spent.update(self.allowance_names[:1])
        for sku in skus:
            yield RemoteItem(f"id of {sku}", sku)
        for item_id in item_ids:
            yield RemoteItem(f"id {item_id}", "", item_id=item_id)

    def push(self, levels):
        for level in levels:
            self.spent.update(self.allowance_names[:1])
            self.pushed.append((level.sku, level.quantity))
            outcome = self.answers[level.sku](level.key) if level.sku in self.answers else Acknowledged(
                level.key, level.quantity)
            if isinstance(outcome, Acknowledged):
                self.shown[level.sku, level.location_id] = outcome.quantity
            yield outcome

    def read(self, levels):  # pylint: disable=method-required-super
        for level in levels:
            self.spent.update(self.allowance_names[:1])
            quantity = self.shown.get((level.sku, level.location_id), self.shown.get(level.sku))
            yield Shown(level.key, quantity, "" if quantity is not None else f"Nothing is known of {level.sku}.")

    def allowances(self):
        return list(self.granted)

    def allowance_of(self, level):
        return (self.allowance_names[0], 1) if self.allowance_names else ("", 1)


@contextmanager
def stub(platform, **attributes):
    """Put a marketplace in memory in the place of a platform's adapter; yields its class."""
    attributes = {"pushed": [], "granted": [], "answers": {}, "shown": {}, **attributes}
    adapter = type("Stub", (StubAdapter,), attributes)
    with patch.dict(marketplace_config_health.ADAPTERS, {platform: adapter}):
        yield adapter
