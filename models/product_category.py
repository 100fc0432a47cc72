# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL


class ProductCategory(models.Model):
    _inherit = "product.category"

    marketplace_rule_ids = fields.One2many(
        "marketplace.rule", "categ_id", "Marketplace Rules", groups="marketplace_sync.group_marketplace_user")

    def write(self, vals):
        if "parent_id" not in vals:
            return super().write(vals)
        with self._marking_reclassified():
            return super().write(vals)

    def unlink(self):
        with self._marking_reclassified():
            return super().unlink()

    def _marking_reclassified(self):
        """Mark the listings of products in these categories, and below, that get other rules in the block."""
        return self.env["marketplace.rule"]._marking_reclassified(SQL(
            """listing.product_tmpl_id IN (
                SELECT template.id
                  FROM product_template template
                  JOIN product_category below ON below.id = template.categ_id
                  JOIN product_category category ON below.parent_path LIKE category.parent_path || '%%'
                 WHERE category.id = ANY(%s))
            """,
            self.ids,
        ))
