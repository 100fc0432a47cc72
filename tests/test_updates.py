# SPDX-License-Identifier: LGPL-3.0-or-later
"""What updates do to a database of before, besides what Odoo does by itself."""

from unittest.mock import patch

from odoo.modules.migration import load_script
from odoo.tools.misc import file_path

from .common import MarketplaceCase


class TestUpdateTo130(MarketplaceCase):

    def update(self, name):
        """Run a script of the update, and return what it logs in."""
        script = load_script(file_path(f"marketplace_sync/migrations/19.0.1.3.0/{name}.py"), name)
        with patch.object(script, "_logger") as log:
            script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        return log

    def test_an_account_with_a_private_address_goes_on(self):
        public = self.env["marketplace.config"].create({"name": "Public", "base_url": "https://8.8.8.8"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE marketplace_config SET allow_private = NULL")
        log = self.update("post-allow-private")
        self.assertTrue(self.account.allow_private)
        self.assertFalse(public.allow_private)
        self.assertIn(self.account.name, str(log.info.mock_calls))
        self.assertNotIn(public.name, str(log.info.mock_calls))

    def test_indexes_that_others_replace_are_dropped(self):
        """Odoo keeps those of fields that have none any more."""
        def indexes():
            self.env.cr.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'marketplace_listing'")
            return {name for [name] in self.env.cr.fetchall()}
        wanted = indexes()
        for column in ("config_id", "company_id", "state"):
            self.env.cr.execute(
                f"CREATE INDEX marketplace_listing__{column}_index ON marketplace_listing ({column})")
        self.assertEqual(len(indexes() - wanted), 3)
        self.update("post-screens")
        self.assertEqual(indexes(), wanted)

    def test_the_rule_of_what_waits_is_the_quicker_one(self):
        """Rules are noupdate: a company may have changed its own, and keeps it then."""
        rule = self.env.ref("marketplace_sync.stock_availability_dirty_company_rule")
        now = rule.domain_force
        rule.domain_force = (
            "['|', ('config_id.company_id', 'in', company_ids), '&', ('config_id', '=', False), "
            "('product_tmpl_id.company_id', 'in', [False] + company_ids)]")
        log = self.update("post-screens")
        self.assertEqual(rule.domain_force, now)
        log.warning.assert_not_called()
        own = rule.domain_force = "[('config_id.company_id', 'in', company_ids)]"
        log = self.update("post-screens")
        self.assertEqual(rule.domain_force, own)
        log.warning.assert_called_once()
        rule.unlink()
        self.update("post-screens")
