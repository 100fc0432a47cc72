# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class MarketplaceCredential(models.Model):
    """One secret of one account. Only managers read it; it never leaves through an export, a copy or a log."""

    _name = "marketplace.credential"
    _description = "Marketplace credential"
    _order = "config_id, key"
    _rec_name = "key"
    _check_company_auto = True

    config_id = fields.Many2one("marketplace.config", "Account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="config_id.company_id", store=True)
    key = fields.Char(required=True)
    value = fields.Char(
        required=True, copy=False, exportable=False, groups="marketplace_sync.group_marketplace_manager")
    expires_at = fields.Datetime(help="Empty for a secret that lasts.")

    _unique_key = models.Constraint("UNIQUE(config_id, key)", "This account has that credential already.")

    value_is_secret = fields.Char("Secret", compute="_compute_value_is_secret")

    def _compute_value_is_secret(self):
        self.value_is_secret = "••••••••"

    @api.depends("key")
    def _compute_display_name(self):
        for credential in self:
            credential.display_name = credential.key

    def copy_data(self, default=None):
        raise AccessError(self.env._("Credentials can't be duplicated: enter them again on the other account."))

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        raise AccessError(self.env._("Credentials can't be exported."))

    @api.model
    def _set(self, account, key, value, expires_at=False):
        """Store a secret of an account, or remove it.

        :param account: a marketplace.config
        :param str key: its name, such as ``client_secret``
        :param value: the secret, or False to remove it
        :param expires_at: naive UTC, False for one that lasts
        """
        if not value:
            self.sudo().search([("config_id", "=", account.id), ("key", "=", key)]).unlink()
            return
        self.env.flush_all()
        # Not through the ORM: what fails there is logged with its values.
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_credential AS credential
                        (config_id, company_id, key, value, expires_at, create_uid, create_date, write_uid, write_date)
            VALUES (%(account)s, %(company)s, %(key)s, %(value)s, %(expires_at)s,
                    %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (config_id, key)
                DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at,
                              write_uid = excluded.write_uid, write_date = excluded.write_date
            """,
            account=account.id, company=account.company_id.id, key=key, value=value,
            expires_at=expires_at or None, uid=self.env.uid,
        ), log_exceptions=False)
        self.sudo().invalidate_model()
        account.invalidate_recordset(["credential_ids"])
