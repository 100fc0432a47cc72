# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL, sql

# What a kit's number depends on, besides the stock of what it is made of.
BILL_FIELDS = (
    "active", "type", "product_id", "product_qty", "product_uom_id", "sequence", "company_id", "picking_type_id",
    "bom_line_ids.product_id", "bom_line_ids.product_qty", "bom_line_ids.product_uom_id",
    "bom_line_ids.bom_product_template_attribute_value_ids",
)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    # Computed anew when a bill of materials changes, of both products when it moves to another: that is what tells us
    # of the change, whichever way it was made and whether `mrp` was there before us or came later. Of new products it
    # is computed before they are created: theirs is no change.
    marketplace_is_kit = fields.Boolean(
        "Sold as a Kit", compute="_compute_marketplace_is_kit", store=True, precompute=True,
        help="Has no stock of its own: the number published is how many can be made of its components.")

    def _auto_init(self):
        # Else Odoo would compute it for every product there is, a million of them on some databases, one by one.
        if not sql.column_exists(self.env.cr, self._table, "marketplace_is_kit"):
            sql.create_column(self.env.cr, self._table, "marketplace_is_kit", "boolean")
            if sql.table_exists(self.env.cr, "mrp_bom"):
                self.env.cr.execute(SQL("""
                    UPDATE product_template SET marketplace_is_kit = TRUE
                     WHERE id IN (SELECT product_tmpl_id FROM mrp_bom WHERE type = 'phantom' AND active)
                """))
        return super()._auto_init()

    @api.depends(lambda self: self._bill_paths())
    def _compute_marketplace_is_kit(self):
        kits = self._origin._with_kit_bill()
        for template in self:
            template.marketplace_is_kit = template._origin in kits
        present = self.browse([template.id for template in self if template.id])
        self.env["stock.availability.dirty"]._dirty(
            present.with_context(active_test=False).product_variant_ids.ids, "bill of materials")

    def _bill_paths(self):
        return [f"bom_ids.{field}" for field in BILL_FIELDS] if "bom_ids" in self._fields else []

    def _with_kit_bill(self):
        """Those of the products that are kits, in any company."""
        if not self or "mrp.bom" not in self.env:
            return self.browse()
        return self.env["mrp.bom"].with_context(active_test=True).search([
            ("product_tmpl_id", "in", self.ids), ("type", "=", "phantom")]).product_tmpl_id
