# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models

from .words import said


class MarketplaceDrain(models.AbstractModel):
    """What linking would make of listings, without writing anything."""

    _inherit = "marketplace.drain"

    def _would_link(self, run, chunk):
        """Look listings up as `_link` does, and leave it at that.

        :param chunk: list of `Waiting`
        :return: dict listing id -> (kind, reason): `links`; or, with the reason for people, `no_sku`, `duplicate` (two
            products here, or two items there, have one SKU), `unknown` (the shop has no such item) or `other`
        :raise AdapterError: the shop can't be asked
        """
        reasons = self._reasons_not_to_look(run.account, chunk)
        namesakes = self._namesakes(run.account, [waiting.sku for waiting in chunk if waiting.sku])
        would = {waiting.listing_id: (self._kind_not_to_look(waiting, namesakes), reasons[waiting.listing_id])
                 for waiting in chunk if waiting.listing_id in reasons}
        for waiting, items in self._find(run, [one for one in chunk if one.listing_id not in reasons]):
            reason = self._reason_not_to_link(waiting, items)
            would[waiting.listing_id] = (self._kind_not_to_link(items) if reason else "links", reason or "")
        self._count_spent(run)
        return {listing_id: (kind, said(self.env, reason)) for listing_id, (kind, reason) in would.items()}

    def _kind_not_to_look(self, waiting, namesakes):
        if not waiting.sku:
            return "no_sku"
        return "duplicate" if namesakes.get(waiting.sku, 0) > 1 else "other"

    def _kind_not_to_link(self, items):
        if not items:
            return "unknown"
        return "duplicate" if len(items) > 1 else "other"
