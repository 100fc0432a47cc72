# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # comparing works on a cursor of its own
from functools import partial

from odoo import models


class MarketplaceComparison(models.AbstractModel):
    """Reporting drift by e-mail, once what was found is committed."""

    _inherit = "marketplace.comparison"

    def _tell(self, record):
        result = super()._tell(record)
        # In turn: pushes write the account's row, too, and there is one such mail a day.
        self._commit_in_turn(record.config_id, partial(record.config_id._mail_drift, record))
        return result
