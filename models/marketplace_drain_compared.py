# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining works on a cursor of its own
from datetime import timedelta
from functools import partial

from odoo import fields, models

COME_BACK = timedelta(seconds=1)


class MarketplaceDrain(models.AbstractModel):
    """A drain that finds its shard's lock taken trusts the holder to push. One that compares does not push."""

    _inherit = "marketplace.drain"

    def _finish(self, run):
        result = super()._finish(run)
        account = run.account
        if run.busy and account.cron_id and self.env["marketplace.reconcile"].search_count(
                [("config_id", "=", account.id), ("state", "=", "running")], limit=1):
            self._commit_or_leave(partial(account.cron_id._trigger, at=fields.Datetime.now() + COME_BACK))
        self.env.cr.commit()
        return result
