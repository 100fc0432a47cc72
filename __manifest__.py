# SPDX-License-Identifier: LGPL-3.0-or-later
{
    "name": "Marketplace Sync",
    "summary": "Keeps the stock shown on your marketplaces equal to what Odoo can really sell",
    "version": "19.0.1.0.0",
    "category": "Inventory/Inventory",
    "author": "Marketplace Sync maintainers",
    "license": "LGPL-3",
    "application": True,
    "depends": ["stock"],
    "external_dependencies": {"python": ["requests", "gql"]},
    "data": [
        "security/marketplace_sync_groups.xml",
        "security/ir.model.access.csv",
        "security/marketplace_sync_rules.xml",
        "data/mail_activity_type.xml",
        "views/marketplace_sync_log_views.xml",
        "views/stock_availability_dirty_views.xml",
        "views/marketplace_listing_views.xml",
        "views/marketplace_config_views.xml",
        "views/marketplace_credential_views.xml",
        "views/product_views.xml",
        "views/marketplace_sync_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["marketplace_sync/static/tests/tours/**/*"],
    },
    "uninstall_hook": "uninstall_hook",
}
