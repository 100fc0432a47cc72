# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models

# What a quant's share in the available quantity is made of. `in_date` or a counted quantity change nothing.
AVAILABILITY_FIELDS = frozenset({
    "quantity", "reserved_quantity", "product_id", "location_id", "lot_id", "package_id", "owner_id",
})


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        self.env["stock.availability.dirty"]._dirty(quants.product_id.ids, "quant")
        return quants

    def write(self, vals):
        changes_availability = not AVAILABILITY_FIELDS.isdisjoint(vals)
        if changes_availability:
            self.env["stock.availability.dirty"]._dirty(self.product_id.ids, "quant")
        result = super().write(vals)
        if changes_availability and "product_id" in vals:
            self.env["stock.availability.dirty"]._dirty(self.product_id.ids, "quant")
        return result

    def unlink(self):
        if not self.env.context.get("marketplace_sync_empty_quants"):
            self.env["stock.availability.dirty"]._dirty(self.product_id.ids, "quant")
        return super().unlink()

    @api.model
    def _unlink_zero_quants(self):
        # Removing a quant that holds nothing changes no number, and looking up its product would cost a query.
        return super(StockQuant, self.with_context(marketplace_sync_empty_quants=True))._unlink_zero_quants()
