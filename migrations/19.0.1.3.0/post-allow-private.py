# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
from urllib.parse import urlsplit

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.marketplace_sync.adapters.wire.address import leads_to_private

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Let accounts whose shop is in a private network, or on this server, go on working: they get the tick for it.

    Written past the ORM: an account with anything else to object to is no reason to stop an update.
    """
    accounts = api.Environment(cr, SUPERUSER_ID, {})["marketplace.config"].with_context(active_test=False).search([])
    hosts = {account: urlsplit(account.base_url).hostname or "" for account in accounts}
    private = accounts.filtered(lambda account: leads_to_private(hosts[account]))
    cr.execute(SQL("UPDATE marketplace_config SET allow_private = TRUE WHERE id = ANY(%s)", private.ids))
    private.invalidate_recordset(["allow_private"])
    for account in private:
        _logger.info(
            "marketplace_sync: private_address_allowed account=%r account_id=%s host=%r",
            account.name, account.id, hosts[account])
