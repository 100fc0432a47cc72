# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class MarketplaceDrain(models.AbstractModel):
    """Dashboards hear of every drain that has done something."""

    _inherit = "marketplace.drain"

    def _note_success(self, run, remaining):
        result = super()._note_success(run, remaining)
        run.account._announce()  # also where everything was refused, which changes nothing on the account
        return result
