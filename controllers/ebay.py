# SPDX-License-Identifier: LGPL-3.0-or-later
import logging

from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from ..models.words import said

_logger = logging.getLogger(__name__)

CALLBACK = "/marketplace_sync/ebay/callback"
GUIDE = "marketplace-setup"  # the path of the action for accounts that are being set up


class EbayController(http.Controller):
    """Where eBay's consent page leads back to."""

    @http.route(CALLBACK, type="http", auth="user", methods=["GET"], sitemap=False)
    def callback(self, state="", code="", error="", **_more):
        """Take the code eBay gives for the seller's consent and connect the account with it.

        :param str state: what *Connect eBay* sent along; used once, within ten minutes, by whoever pressed it
        :param str code: eBay's, exchanged for a refresh token
        :param str error: why there is no code, such as ``access_denied``
        """
        accounts = request.env["marketplace.config"]
        try:
            account = accounts._redeem_ebay_state(state)
        except (UserError, AccessError, MissingError) as refusal:
            # Nothing of the request is repeated: the code in it is a secret.
            self._tell_refused(accounts, refusal)
            raise BadRequest(refusal.args[0]) from None
        try:
            account._finish_ebay_consent(code, error)
        except UserError as refusal:
            own = account._in_its_language().sudo()
            own.last_error = said(own.env, _reason(refusal))  # shown where the browser goes now
            self._tell_refused(account.sudo(), refusal)
        page = GUIDE if account.setup_step else account._name
        return request.redirect(f"/odoo/{page}/{account.id}")

    def _tell_refused(self, account, refusal):
        _logger.warning(
            "marketplace_sync: consent_refused account=%r account_id=%s user_id=%s reason=%r",
            account.name or "", account.id or 0, request.env.uid, _reason(refusal))


def _reason(refusal):
    """In English where the refusal is one of this addon's."""
    return getattr(refusal, "reason", refusal.args[0])
