# SPDX-License-Identifier: LGPL-3.0-or-later
import logging

from odoo import models

_logger = logging.getLogger(__name__)


class MarketplaceConfig(models.Model):
    """Says in the server's log who connected, paused or stopped an account: whoever asks why nothing is pushed may
    have no screen to look at."""

    _inherit = "marketplace.config"

    def write(self, vals):
        before = {account: account.state for account in self} if "state" in vals else {}
        result = super().write(vals)
        for account, state in before.items():
            if account.state != state:
                _logger.info(
                    "marketplace_sync: state account=%r account_id=%s was=%s now=%s user_id=%s",
                    account.name, account.id, state, account.state, self.env.uid)
        return result
