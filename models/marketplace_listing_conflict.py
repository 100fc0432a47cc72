# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL

from .marketplace_listing import NO_CONFLICT


class MarketplaceListing(models.Model):
    """A listing whose number was changed in the shop, and the answers somebody may give."""

    _inherit = "marketplace.listing"

    state = fields.Selection(selection_add=[("conflict", "Asks")], ondelete={"conflict": "set default"})
    conflict_quantity = fields.Integer("Shown in the Shop", readonly=True, copy=False)
    conflict_since = fields.Datetime("Asks since", readonly=True, copy=False)

    def action_publish_ours(self):
        """Answer: Odoo is right. Its number is sent."""
        asking = self._asking()
        asking._take_note()
        asking._mark("Odoo's number")
        return True

    def action_count_as_sold(self):
        """Answer: the difference was sold in the shop. It is kept back until Odoo has heard of it."""
        asking = self._asking()
        for account, listings in asking.grouped("config_id").items():
            levels = listings.level_ids.filtered("differs")
            self.env["marketplace.conflict"]._respect(account, [
                (level.listing_id.id, level.location_id.id, level.quantity, level.shown, "") for level in levels], {})
        asking._take_note()
        asking._mark("sold in the shop")
        return True

    def action_push(self):
        self._asking()._take_note()
        return super().action_push()

    def _asking(self):
        self.check_access("read")
        return self.sudo().filtered(lambda listing: listing.state == "conflict")

    def _take_note(self):
        """What the shop shows is known from now on, and asked about no more."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE marketplace_level SET quantity = shown, differs = FALSE WHERE listing_id = ANY(%s) AND differs",
            self.ids))
        self.env["marketplace.level"].invalidate_model()
        self.write({"state": "linked", **NO_CONFLICT})
