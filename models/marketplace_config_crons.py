# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .advisory_lock import shard_key, try_transaction_lock

# What the other parts of an account have from its first scheduled action.
FOLLOWED = ("active", "interval_number", "interval_type", "priority")


class MarketplaceConfig(models.Model):
    """The scheduled actions of an account: as many as it has shards.

    Odoo runs a scheduled action in one worker at a time, so that an account is pushed side by side only by several of
    them. All do the same and differ in the shard they begin with. An admin works with the first, `cron_id`; the
    others, its parts, have their interval and the like from it.
    """

    _inherit = "marketplace.config"

    part_cron_ids = fields.Many2many(
        "ir.cron", "marketplace_config_part_rel", "config_id", "cron_id", "Its Other Parts", readonly=True, copy=False,
        context={"active_test": False}, groups="base.group_system",
        help="The scheduled actions that push the other shards; they follow the first one's interval.")

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        for account in accounts.sudo():
            account.cron_id = account._create_cron(account._cron_name())
        accounts._align_crons()
        return accounts

    def write(self, vals):
        if "shards" in vals:
            self._claim_shards()
        result = super().write(vals)
        if "name" in vals:
            self._name_crons()
        if not {"name", "active", "shards"}.isdisjoint(vals):
            self._align_crons()
        return result

    def unlink(self):
        crons = self.sudo()._crons()
        result = super().unlink()
        crons._unlink_with_actions()
        return result

    def _claim_shards(self):
        """Hold all parts of the accounts until the end of the transaction: their listings are about to be dealt anew.

        :raise UserError: while one of them is being pushed
        """
        for account in self:
            for shard in range(account.shards):
                if not try_transaction_lock(self.env.cr, shard_key(account.id, shard)):
                    raise UserError(self.env._("%s is being pushed right now: pause it first.", account.name))

    # === THE CRONS === #

    def _crons(self):
        """All scheduled actions of these accounts; of one account, in the order of the shards they begin with."""
        return self.cron_id | self.part_cron_ids.sorted("id")

    def _own_cron(self):
        """The scheduled action that runs here, the first when none of this account's does."""
        return self._crons().filtered(lambda cron: cron.id == self.env.context.get("cron_id")) or self.cron_id

    def _part(self):
        """The number of the shard to begin with, from 0."""
        crons, own = self._crons(), self._own_cron()
        return crons.ids.index(own.id) if own else 0

    def _claim_row(self):
        """Wait for whoever writes this account's row, and hold it until the end of the transaction.

        :raise psycopg2.errors.SerializationFailure: it was written since the transaction's snapshot
        """
        self.env.cr.execute(
            SQL("SELECT 1 FROM marketplace_config WHERE id = %s FOR NO KEY UPDATE", self.id), log_exceptions=False)

    def _trigger_crons(self):
        """Have all scheduled actions of the account run as soon as there are workers for them."""
        for cron in self._crons():
            cron._trigger()

    # === KEEPING THEM IN LINE === #

    @api.model
    def _align_all_crons(self):
        """See `_align_crons`; called whenever the addon is installed or updated.

        Accounts whose scheduled action was deleted, while that could still be done, get one again.
        """
        accounts = self.with_context(active_test=False)
        for account in accounts.search([("cron_id", "=", False)]):
            account.cron_id = account._create_cron(account._cron_name())
        accounts.search([("shards", ">", 1)])._align_crons()

    def _align_crons(self, followed=FOLLOWED):
        """Give the accounts a scheduled action for each shard, the others named and timed by the first.

        One that runs right now can't be changed: that is made up for when the first runs the next time.

        :param followed: fields of ir.cron to take over from the first
        """
        for account in self.sudo().with_context(lang=None):
            wanted = account.shards - 1 if account.cron_id else 0
            parts = account.part_cron_ids.sorted("id")
            parts[wanted:].try_lock_for_update()._unlink_with_actions()
            missing = range(len(parts) + 2, wanted + 2)
            if missing:
                account.part_cron_ids = [
                    Command.link(account._create_cron(account._part_name(number), account.cron_id.nextcall).id)
                    for number in missing]
            for number, cron in enumerate(account.part_cron_ids.sorted("id")[:wanted], 2):
                account._align_cron(cron, number, followed)

    def _align_cron(self, cron, number, followed):
        values = {name: self.cron_id[name] for name in followed} | {"name": self._part_name(number)}
        if "active" in values:
            values["active"] = values["active"] and self.active
        changed = {name: value for name, value in values.items() if cron[name] != value}
        if changed and cron.try_lock_for_update(allow_referencing=True):
            cron.write(changed)

    def _create_cron(self, name, first_call=None):
        return self.env["ir.cron"].sudo().create({
            "name": name,
            "model_id": self.env["ir.model"]._get_id(self._name),
            "state": "code",
            "code": f"model.browse({self.id})._cron_drain()",
            "user_id": self.env.ref("base.user_root").id,
            "interval_number": 5,
            "interval_type": "minutes",
            "nextcall": first_call or fields.Datetime.now(),
        })

    def _name_crons(self):
        for account in self.sudo():
            # While it runs it can't be renamed, and keeps its old name: no reason to refuse the account's new one.
            if account.cron_id.try_lock_for_update(allow_referencing=True):
                account.cron_id.name = account._cron_name()

    def _cron_name(self):
        return self.env._("Marketplace Sync: push stock to %s", self.name)

    def _part_name(self, number):
        return self.env._("Marketplace Sync: push stock to %(account)s (part %(number)s of %(count)s)",
                          account=self.name, number=number, count=self.shards)
