# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class MarketplaceComparison(models.AbstractModel):
    """Dashboards hear of every comparison that has come further."""

    _inherit = "marketplace.comparison"

    def _go_on_regardless(self, record):
        account = record.exists().config_id  # it may have been deleted while the one before was compared
        result = super()._go_on_regardless(record)
        if account:
            # In a transaction of its own: what was found does not depend on it.
            self._commit_in_turn(account, account._announce)
        return result
