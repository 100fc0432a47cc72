# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL

CHANNEL = "marketplace_sync.accounts"  # what a dashboard asks for; `ir.websocket` decides who gets it
NEWS = "marketplace_sync.account_changed"
# What a card shows of the account's own row.
SHOWN = {"name", "active", "state", "sandbox", "company_id", "last_error", "last_success", "retry_at"}


class MarketplaceConfig(models.Model):
    """Tells open dashboards that an account's card is out of date.

    The news say which account, and nothing about it: whoever hears them reads what his rights let him. They leave with
    the commit of what they are about. Stock transactions never write accounts, and so never send any.
    """

    _inherit = "marketplace.config"

    announced_at = fields.Datetime(readonly=True, copy=False, help="When dashboards were last told to look again.")

    def write(self, vals):
        result = super().write(vals)
        if not SHOWN.isdisjoint(vals):
            self._announce()
        return result

    def _announce(self):
        """Have the cards of these accounts read again, once the transaction is committed; at most once a second.

        What happens later in the same second is not announced: dashboards look again a little later by themselves.
        """
        precommit = self.env.cr.precommit
        if NEWS not in precommit.data:
            precommit.data[NEWS] = set()
            precommit.add(self.browse()._send_news)  # only then: the account's row is not locked any longer than before
        precommit.data[NEWS].update(self.ids)

    def _send_news(self):
        accounts = self.browse(sorted(self.env.cr.precommit.data.pop(NEWS, ())))
        # By SQL, as the accounts' rows stand now: several processes push the parts of one account.
        due = self.env.execute_query(SQL(
            """UPDATE marketplace_config SET announced_at = %(now)s
                WHERE id = ANY(%(ids)s) AND announced_at IS DISTINCT FROM %(now)s
            RETURNING id, company_id""", now=fields.Datetime.now(), ids=accounts.ids))
        accounts.invalidate_recordset(["announced_at"], flush=False)
        for account_id, company_id in due:
            channel = (self.env["res.company"].browse(company_id), CHANNEL)
            self.env["bus.bus"]._sendone(channel, NEWS, {"id": account_id})
