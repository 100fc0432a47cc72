# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from ..pipeline.steps import LARGEST

_lt = LazyTranslate(__name__)

# What a rule can be for; none of them set means everything the account sells.
SCOPES = ("categ_id", "product_tmpl_id", "product_id", "listing_id")
HINTS = {
    "stock_field": _lt("Which of Odoo's quantities is taken to begin with."),
    "forecast_days": _lt("Days: what the forecast expects later does not count; 0 counts all. Only for forecasts."),
    "unit_factor": _lt("Pieces of Odoo's in one unit the shop sells: 12 for a box of twelve."),
    "percentage": _lt("How much of the stock the shop may show, 0 to 100 percent."),
    "buffer": _lt("Units always held back: with 2, the last two are never sold here."),
    "minimum": _lt("Fewer units than these are shown as none."),
    "maximum": _lt("No more units than these are shown, however many there are."),
    "fixed": _lt("Units shown whatever is in stock, for what is made to order."),
}
LIMITS = {
    "forecast_days": (0, 3650, _lt("The forecast looks 0 to 3,650 days ahead.")),
    "unit_factor": (0.0001, LARGEST, _lt(
        "A unit the shop sells is made of more than 0 of Odoo's pieces: 12 for a box of twelve.")),
    "percentage": (0, 100, _lt("The shop shows 0 to 100 percent of the stock.")),
    "buffer": (0, LARGEST, _lt("A safety buffer can't be less than 0, nor more than 1,000,000,000.")),
    "minimum": (0, LARGEST, _lt("A minimum can't be less than 0, nor more than 1,000,000,000.")),
    "maximum": (0, LARGEST, _lt("A maximum can't be less than 0, nor more than 1,000,000,000.")),
    "fixed": (0, LARGEST, _lt("A fixed quantity can't be less than 0, nor more than 1,000,000,000.")),
}


class MarketplaceRule(models.Model):
    """One parameter between the stock and the number in the shop, for as much of the catalog as it names.

    Of several rules of one kind the nearest to a listing applies: its own, its variant's, its product's, its
    category's, the next category's above, and so on up to the rule for everything.
    """

    _name = "marketplace.rule"
    _description = "Marketplace rule"
    _order = "kind, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade", compute="_compute_company_id", store=True,
        readonly=False, precompute=True, help="A rule for all accounts is for all accounts of this company.")
    config_id = fields.Many2one(
        "marketplace.config", "Account", index="btree_not_null", ondelete="cascade", check_company=True,
        compute="_compute_config_id", store=True, readonly=False, precompute=True,
        help="Empty: all accounts of the company. For the same goods, a rule of one account beats the one for all.")
    categ_id = fields.Many2one(
        "product.category", "Category", index="btree_not_null", ondelete="cascade",
        help="All products of this category and of those below it.")
    product_tmpl_id = fields.Many2one(
        "product.template", "Product", index="btree_not_null", ondelete="cascade", check_company=True)
    product_id = fields.Many2one(
        "product.product", "Variant", index="btree_not_null", ondelete="cascade", check_company=True,
        help="Only listings of this very variant, not the one number for all variants of a product.")
    listing_id = fields.Many2one(
        "marketplace.listing", index="btree_not_null", ondelete="cascade", check_company=True)
    kind = fields.Selection(
        [("stock_field", "Stock field"), ("forecast_days", "Forecast within days"),
         ("unit_factor", "Pieces per sale unit"), ("percentage", "Percentage"), ("buffer", "Safety buffer"),
         ("minimum", "Minimum"), ("maximum", "Maximum"), ("fixed", "Fixed quantity")],
        "Rule", required=True,
        help="They work in this order: the stock field's quantity, as sale units, the percentage of it, less the "
             "safety buffer, none if below the minimum, no more than the maximum; the fixed quantity instead of it "
             "all.")
    value = fields.Float()
    stock_field = fields.Selection(
        [("free_qty", "Free to use"), ("qty_available", "On hand"), ("virtual_available", "Forecast")],
        help="Free to use: on hand less what is reserved for other orders.")
    hint = fields.Char("What It Does", compute="_compute_hint")

    _one_scope = models.Constraint(
        "CHECK(num_nonnulls(categ_id, product_tmpl_id, product_id, listing_id) <= 1)",
        "A rule is for one thing: a category, a product, a variant or a listing, or for everything.")
    _stock_field_chosen = models.Constraint(
        "CHECK(kind <> 'stock_field' OR stock_field IS NOT NULL)", "Choose which of Odoo's quantities to begin with.")
    _unique_kind = models.UniqueIndex(
        "(kind, company_id, COALESCE(config_id, 0), COALESCE(categ_id, 0), COALESCE(product_tmpl_id, 0), "
        "COALESCE(product_id, 0), COALESCE(listing_id, 0))",
        "There is such a rule for the same thing already: change that one.")

    # === COMPUTED === #

    @api.depends("listing_id.config_id")
    def _compute_config_id(self):
        for rule in self:
            rule.config_id = rule.listing_id.config_id or rule.config_id

    @api.depends("config_id.company_id")
    def _compute_company_id(self):
        for rule in self:
            rule.company_id = rule.config_id.company_id or rule.company_id or self.env.company

    @api.depends("kind")
    def _compute_hint(self):
        for rule in self:
            rule.hint = rule.kind and self.env._(HINTS[rule.kind])

    @api.depends("kind", "value", "stock_field", "config_id", *SCOPES)
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        stock_fields = dict(self._fields["stock_field"]._description_selection(self.env))
        for rule in self:
            listing = rule.listing_id
            product = rule.product_id or rule.product_tmpl_id or listing.product_id or listing.product_tmpl_id
            rule.display_name = self.env._(
                "%(kind)s %(value)s for %(scope)s on %(account)s", kind=kinds.get(rule.kind, ""),
                value=stock_fields.get(rule.stock_field, "") if rule.kind == "stock_field" else f"{rule.value:.12g}",
                scope=product.display_name or rule.categ_id.display_name or self.env._("everything"),
                account=rule.config_id.name or self.env._("all accounts"))

    # === CHECKED === #

    @api.constrains("kind", "value")
    def _check_value(self):
        for rule in self.filtered(lambda rule: rule.kind in LIMITS):
            least, most, message = LIMITS[rule.kind]
            if not least <= rule.value <= most:
                raise ValidationError(self.env._(message))
            if rule.kind == "forecast_days" and not rule.value.is_integer():
                raise ValidationError(self.env._("The forecast looks a whole number of days ahead."))

    @api.constrains("config_id", "listing_id")
    def _check_account(self):
        for rule in self.filtered("listing_id"):
            if rule.config_id != rule.listing_id.config_id:
                raise ValidationError(self.env._(
                    "%(listing)s is not sold on %(account)s.", listing=rule.listing_id.display_name,
                    account=rule.config_id.name or self.env._("all accounts")))

    @api.constrains("company_id", "config_id")
    def _check_company_of_account(self):
        for rule in self.filtered("config_id"):
            if rule.company_id != rule.config_id.company_id:
                raise ValidationError(self.env._(
                    "%(account)s is an account of %(company)s: so are its rules.", account=rule.config_id.name,
                    company=rule.config_id.company_id.name))
