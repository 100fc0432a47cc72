# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class MarketplaceRule(models.Model):
    """Finds the rules for a product, however it is named in them."""

    _inherit = "marketplace.rule"

    # What this rule is for, or what the variant or the listing that it is for belongs to.
    ruled_tmpl_id = fields.Many2one(
        "product.template", "Products", compute="_compute_ruled_tmpl_id", search="_search_ruled_tmpl_id")

    @api.depends("product_tmpl_id", "product_id.product_tmpl_id", "listing_id.product_tmpl_id")
    def _compute_ruled_tmpl_id(self):
        for rule in self:
            rule.ruled_tmpl_id = (
                rule.product_tmpl_id or rule.product_id.product_tmpl_id or rule.listing_id.product_tmpl_id)

    def _search_ruled_tmpl_id(self, operator, value):
        if operator not in ("in", "any") or (operator == "in" and False in value):
            return NotImplemented
        products = self.env["product.template"].with_context(active_test=False)
        found = products._search(value if operator == "any" else Domain("id", "in", value))
        # Looked for once, as an array: a search among all products takes long enough.
        return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
            """COALESCE(%(product)s, (SELECT product_tmpl_id FROM product_product WHERE id = %(variant)s),
                        (SELECT product_tmpl_id FROM marketplace_listing WHERE id = %(listing)s))
               = ANY(ARRAY(%(found)s))""",
            product=SQL.identifier(alias, "product_tmpl_id"), variant=SQL.identifier(alias, "product_id"),
            listing=SQL.identifier(alias, "listing_id"), found=found.select()))
