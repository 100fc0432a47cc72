# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class MarketplaceConfig(models.Model):
    """The rules of one account."""

    _inherit = "marketplace.config"

    rule_ids = fields.One2many(
        "marketplace.rule", "config_id", "Rules",
        domain=[("product_tmpl_id", "=", False), ("product_id", "=", False), ("listing_id", "=", False)],
        help="For all this account sells, and for categories. Those for products are on the products.")

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # The rules for all accounts of the one company no longer apply, those of the other do.
            self._mark("company")
        return result
