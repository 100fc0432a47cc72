# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models

# What moves the day from which a lot is not sold any more, where `product_expiry` is installed: quants copy that day
# behind the back of their `write`.
EXPIRY_FIELDS = frozenset({"expiration_date", "removal_date"})


class StockLot(models.Model):
    _inherit = "stock.lot"

    def write(self, vals):
        result = super().write(vals)
        if not EXPIRY_FIELDS.isdisjoint(vals):
            self.env["stock.availability.dirty"]._dirty(self.product_id.ids, "expiry")
        return result
