# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models
from odoo.tools import format_list


class MarketplaceConfig(models.Model):
    """Accounts of companies the user does not work in: not to be seen, but ticks of shared products are theirs too."""

    _inherit = "marketplace.config"

    @api.model
    def _tell_all(self, domain, products=None):
        """Tell of the accounts that match: by name of those the user sees, by their number of the others.

        :param domain: of marketplace.config
        :param products: of the others, count only those that may sell at least one of these
        :return: str, empty when there are none
        """
        seen = self.search(domain)
        others = self.sudo().search(domain) - seen
        if products is not None:
            others = others.filtered(lambda account: any(map(account._may_sell, products)))
        names = seen.mapped("name")
        return format_list(self.env, [
            *names, self.env._("%s accounts of other companies", len(others))] if others else names)
