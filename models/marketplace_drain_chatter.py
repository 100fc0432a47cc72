# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class MarketplaceDrain(models.AbstractModel):
    """Telling a listing's chatter when a push has changed its state.

    Which state a listing had is known from when it was claimed: one that goes on as before costs nothing, not even a
    look-up.
    """

    _inherit = "marketplace.drain"

    def _fail(self, run, failures):
        result = super()._fail(run, failures)
        self.env["marketplace.listing"]._tell_failed({
            waiting.listing_id: reason for waiting, reason, _request_id in failures if waiting.state != "error"})
        return result

    def _clear_errors(self, listing_ids):
        result = super()._clear_errors(listing_ids)
        self.env["marketplace.listing"].browse(listing_ids)._tell_recovered()
        return result

    def _store_links(self, account, links):
        result = super()._store_links(account, links)
        # Of one that was linked before it is the push that failed, and that is not tried here.
        self.env["marketplace.listing"].browse([
            waiting.listing_id for waiting, _external_id in links
            if waiting.state == "error" and not waiting.external_id])._tell_recovered()
        return result
