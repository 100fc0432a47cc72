# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # a state is used up even when what follows fails
import hmac
import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..adapters.base import AdapterError
from ..adapters.ebay.oauth import consent_url, exchange_code
from ..adapters.words import _lt
from .words import Refusal

STATE_KEY = "oauth_state"
STATE_LIFE = timedelta(minutes=10)


class MarketplaceConfig(models.Model):
    """How an eBay account gets its seller's consent (OAuth 2.0, authorization code grant)."""

    _inherit = "marketplace.config"

    def action_connect_ebay(self):
        """Open eBay's consent page; it leads back to `controllers.ebay`.

        :raise UserError: naming what has to be filled in first
        """
        self.ensure_one()
        self.check_access("write")
        kept = self.sudo().credential_ids.mapped("key")
        missing = [label for label, value in (
            (self.env._("Client ID"), self.sudo().client_id),
            (self.env._("Client Secret"), "client_secret" in kept),
            (self.env._("RuName"), self.ebay_ru_name),
        ) if not value]
        if self.platform != "ebay":
            raise UserError(self.env._("This is no eBay account."))
        if missing:
            raise UserError(self.env._("Fill in first: %s.", ", ".join(missing)))
        nonce = secrets.token_urlsafe(32)
        self.env["marketplace.credential"]._set(
            self, STATE_KEY, f"{self.env.uid}.{nonce}", fields.Datetime.now() + STATE_LIFE)
        return {
            "type": "ir.actions.act_url", "target": "self",
            "url": consent_url(
                self.base_url, self.sudo().client_id.strip(), self.ebay_ru_name.strip(), f"{self.id}.{nonce}"),
        }

    @api.model
    def _redeem_ebay_state(self, state):
        """The account a state was made for. It is used up by this, whatever follows.

        :raise UserError: it is not one of ours, is older than ten minutes, was used, or was made for somebody else
        """
        refusal = Refusal(self.env, _lt(
            "This link from eBay is not valid any more: open the account and press Connect eBay again."))
        account_id, _dot, nonce = (state or "").partition(".")
        account = self.browse(int(account_id) if re.fullmatch("[0-9]{1,9}", account_id) else 0).exists()
        if not account:
            raise refusal
        account.check_access("write")
        kept = account.sudo().credential_ids.filtered(lambda credential: credential.key == STATE_KEY)
        expected, expires_at = kept.value or "", kept.expires_at
        if not hmac.compare_digest(expected.encode(), f"{self.env.uid}.{nonce}".encode()):
            raise refusal
        kept.unlink()
        self.env.cr.commit()
        if not expires_at or expires_at < fields.Datetime.now():
            raise refusal
        return account

    def _finish_ebay_consent(self, code, error):
        """Exchange eBay's code for the seller's refresh token, then test the connection.

        :raise UserError: with eBay's reason, in plain words
        """
        if error or not code:
            raise Refusal(self.env, _lt("The seller did not agree: the account is as it was before."))
        try:
            token = exchange_code(self.sudo()._connection(), code)
        except AdapterError as refusal:
            raise Refusal(self.env, refusal.reason) from None
        self.env["marketplace.credential"]._set(self, "refresh_token", token.value, token.expires_at)
        self._forget_token()
        self.env.cr.commit()
        former_seller = self.shop_name
        self.action_setup_test() if self.setup_step else self.action_test_connection()
        if former_seller and self.shop_name != former_seller:
            self._forget_links()
            self._mark("another seller")
