# SPDX-License-Identifier: LGPL-3.0-or-later
from functools import partial

from odoo import models


class MarketplaceDrain(models.AbstractModel):
    """Reporting by e-mail that an account has stopped, once that is committed: no template keeps it running."""

    _inherit = "marketplace.drain"

    def _stop_account(self, account, error):
        was_running = account.state != "error"
        stopped = super()._stop_account(account, error)
        if stopped and was_running:
            self._commit_in_turn(account, partial(account._mail_stopped, error.reason))
        return stopped
