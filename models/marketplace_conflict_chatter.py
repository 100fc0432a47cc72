# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class MarketplaceConflict(models.AbstractModel):
    """Telling a listing's chatter that it asks."""

    _inherit = "marketplace.conflict"

    def _ask(self, differences):
        shown = {listing_id: (acked, actual) for listing_id, _place_id, acked, actual, _request_id in differences}
        # Those that ask already say nothing new.
        new = self.env["marketplace.listing"].browse(shown).filtered(lambda listing: listing.state != "conflict")
        result = super()._ask(differences)
        new._tell({
            listing.id: self.env._(
                "The shop shows %(actual)s, and was sent %(acked)s. It waits for an answer.",
                actual=shown[listing.id][1], acked=shown[listing.id][0])
            for listing in new})
        return result
