# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""Several parts of an account keep requests at the same time. Tried with real connections."""

from unittest.mock import patch

from odoo import fields
from odoo.tools import SQL

from odoo.addons.marketplace_sync.adapters.exchange import Exchange
from odoo.addons.marketplace_sync.models import marketplace_exchange

from .concurrent import ConcurrentCase


class TestTwoParts(ConcurrentCase):

    def keep(self, env, *statuses):
        env["marketplace.exchange"]._keep(self.account.with_env(env), [
            Exchange("GET", f"{self.shop.url}/x", (), "", status, "", 1.0, "", fields.Datetime.now(), False, "no")
            for status in statuses])

    def kept(self):
        with self.transaction() as env:
            return env["marketplace.exchange"].search([("config_id", "=", self.account.id)]).mapped("status")

    def test_one_lets_go_of_the_oldest_and_the_other_leaves_them(self):
        with self.transaction() as env:
            self.keep(env, 1, 2, 3, 4)
        slow = self.session()
        slow.execute_query(SQL("SELECT 1"))  # its snapshot is taken
        with patch.object(marketplace_exchange, "KEPT", 3), self.assertNoLogs("odoo.sql_db", "ERROR"):
            with self.transaction() as env:
                self.keep(env, 5)
            self.assertEqual(self.kept(), [5, 4, 3])
            self.keep(slow, 6)
            slow.cr.commit()
            self.assertEqual(self.kept(), [6, 5, 4, 3], "those it found gone are no reason to fail")
            with self.transaction() as env:
                self.keep(env, 7)
        self.assertEqual(self.kept(), [7, 6, 5])
