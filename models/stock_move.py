# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models

# What the forecast quantity is made of besides the quants.
FORECAST_FIELDS = frozenset({
    "state", "product_id", "product_uom_qty", "product_uom", "quantity",
    "location_id", "location_dest_id", "location_final_id",
})


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        planned = moves.filtered(lambda move: move.state != "draft")
        self.env["stock.availability.dirty"]._dirty(planned.product_id.ids, "move")
        return moves

    def write(self, vals):
        changes_forecast = not FORECAST_FIELDS.isdisjoint(vals)
        if changes_forecast:
            self.env["stock.availability.dirty"]._dirty(self.product_id.ids, "move")
        result = super().write(vals)
        if changes_forecast and "product_id" in vals:
            self.env["stock.availability.dirty"]._dirty(self.product_id.ids, "move")
        return result

    def unlink(self):
        planned = self.filtered(lambda move: move.state not in ("draft", "cancel"))
        self.env["stock.availability.dirty"]._dirty(planned.product_id.ids, "move")
        return super().unlink()
