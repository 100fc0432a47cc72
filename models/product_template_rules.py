# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL


class ProductTemplate(models.Model):
    """The rules for a product, and those it gets by its category."""

    _inherit = "product.template"

    marketplace_rule_ids = fields.One2many(
        "marketplace.rule", "product_tmpl_id", "Marketplace Rules", groups="marketplace_sync.group_marketplace_user")

    def write(self, vals):
        if "categ_id" not in vals:
            return super().write(vals)
        with self.env["marketplace.rule"]._marking_reclassified(SQL("listing.product_tmpl_id = ANY(%s)", self.ids)):
            return super().write(vals)
