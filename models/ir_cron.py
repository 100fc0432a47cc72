# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models
from odoo.exceptions import UserError

from .marketplace_config_crons import FOLLOWED


class IrCron(models.Model):
    """What an admin sets on the scheduled action of an account holds for its other parts too.

    And what whoever has work for a scheduled action needs: starting it, and removing it.
    """

    _inherit = "ir.cron"

    def write(self, vals):
        result = super().write(vals)
        # The scheduler writes its own by SQL: this is a person's doing.
        followed = [name for name in (*FOLLOWED, "nextcall") if name in vals]
        if followed:
            accounts = self.env["marketplace.config"].sudo().with_context(active_test=False)
            accounts.search([("cron_id", "in", self.ids), ("shards", ">", 1)])._align_crons(followed)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_of_an_account(self):
        """Without it nothing would be pushed, and the account would look as if all were well."""
        account = self.env["marketplace.config"].sudo().with_context(active_test=False).search(
            [("cron_id", "in", self.ids)], limit=1)
        if account:
            raise UserError(self.env._(
                "%s pushes its stock with this scheduled action: pause the account, or archive the action, instead.",
                account.name))

    @api.model
    def _wake(self, name, at=None):
        """Have a scheduled action started, unless somebody deleted it.

        :param str name: its external id
        :param datetime at: naive UTC; at once when left out
        """
        cron = self.env.ref(name, raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(at=at)

    def _unlink_with_actions(self):
        """Remove them and what they do, which Odoo would leave behind."""
        actions = self.ir_actions_server_id
        self.unlink()
        actions.unlink()
