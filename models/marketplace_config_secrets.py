# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL

from ..adapters.base import Unauthorized
from .vault import NO_KEY, VaultError, is_sealed
from .words import said


class MarketplaceConfig(models.Model):
    """How an account's secrets are kept, as far as people have to know."""

    _inherit = "marketplace.config"

    secrets_warning = fields.Char(compute="_compute_secrets_warning", compute_sudo=True)

    @api.depends("credential_ids.key")
    def _compute_secrets_warning(self):
        for account in self:
            account.secrets_warning = account._secrets_trouble()

    def _secrets_trouble(self):
        credentials = self.env["marketplace.credential"]
        try:
            vault = credentials._vault()
            if not vault.has_key:
                return said(self.env, NO_KEY)
            stored = credentials._stored(SQL(
                "credential.config_id = %s AND credential.value IS NOT NULL", self._origin.id or None))
            for _id, text, name in stored:
                vault.open(text, name)
        except VaultError as error:
            return str(error)
        if not all(is_sealed(text) for _id, text, _name in stored):
            return self.env._(
                "Some of this account's secrets are not encrypted yet: press \"Encrypt again\" in the list of "
                "credentials, or wait for a night.")
        return False

    def _secrets(self):
        """The account's secrets by name, for an adapter. Needs the rights to read them.

        :raise Unauthorized: when the server's key does not fit, with what to do about it; it is looked at before
            anything is sent, so that a token the marketplace gives out meanwhile can be stored
        """
        try:
            self.env["marketplace.credential"]._vault()
            return {credential.key: credential.value for credential in self.credential_ids}
        except VaultError as error:
            raise Unauthorized(error.reason) from None
