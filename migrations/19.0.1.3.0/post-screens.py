# SPDX-License-Identifier: LGPL-3.0-or-later
import logging

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

FORMER_INDEXES = ("config_id", "company_id", "state")  # of listings; others that begin with them took their place
RULE = "marketplace_sync.stock_availability_dirty_company_rule"
FORMER_DOMAIN = (
    "['|', ('config_id.company_id', 'in', company_ids), '&', ('config_id', '=', False), "
    "('product_tmpl_id.company_id', 'in', [False] + company_ids)]")
DOMAIN = "[('company_id', 'in', [False] + company_ids)]"


def migrate(cr, version):
    """Take away what Odoo's own update leaves, and what would keep screens and stock moves slower than need be."""
    for column in FORMER_INDEXES:
        cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(f"marketplace_listing__{column}_index")))
    rule = api.Environment(cr, SUPERUSER_ID, {}).ref(RULE, raise_if_not_found=False)
    if rule and rule.domain_force == FORMER_DOMAIN:
        rule.domain_force = DOMAIN
    elif rule and rule.domain_force != DOMAIN:
        _logger.warning(
            "marketplace_sync: record_rule_kept rule=%r quicker=%r", rule.name, DOMAIN)
