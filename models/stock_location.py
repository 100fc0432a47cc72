# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models
from odoo.tools import SQL


class StockLocation(models.Model):
    _inherit = "stock.location"

    def write(self, vals):
        result = super().write(vals)
        if not {"location_id", "usage"}.isdisjoint(vals):
            self._mark_stock_below()
        if "active" in vals:
            self._places_fed()._mark_listings()
        return result

    def unlink(self):
        places = self._places_fed()
        result = super().unlink()
        places._mark_listings()
        return result

    def _places_fed(self):
        """The places of shops that show what is here: without this location, some of them show nothing any more."""
        return self.env["marketplace.location"].sudo().with_context(active_test=False).search([
            "|", ("location_ids", "in", self.ids), ("warehouse_ids.view_location_id", "in", self.ids)])

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
