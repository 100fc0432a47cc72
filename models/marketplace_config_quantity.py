# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL

# What changes the number of every listing of an account.
QUANTITY_FIELDS = {
    "stock_field": "stock field", "forecast_days": "forecast days", "skip_consigned": "consigned stock",
    "skip_expired": "expired lots", "shopify_quantity": "Shopify's quantity",
}


class MarketplaceConfig(models.Model):
    """What an account counts as stock, and what it does when its shop shows another number than it was sent."""

    _inherit = "marketplace.config"

    stock_field = fields.Selection(
        [("free_qty", "Free to use"), ("qty_available", "On hand"), ("virtual_available", "Forecast")],
        default="free_qty", required=True, tracking=True,
        help="Free to use: on hand less what is reserved for other orders. Rules may say otherwise for some products.")
    forecast_days = fields.Integer(
        "Forecast within", help="Days: what is planned later does not count. 0 counts all that is planned.")
    skip_consigned = fields.Boolean(
        "Without Consigned Stock", help="Goods that stand in your warehouse but belong to somebody else do not count.")
    skip_expired = fields.Boolean(
        "Without Expired Lots", default=True,
        help="Lots whose removal date has come do not count (where expiration dates are used).")
    shopify_quantity = fields.Selection(
        [("available", "Available"), ("on_hand", "On hand")], "Shopify's Quantity", default="available", required=True,
        help="On hand: Shopify subtracts its own orders by itself. Choose On hand as the stock field as well then, and "
             "Odoo's orders are subtracted when they are shipped.")
    conflict_policy = fields.Selection(
        [("respect", "Respect: it sold there what Odoo has not heard of yet"),
         ("overwrite", "Overwrite: Odoo is always right"),
         ("ask", "Ask: the listing waits for an answer")],
        "If the Shop Shows Another Number", default="respect", required=True, tracking=True,
        help="What a number in the shop means that is not the one it was last sent.\n"
             "Respect: fewer pieces were sold there; they are kept back until Odoo's own stock falls by as many.\n"
             "Overwrite: Odoo's number is sent again.\n"
             "Ask: nothing is sent for this listing until somebody decides. Another choice here decides for all.")
    hold_minutes = fields.Integer(
        "Keep Back for", default=60, required=True,
        help="Minutes after which a sale that never reached Odoo is no longer kept back. Longer than orders take to "
             "get here.")
    look_below = fields.Integer(
        "Look before Writing", default=10, required=True,
        help="Pieces. Shopify tells when its number is not the expected one; other shops have to be asked before. That "
             "is done where so few pieces, or fewer, are to be shown; 0 never asks. Nor is a REST shop asked whose "
             "request format only reads all quantities and not a single one.")
    reconcile_hours = fields.Integer(
        "Compare Every", default=24, required=True,
        help="Hours after which all numbers of the shop are read and compared; 0 for never.")
    expiry_seen = fields.Date(
        readonly=True, copy=False, default=fields.Date.today, help="The day up to which expired lots were looked for.")
    history_days = fields.Integer("Keep History", default=90, required=True, help="Days.")

    # Upper limits too: days and hours are subtracted from dates, for all accounts in one go.
    _check_forecast_days = models.Constraint(
        "CHECK(forecast_days BETWEEN 0 AND 3650)", "The forecast looks 0 to 3,650 days ahead; 0 means no limit.")
    _check_hold_minutes = models.Constraint(
        "CHECK(hold_minutes BETWEEN 1 AND 10080)", "Sales are kept back for 1 minute to 7 days (10,080 minutes).")
    _check_look_below = models.Constraint("CHECK(look_below >= 0)", "Pieces can't be negative; 0 never asks.")
    _check_reconcile_hours = models.Constraint(
        "CHECK(reconcile_hours BETWEEN 0 AND 8760)",
        "Numbers are compared every 1 to 8,760 hours (a year); 0 means never.")
    _check_history_days = models.Constraint(
        "CHECK(history_days BETWEEN 1 AND 3650)", "History is kept for 1 to 3,650 days.")

    def write(self, vals):
        moves = not {"active", "company_id"}.isdisjoint(vals)
        sharing = self._places_sharing() if moves else self.env["marketplace.location"]
        others = self.filtered(lambda account: account.shopify_quantity != vals.get(
            "shopify_quantity", account.shopify_quantity))
        result = super().write(vals)
        # What was acknowledged as one quantity says nothing about the other.
        others.sudo().listing_ids.level_ids.unlink()
        if "company_id" in vals:
            # What feeds its places would not count any more: the shop would be sold out.
            self.location_ids._check_company()
        if moves:
            (sharing | self._places_sharing())._mark_listings()
        if vals.get("conflict_policy", "ask") != "ask":
            self._answer_all()
        changed = [name for name in QUANTITY_FIELDS if name in vals]
        if changed:
            self._mark(", ".join(QUANTITY_FIELDS[name] for name in changed))
        return result

    def unlink(self):
        sharing = self._places_sharing() - self.location_ids
        result = super().unlink()
        sharing._mark_listings()
        return result

    def _answer_all(self):
        """A policy that asks no more answers what was asked before it was chosen."""
        for account in self:
            asking = account.listing_ids.filtered(lambda listing: listing.state == "conflict")
            if account.conflict_policy == "respect":
                asking.action_count_as_sold()
            else:
                asking.action_publish_ours()

    def _places_sharing(self):
        """The places, of any account, whose numbers change with whether these accounts sell."""
        return self.sudo().location_ids._sharing()

    def _mark_expired(self):
        """Mark the products with lots whose removal date has come since this was last called: no stock moves then."""
        stock, today = self.env["marketplace.stock"], fields.Date.today()
        if not stock._knows_expiry() or self.expiry_seen == today:
            return
        products = self.env.execute_query(SQL(
            # By their lots, of which there are fewer: no quant can be found by its date without reading all.
            "SELECT DISTINCT product_id FROM stock_lot WHERE removal_date > %s AND removal_date <= %s",
            self.expiry_seen or fields.Date.to_date("1970-01-01"), stock._today()))
        self.env["stock.availability.dirty"]._dirty([product_id for [product_id] in products], "expired")
        self.expiry_seen = today
