# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models
from odoo.tools import SQL


class StockLocation(models.Model):
    _inherit = "stock.location"

    def write(self, vals):
        result = super().write(vals)
        if not {"location_id", "usage"}.isdisjoint(vals):
            self._mark_stock_below()
        return result

    def _mark_stock_below(self):
        """Mark every product kept in these locations or below: they count for other locations now.

        A move of shelves, not of goods: rare, so it may read what is stored there.
        """
        self.env.flush_all()
        products = self.env.execute_query(SQL(
            """
            SELECT DISTINCT quant.product_id
              FROM stock_quant quant
              JOIN stock_location below ON below.id = quant.location_id
              JOIN stock_location moved ON below.parent_path LIKE moved.parent_path || '%%'
             WHERE moved.id = ANY(%s)
            """,
            self.ids,
        ))
        self.env["stock.availability.dirty"]._dirty([product_id for [product_id] in products], "location")
