# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class MarketplaceConfig(models.Model):
    """The language in which things are written down about an account, whoever presses the button."""

    _inherit = "marketplace.config"

    def _lang(self):
        """The code of its responsible's language; without one, of its company's; English where that is none, either."""
        account = self.sudo().exists()
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        wanted = (account.responsible_id.lang, account.company_id.partner_id.lang)
        return next((lang for lang in wanted if lang in installed), "en_US")

    def _in_its_language(self):
        """This account, for what is written down by a button in the user's own transaction."""
        return self.with_context(lang=self._lang())
