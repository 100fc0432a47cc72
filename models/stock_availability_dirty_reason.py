# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class StockAvailabilityDirty(models.Model):
    """Why something waits, in the user's language: marks are stored with a word or two of the code's."""

    _inherit = "stock.availability.dirty"

    reason_name = fields.Char("Why", compute="_compute_reason_name")

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_reason_name(self):
        names = self._reason_names()
        for row in self:
            # Several settings that were changed at once are one reason.
            row.reason_name = ", ".join(names.get(word, word) for word in (row.reason or "").split(", "))

    @api.model
    def _reason_names(self):
        """What people call the reasons: dict by what is stored."""
        return {
            # Stock, and what it is made of.
            "quant": self.env._("Stock"), "move": self.env._("Stock Move"), "location": self.env._("Odoo Locations"),
            "expiry": self.env._("Lot/Serial"), "expired": self.env._("Expired"),
            "bill of materials": self.env._("Sold as a Kit"), "share": self.env._("Share"),
            # Products.
            "active": self.env._("Archived"), "archived": self.env._("Archived"), "unarchived": self.env._("Active"),
            "new variant": self.env._("Variants"), "variant deleted": self.env._("Variants"),
            "is_storable": self.env._("Product"), "type": self.env._("Product"), "uom_id": self.env._("Product"),
            "SKU": self.env._("SKU"), "id in the shop": self.env._("Id in the Shop"),
            # Listings.
            "listed": self.env._("Publish"), "listed again": self.env._("Publish"), "linked": self.env._("Linked"),
            "retry": self.env._("Retry"), "pushed by hand": self.env._("Push Again"),
            "sync now": self.env._("Sync now"), "Odoo's number": self.env._("Publish Odoo's Number"),
            "sold in the shop": self.env._("Count as Sold"), "sold in a shop": self.env._("Sales in the Shop"),
            "changed in the shop": self.env._("Changed in the shop"), "drift": self.env._("Drift"),
            "answer lost": self.env._("Without an Answer"),
            # Settings.
            "rule": self.env._("Rules"), "category": self.env._("Product Category"),
            "company": self.env._("Company"), "location mapping": self.env._("Locations"),
            "another seller": self.env._("Access"), "another token": self.env._("Access Token"),
            "urgent quantity": self.env._("About to Sell Out"), "stock field": self.env._("Stock Field"),
            "forecast days": self.env._("Forecast within"), "consigned stock": self.env._("Without Consigned Stock"),
            "expired lots": self.env._("Without Expired Lots"), "Shopify's quantity": self.env._("Shopify's Quantity"),
        }
