# SPDX-License-Identifier: LGPL-3.0-or-later
"""A kept request is sent again: once, by managers, and never to leave an older number behind."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketplace_sync.adapters.exchange import MASK
from odoo.addons.marketplace_sync.adapters.wire.http import Http
from odoo.addons.marketplace_sync.models import advisory_lock
from odoo.addons.marketplace_sync.models.advisory_lock import shard_key

from .concurrent import interposed
from .test_exchanges import MANAGER, USER, ExchangeCase, collide


class TestRepeat(ExchangeCase):

    def setUp(self):
        super().setUp()
        self.manager = self.make_user("repeat-manager", MANAGER)
        self.exchange = self.capture()[-1].with_user(self.manager)
        self.assertTrue(self.exchange.writes)

    def test_the_shop_answers_again(self):
        before = self.shop.stats.requests
        action = self.exchange.action_repeat()
        again = self.env["marketplace.exchange"].browse(action["res_id"])
        self.assertEqual(self.shop.stats.requests, before + 1)
        self.assertRecordValues(again, [{
            "body": self.exchange.body, "url": self.exchange.url, "status": 200, "create_uid": self.manager.id,
            "listing_ids": self.exchange.listing_ids.ids}])
        self.assertIn(MASK, again.headers)

    def test_what_it_may_have_overwritten_is_pushed_again(self):
        """An older number must not stay in the shop."""
        self.push(3)
        self.assertFalse(self.count_marks())
        self.exchange.action_repeat()
        self.correct("A", 20)  # the stand-in remembers the key of the request, another shop would take it
        self.env.cr.flush()
        self.assertTrue(self.listing(self.thing).is_waiting)
        self.cron()
        self.assertEqual(self.published(self.thing), 3)

    def test_a_refusal_is_shown(self):
        self.shop.fault("503", times=1)
        action = self.exchange.action_repeat()
        self.assertEqual(self.env["marketplace.exchange"].browse(action["res_id"]).status, 503)

    def test_a_collision_sends_nothing_twice(self):
        """Odoo begins a request anew whose transaction collides: this one must not."""
        before = self.shop.stats.requests
        with interposed(self.registry["marketplace.exchange"], "_keep", collide):
            action = self.exchange.action_repeat()
        self.assertEqual(self.shop.stats.requests, before + 1)
        self.assertEqual(self.env["marketplace.exchange"].browse(action["res_id"]).status, 200)

    def test_marked_before_it_is_sent(self):
        """Whatever becomes of the server meanwhile, its old number does not stay."""
        marked = []

        def look(*_args):
            marked.append(self.listing(self.thing).is_waiting)

        with interposed(Http, "repeat", look):
            self.exchange.action_repeat()
        self.assertEqual(marked, [True])

    def test_its_numbers_are_being_pushed(self):
        """Sent between two numbers of a push, an older one might stay."""
        before = self.shop.stats.requests
        key = shard_key(self.account.id, self.listing(self.thing).id % self.account.shards)
        with patch.object(advisory_lock, "WAIT_SECONDS", 0.1), self.registry._db.cursor() as cr, \
                advisory_lock.session_lock(cr, key), self.assertRaisesRegex(UserError, "being pushed"):
            self.exchange.action_repeat()
        self.assertEqual(self.shop.stats.requests, before)

    def test_who_wanted_to_push_meanwhile_is_called_back(self):
        """It found the lock taken, and went away."""
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.account.cron_id.id)])
        triggers.unlink()
        self.exchange.action_repeat()
        self.assertTrue(triggers.search([("cron_id", "=", self.account.cron_id.id)]))

    def assert_not_repeated(self, reason):
        before = self.shop.stats.requests
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, reason):
            self.exchange.action_repeat()
        self.assertEqual(self.shop.stats.requests, before)

    def test_what_can_not_be_repeated(self):
        for values, reason in (
            ({"body_cut": True}, "Not all"), ({"body": f"a {MASK}"}, "secret"), ({"url": "https://elsewhere.example/x"},
             "another address"), ({"listing_ids": False}, "not known"),
        ):
            with self.subTest(values=values):
                former = self.exchange.sudo().read(list(values))[0]
                self.exchange.sudo().write(values)
                self.assert_not_repeated(reason)
                self.exchange.sudo().write({
                    name: [fields.Command.set(former[name])] if name == "listing_ids" else former[name]
                    for name in values})
        self.account.action_pause()
        self.assert_not_repeated("switched off")

    def test_only_by_managers(self):
        user = self.make_user("repeat-user", USER)
        before = self.shop.stats.requests
        with self.assertRaises(AccessError):
            self.exchange.with_user(user).action_repeat()
        self.assertEqual(self.shop.stats.requests, before)
