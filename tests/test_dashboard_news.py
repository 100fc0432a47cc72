# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""News that an account's card is out of date: when they are sent, how often, and who gets them."""

import json
from unittest.mock import MagicMock, patch

from freezegun import freeze_time

from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.bus.models.bus import channel_with_db, json_dump
from odoo.addons.marketplace_sync.adapters.base import Unauthorized, Unavailable
from odoo.addons.marketplace_sync.models.marketplace_config_news import CHANNEL, NEWS

from .comparing import ReconcileCase
from .concurrent import ConcurrentCase
from .draining import DrainCase

USER = "marketplace_sync.group_marketplace_user"


def sent(env, company):
    """The news on a company's channel, oldest first: what follows the kind of message."""
    channel = json_dump(channel_with_db(env.cr.dbname, (company, CHANNEL)))
    rows = env.execute_query(SQL("SELECT message FROM bus_bus WHERE channel = %s ORDER BY id", channel))
    messages = [json.loads(message) for [message] in rows]
    assert all(message["type"] == NEWS for message in messages)
    return [message["payload"] for message in messages]


class NewsMixin:

    def news(self, work=lambda: None):
        """What is told when some work is committed, a long time after the last news."""
        self.env.cr.flush()
        self.env.cr.execute(SQL("UPDATE marketplace_config SET announced_at = NULL"))
        self.env.invalidate_all()
        before = len(sent(self.env, self.company))
        work()
        self.env.cr.flush()
        return sent(self.env, self.company)[before:]


class TestWhen(NewsMixin, DrainCase):

    def setUp(self):
        super().setUp()
        self.item = self.offer("NEW-1", stock=3)

    def test_drain(self):
        self.assertEqual(self.news(self.drain), [{"id": self.account.id}])

    def test_drain_that_found_nothing(self):
        self.drain()
        self.assertFalse(self.news(self.drain))

    def test_drain_in_which_everything_was_refused(self):
        self.drain()
        self.product("NEW-2", 1)
        with self.silence():
            self.assertEqual(len(self.news(self.drain)), 1)

    def test_pause_and_resume(self):
        for press in (self.account.action_pause, self.account.action_resume, self.account.action_test_connection):
            with self.subTest(button=press.__name__):
                self.assertEqual(self.news(press), [{"id": self.account.id}])

    def test_trouble(self):
        with self.silence():
            for work in (
                lambda: self.account._back_off(Unavailable("away"), 5, leave=False),
                lambda: self.account._stop(Unauthorized("no longer")),
            ):
                self.assertEqual(len(self.news(work)), 1)

    def test_settings_no_card_shows(self):
        self.assertFalse(self.news(lambda: self.account.write({"log_days": 7})))

    def test_stock_transactions_send_none(self):
        self.drain()

        def sell():
            self.set_stock(self.item, 2)
            self.move(self.item, 1, self.stock, self.customer)
        self.assertFalse(self.news(sell))
        self.assertTrue(self.count_marks())

    def test_once_for_each_account(self):
        other = self.make_account(self.open_shop(), name="Other")
        accounts = self.account | other
        self.assertCountEqual(
            self.news(accounts.action_pause), [{"id": account.id} for account in accounts])

    def test_once_a_second(self):
        def announce(*times):
            for second in times:
                with freeze_time(f"2026-03-10 12:00:0{second}"):
                    self.account._announce()
                    self.env.cr.flush()
        self.assertEqual(len(self.news(lambda: announce(1, 1, 1))), 1)
        self.assertEqual(len(self.news(lambda: announce(1, 1, 2, 3, 3))), 3)


class TestComparison(NewsMixin, ReconcileCase):

    def test_it_is_told(self):
        self.sell("CMP-1")
        self.account.action_reconcile()
        self.assertEqual(self.news(self.go_on), [{"id": self.account.id}])


class TestCommit(ConcurrentCase):

    def setUp(self):
        super().setUp()
        # What its making was announced with.
        with self.transaction() as env:
            env.cr.execute(SQL("UPDATE marketplace_config SET announced_at = NULL WHERE id = %s", self.account.id))
        self.refresh()
        self.before = len(self.news())

    def news(self):
        """Those of the account that others see."""
        with self.transaction() as env:
            return [news for news in sent(env, self.company.with_env(env)) if news["id"] == self.account.id]

    def test_with_the_commit(self):
        self.account.action_pause()
        self.env.flush_all()
        self.assertEqual(len(self.news()), self.before)
        self.commit()
        self.assertEqual(len(self.news()), self.before + 1)

    def test_rolled_back(self):
        self.account.action_pause()
        self.env.cr.rollback()
        self.commit()
        self.assertEqual(len(self.news()), self.before)

    def test_after_a_drain(self):
        item = self.offer("NEWS", 5)
        self.push()
        self.assertEqual(self.published(item), 5)
        self.assertEqual(len(self.news()), self.before + 1)

    def test_no_lock_before_the_commit(self):
        """Whoever saves an account and then talks to its shop would keep its drain waiting."""
        self.account._announce()
        with self.transaction() as env:
            env.cr.execute(SQL("SELECT 1 FROM marketplace_config WHERE id = %s FOR UPDATE NOWAIT", self.account.id))
        self.commit()


class TestListeners(DrainCase):

    def channels(self, user, *asked):
        """What a user's browser is subscribed to who asks for these channels."""
        connection = MagicMock()
        connection.session.uid = user.id
        with patch("odoo.addons.bus.models.ir_websocket.wsrequest", new=connection):
            model = self.env["ir.websocket"].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            return model._build_bus_channel_list(list(asked))

    def companies(self, user, *asked):
        return [channel[0] for channel in self.channels(user, *asked) if isinstance(channel, tuple)
                and channel[1] == CHANNEL]

    def test_users_and_managers(self):
        for group in ("user", "manager"):
            user = self.make_user(f"news-{group}", f"marketplace_sync.group_marketplace_{group}")
            self.assertEqual(self.companies(user, CHANNEL), [self.company])

    def test_everybody_else(self):
        for user in (self.make_user("news-nobody", "stock.group_stock_manager"),
                     new_test_user(self.env, "news-portal", "base.group_portal")):
            self.assertFalse(self.companies(user, CHANNEL))

    def test_own_companies_only(self):
        elsewhere = self.make_company("Elsewhere")
        user = self.make_user("news-stranger", USER, company=elsewhere)
        self.assertEqual(self.companies(user, CHANNEL), [elsewhere])
        user.company_ids |= self.company
        self.assertEqual(set(self.companies(user, CHANNEL)), {elsewhere, self.company})

    def test_asked_for_only(self):
        user = self.make_user("news-other", USER)
        self.assertFalse(self.companies(user, "something.else"))
        self.assertIn("something.else", self.channels(user, "something.else", CHANNEL))

    def test_names_open_no_door(self):
        """The channel itself, and that of a company spelled out, is nobody's."""
        stranger = self.make_user("news-guesser", USER, company=self.make_company("Elsewhere"))
        own = channel_with_db(self.env.cr.dbname, (self.company, CHANNEL))
        asked = [CHANNEL, json_dump(own), str(own), f"res.company({self.company.id},)"]
        subscribed = {channel_with_db(self.env.cr.dbname, channel) for channel in self.channels(stranger, *asked)}
        self.assertNotIn(own, subscribed)
        self.assertNotIn(channel_with_db(self.env.cr.dbname, CHANNEL), subscribed)
