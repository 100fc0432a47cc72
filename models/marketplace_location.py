# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_list

from ..pipeline import Share

# What changes the numbers shown at this place, and, through shares, at others.
FEEDING_FIELDS = frozenset({
    "location_ids", "warehouse_ids", "active", "share_kind", "share_percent", "share_pieces", "config_id"})


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
             "No location and no warehouse: this location of the shop is left alone.",
    )
    warehouse_ids = fields.Many2many(
        "stock.warehouse", string="Warehouses", check_company=True, domain="[('company_id', '=', company_id)]",
        help="All that is in these warehouses is shown here as well.")
    share_kind = fields.Selection(
        [("all", "Everything"), ("percent", "A percentage"), ("fixed", "So many pieces")],
        "Share", default="all", required=True,
        help="How much of what is there this shop may show. Everything: as if it were the only one. Shops with a share "
             "of the same Odoo location never show more than there is together: pieces are served first, percentages "
             "are dealt out of what is left.")
    share_percent = fields.Float("Percent", default=100.0, digits=(5, 2))
    share_pieces = fields.Integer("Pieces", help="Of each product.")

    _unique_external = models.Constraint(
        "UNIQUE(config_id, external_id)", "This location of the shop is in the list already.")
    _check_share_percent = models.Constraint(
        "CHECK(share_percent BETWEEN 0 AND 100)", "A share is between 0 and 100 percent.")
    _check_share_pieces = models.Constraint("CHECK(share_pieces >= 0)", "A share can't be less than 0 pieces.")

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        places = super().create(vals_list)
        places.filtered(lambda place: place._sources())._mark_listings()
        return places

    def write(self, vals):
        changes = not FEEDING_FIELDS.isdisjoint(vals)
        concerned = self | self._sharing() if changes else self
        result = super().write(vals)
        if changes:
            (concerned | self._sharing())._mark_listings()
        return result

    def unlink(self):
        others = self._sharing() - self
        self.config_id._forget_preview()
        result = super().unlink()
        others._mark_listings()
        return result

    @api.constrains("location_ids", "warehouse_ids", "share_kind", "share_percent", "active", "config_id")
    def _check_shares(self):
        for place in self.filtered(lambda place: place.share_kind == "percent" and place.active):
            below = {other: set(other._below().ids) for other in place._sharing() if other.share_kind == "percent"}
            for location in place._below():
                together = [other for other, ids in below.items() if location.id in ids]
                if round(sum(other.share_percent for other in together), 6) > 100:
                    raise ValidationError(self.env._(
                        "The shares of %(location)s add up to more than 100 %%: %(shares)s.",
                        location=location.display_name, shares=format_list(self.env, [
                            f"{other.config_id.name} {other.share_percent:g} %" for other in together])))

    def _mark_listings(self):
        if self:
            self.config_id._forget_preview()
            self.env["stock.availability.dirty"]._dirty_listings(
                SQL("listing.config_id = ANY(%s)", self.config_id.ids), "location mapping")

    # === WHAT FEEDS IT === #

    def _sources(self):
        """The Odoo locations whose stock, and that of all below them, is shown here; none when it is not mapped."""
        return self.location_ids | self.warehouse_ids.view_location_id

    def _below(self):
        """Every Odoo location whose stock is shown here, archived ones included as Odoo's own sums do."""
        sources = self._sources()
        if not sources:
            return self.env["stock.location"]
        return self.env["stock.location"].sudo().with_context(active_test=False).search(
            [("id", "child_of", sources.ids)])

    def _sharing(self):
        """All places, of any account, that have a share of a stock that feeds one of these; themselves among them."""
        shared = self.sudo().search([
            ("share_kind", "!=", "all"), ("company_id", "in", self.company_id.ids), ("config_id.active", "=", True)])
        if not shared:
            return shared
        own = self._below()
        return shared.filtered(lambda place: place._below() & own)

    def _share(self):
        """This place's share as the pipeline knows it, None for everything."""
        match self.share_kind:
            case "percent":
                return Share(percentage=self.share_percent)
            case "fixed":
                return Share(allotment=self.share_pieces)
        return None
