# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL


class MarketplaceLocation(models.Model):
    """A place the shop keeps stock at, and the Odoo locations that feed it."""

    _name = "marketplace.location"
    _description = "Marketplace location"
    _order = "config_id, name"
    _check_company_auto = True

    config_id = fields.Many2one("marketplace.config", "Account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="config_id.company_id", store=True)
    name = fields.Char(required=True)
    external_id = fields.Char("Id in the Shop", required=True, readonly=True)
    active = fields.Boolean(default=True, help="Off when the shop has closed this location.")
    location_ids = fields.Many2many(
        "stock.location", string="Fed by", check_company=True,
        domain="[('usage', '=', 'internal'), ('company_id', 'in', [company_id, False])]",
        help="What is sellable in these Odoo locations, and in all locations below them, is shown here. "
             "Empty: this location of the shop is left alone.",
    )

    _unique_external = models.Constraint(
        "UNIQUE(config_id, external_id)", "This location of the shop is in the list already.")

    @api.model_create_multi
    def create(self, vals_list):
        locations = super().create(vals_list)
        locations.filtered("location_ids")._mark_listings()
        return locations

    def write(self, vals):
        result = super().write(vals)
        if "location_ids" in vals or "active" in vals:
            self._mark_listings()
        return result

    def _mark_listings(self):
        if self:
            self.env["stock.availability.dirty"]._dirty_listings(
                SQL("listing.config_id = ANY(%s)", self.config_id.ids), "location mapping")
