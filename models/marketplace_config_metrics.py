# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class MarketplaceConfig(models.Model):
    """Takes an account's totals along when it is deleted."""

    _inherit = "marketplace.config"

    def unlink(self):
        self.env["marketplace.metrics"]._forget(self)
        return super().unlink()
