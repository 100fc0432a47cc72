# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining works on a cursor of its own
from functools import partial

from odoo import models


class MarketplaceDrain(models.AbstractModel):
    """Adds what a drain has done to the totals operators watch, see marketplace.metrics."""

    _inherit = "marketplace.drain"

    def _finish(self, run):
        result = super()._finish(run)
        if run.adapter.calls and not run.taken:  # an outage: nothing else would tell of its calls
            self._commit_in_turn(run.account, partial(self.env["marketplace.metrics"]._count, run))
        return result

    def _note_success(self, run, remaining):
        self.env["marketplace.metrics"]._count(run)
        return super()._note_success(run, remaining)
