# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two drains of one account, each of another shard, learn what it may still do at the same time."""

from datetime import timedelta

from odoo import fields
from odoo.tools import mute_logger

from odoo.addons.marketplace_sync.models.drain_run import COLLISIONS

from .concurrent import ConcurrentCase


class TestConcurrentAllowances(ConcurrentCase):
    def store(self, env, used):
        env["marketplace.allowance"]._store(self.account.with_env(env), [{
            "name": "calls", "granted": 100, "used": used, "is_assumed": False,
            "resets_at": fields.Datetime.now() + timedelta(days=1)}])

    def test_the_one_that_comes_second_tries_again(self):
        slow = self.session()
        slow.cr.execute("SELECT 1 FROM marketplace_allowance")  # its snapshot knows of no allowance
        with self.transaction() as quick:
            self.store(quick, 1)
        with mute_logger("odoo.sql_db"):
            try:
                self.store(slow, 2)
            except COLLISIONS:
                slow.cr.rollback()
            else:
                self.fail("an older snapshot was stored over a newer one")
        self.store(slow, 3)
        slow.cr.commit()
        self.refresh()
        self.assertEqual(self.account.allowance_ids.mapped("used"), [3])
