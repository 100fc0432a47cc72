# SPDX-License-Identifier: LGPL-3.0-or-later
import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from .vault import NO_KEY, Vault, VaultError, is_sealed

_logger = logging.getLogger(__name__)


class MarketplaceCredential(models.Model):
    """One secret of one account. Only managers read it; it never leaves through an export, a copy or a log.

    The column `value` holds it sealed when the server was given a key, see `vault`. To the ORM the field of that
    name is computed: nobody can search, group or order by it, and no statement of the ORM's carries it.
    """

    _name = "marketplace.credential"
    _description = "Marketplace credential"
    _order = "config_id, key"
    _rec_name = "key"
    _check_company_auto = True

    config_id = fields.Many2one("marketplace.config", "Account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="config_id.company_id", store=True)
    key = fields.Char(required=True)
    value = fields.Char(
        required=True, copy=False, exportable=False, groups="marketplace_sync.group_marketplace_manager",
        compute="_compute_value", inverse="_inverse_value",
        # One by one: a secret that can't be opened keeps nobody from the others.
        recursive=True)
    expires_at = fields.Datetime(help="Empty for a secret that lasts.")
    value_is_secret = fields.Char("Secret", compute="_compute_value_is_secret")
    is_encrypted = fields.Boolean("Encrypted", compute="_compute_is_encrypted", compute_sudo=True)

    _unique_key = models.Constraint("UNIQUE(config_id, key)", "This account has that credential already.")

    def init(self):
        self.env.cr.execute("ALTER TABLE marketplace_credential ADD COLUMN IF NOT EXISTS value varchar")

    # === COMPUTED === #

    @api.depends_context("uid")
    def _compute_value(self):
        # The system reads secrets, people never do, not even those who entered them.
        if not self.env.su:
            self.value = False
            return
        vault = Vault(self.env)
        stored = self._stored_by_id()
        for credential in self:
            text, name = stored.get(credential.id, (None, None))
            credential.value = text and vault.open(text, name)

    def _inverse_value(self):
        vault = self._vault()
        for credential in self:
            if not credential.value:
                raise ValidationError(self.env._("A credential needs its secret: delete it to forget it."))
            self._write_value(credential.id, vault.seal(credential.value))

    def _compute_value_is_secret(self):
        self.value_is_secret = "••••••••"

    def _compute_is_encrypted(self):
        stored = self._stored_by_id()
        for credential in self:
            text, _name = stored.get(credential.id, (None, None))
            credential.is_encrypted = bool(text) and is_sealed(text)

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = self._key_names()
        for credential in self:
            credential.display_name = names.get(credential.key, credential.key)

    @api.model
    def _key_names(self):
        """What people call the secrets: dict by key."""
        return {
            "client_secret": self.env._("Client Secret"), "access_token": self.env._("Access Token"),
            "password": self.env._("Password"), "token": self.env._("Token"),
            "refresh_token": self.env._("Refresh Token"),
        }

    # === CRUD === #

    def write(self, vals):
        if "config_id" in vals and not self.env.su:
            raise AccessError(self.env._(
                "A credential stays with its account, or it could be sent to any shop: enter it again on the other."))
        return super().write(vals)

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
        :raise VaultError: when the server's key is wrong; nothing is changed then
        """
        if not value:
            self.sudo().search([("config_id", "=", account.id), ("key", "=", key)]).unlink()
            return
        sealed = self._vault().seal(value)
        self.env.flush_all()
        [[credential_id]] = self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_credential AS credential
                        (config_id, company_id, key, expires_at, create_uid, create_date, write_uid, write_date)
            VALUES (%(account)s, %(company)s, %(key)s, %(expires_at)s,
                    %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (config_id, key)
                DO UPDATE SET expires_at = excluded.expires_at,
                              write_uid = excluded.write_uid, write_date = excluded.write_date
            RETURNING id
            """,
            account=account.id, company=account.company_id.id, key=key,
            expires_at=expires_at or None, uid=self.env.uid,
        ))
        self._write_value(credential_id, sealed)
        self.sudo().invalidate_model()
        account.invalidate_recordset(["credential_ids"])

    # === SEALING === #

    @api.model
    def _vault(self):
        """What seals and opens secrets, after a look at whether it fits what is stored already.

        :raise VaultError: when the server's key is malformed, or opens nothing of what is sealed
        """
        vault = Vault(self.env)
        vault.check((text, name) for _id, text, name in self._stored(SQL("credential.value LIKE 'fernet:%%'")))
        return vault

    def _encrypt_again(self):
        """Seal these secrets with the newest key, those that are not sealed yet as well.

        What no key opens is left as it is.

        :return: how many were sealed, and the names of those that could not be opened
        :raise VaultError: when the server has no key, a malformed one, or one that opens nothing of what is sealed
        """
        vault = self._vault()
        if not vault.has_key:
            raise VaultError(self.env, NO_KEY)
        sealed, closed = 0, []
        # SKIP LOCKED: what is being replaced right now is sealed with the newest key anyway.
        for credential_id, text, name in self._stored(
                SQL("credential.id = ANY(%s) AND credential.value IS NOT NULL", self.ids),
                SQL("FOR UPDATE OF credential SKIP LOCKED")):
            if vault.is_newest(text):
                continue
            try:
                self._write_value(credential_id, vault.seal(vault.open(text, name)))
                sealed += 1
            except VaultError:
                closed.append(name)
        self.sudo().invalidate_model(["value", "is_encrypted"])
        if sealed or closed:
            _logger.info("marketplace_sync: encrypted secrets=%s not_opened=%r", sealed, closed)
        return sealed, closed

    @api.autovacuum
    def _gc_former_keys(self):
        """Let no secret depend on a former key for longer than a night."""
        try:
            if Vault(self.env).has_key:
                self.sudo().search([])._encrypt_again()
        except VaultError as error:
            _logger.error("marketplace_sync: not_encrypted reason=%r", error.reason)

    def action_encrypt_again(self):
        """Seal all secrets one may see with the newest key, for when a key was given or changed.

        :raise VaultError: when the server has no key, or a wrong one
        """
        self.browse().check_access("write")
        sealed, closed = self.search([]).sudo()._encrypt_again()
        message = self.env._("%s secrets were encrypted with the newest key.", sealed)
        if closed:
            message = self.env._(
                "%(message)s No key opens these, which were left as they are: %(names)s.",
                message=message, names=", ".join(closed))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if closed else "success", "message": message, "sticky": bool(closed),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === COLUMN === #

    def _stored(self, condition, lock=None):
        """What the column holds.

        :param SQL condition: on the alias `credential`
        :return: list of tuples (id, what is stored, what people call it)
        """
        rows = self.env.execute_query(SQL(
            """
            SELECT credential.id, credential.value, credential.key, account.name
              FROM marketplace_credential credential
              JOIN marketplace_config account ON account.id = credential.config_id
             WHERE %s
             ORDER BY credential.id %s
            """, condition, lock or SQL()))
        return [
            (credential_id, text, self.env._("the %(key)s of %(account)s", key=key, account=account))
            for credential_id, text, key, account in rows
        ]

    def _stored_by_id(self):
        rows = self._stored(SQL("credential.id = ANY(%s)", self.ids))
        return {credential_id: (text, name) for credential_id, text, name in rows}

    def _write_value(self, credential_id, sealed):
        # Not through Odoo's cursor: its log and its profiler would show what is stored where there is no key.
        query = SQL("UPDATE marketplace_credential SET value = %s WHERE id = %s", sealed, credential_id)
        self.env.cr._obj.execute(query.code, query.params)
