# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models

from .marketplace_config_news import CHANNEL


class IrWebsocket(models.AbstractModel):
    """Who hears that an account's card is out of date: users of Marketplace, of the accounts of their companies."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Put the companies' channels, which can't be asked for by their names, in the place of ours."""
        others = [channel for channel in channels if not (isinstance(channel, str) and channel == CHANNEL)]
        is_asked_for = len(others) < len(channels)
        if is_asked_for and self.env.user.has_group("marketplace_sync.group_marketplace_user"):
            companies = self.env["res.company"].browse(self.env.user._get_company_ids())
            others += [(company, CHANNEL) for company in companies]
        return super()._build_bus_channel_list(others)
