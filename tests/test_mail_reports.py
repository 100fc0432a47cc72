# SPDX-License-Identifier: LGPL-3.0-or-later
"""E-mails to an account's responsible: one for each stop, one a day at most for drift, none when switched off."""

from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tools import mute_logger

from odoo.addons.marketplace_sync.adapters.base import Unauthorized

from .common import MarketplaceCase
from .comparing import ReconcileCase
from .concurrent import interposed
from .test_exchanges import collide


class MailMixin:

    def setUp(self):
        super().setUp()
        self.reader = self.make_user("reader", "marketplace_sync.group_marketplace_manager")
        self.reader.email = "reader@seller.example"
        self.account.responsible_id = self.reader

    def mails(self):
        """The queue's e-mails about the account, but for what Odoo itself writes about activities; oldest first."""
        return self.env["mail.mail"].search([
            ("model", "=", "marketplace.config"), ("res_id", "=", self.account.id),
            ("message_type", "!=", "user_notification")], order="id")


class TestStopped(MailMixin, MarketplaceCase):

    def stop(self, reason="Shopify refuses the access token."):
        self.env.flush_all()
        with self.silence(), self.env["marketplace.drain"]._own_cursor() as drain:
            drain._stop_account(self.account.with_env(drain.env), Unauthorized(reason))
        self.env.invalidate_all()

    def test_one_for_each_stop(self):
        self.stop()
        [mail] = self.mails()
        self.assertEqual((mail.state, mail.recipient_ids), ("outgoing", self.reader.partner_id))
        self.assertIn(self.account.name, mail.subject)
        self.assertIn("Shopify refuses the access token.", mail.body_html)
        self.assertIn(f"res_id={self.account.id}", mail.body_html)
        self.assertIn(self.reader.name, mail.body_html)
        self.stop()
        self.assertEqual(len(self.mails()), 1, "it had stopped already")
        self.account.state = "connected"
        self.stop()
        self.assertEqual(len(self.mails()), 2)

    def test_the_drain_sends_it(self):
        self.offer_revoked()
        self.assertEqual(self.account.state, "error")
        self.assertEqual(len(self.mails()), 1)
        self.assertNotIn("shpat_revoked", self.mails().body_html)

    def offer_revoked(self):
        self.shop.add_item("MAIL", quantities={self.shop.main: 0})
        self.product("MAIL", stock=5)
        self.env.flush_all()
        self.account.access_token = "shpat_revoked"
        with self.silence():
            self.drain()

    def test_the_activity_brings_no_second_one(self):
        self.stop()
        self.assertTrue(self.account.activity_ids)
        self.assertEqual(
            self.env["mail.mail"].search([("recipient_ids", "in", self.reader.partner_id.ids)]), self.mails())

    def test_switched_off(self):
        self.account.mail_reports = False
        self.stop()
        self.assertFalse(self.mails())
        self.assertTrue(self.account.activity_ids, "the activity is there all the same")

    def test_nobody_to_write_to(self):
        self.reader.email = False
        self.stop()
        self.assertFalse(self.mails())
        self.assertEqual(self.account.state, "error")

    def test_who_left_gets_none(self):
        self.reader.active = False
        self.env.ref("base.user_admin").email = "admin@seller.example"
        self.stop()
        self.assertEqual(self.mails().recipient_ids, self.env.ref("base.user_admin").partner_id)

    def test_a_broken_template_stops_nothing(self):
        with patch.object(self.registry["mail.template"], "send_mail", side_effect=ValueError("broken")), \
                mute_logger("odoo.addons.marketplace_sync.models.marketplace_config_mail"):
            self.stop()
        self.assertEqual(self.account.state, "error")
        self.assertTrue(self.account.activity_ids)
        self.assertFalse(self.mails())

    def test_what_was_stopped_is_committed_before_anything_is_rendered(self):
        """However long a template takes, and whatever it does."""
        states = []

        def render(*_args, **_options):
            with self.registry.cursor() as cr:
                states.append(self.account.with_env(self.env(cr=cr)).state)
            raise SystemExit

        # assertRaises would undo also what was committed.
        with patch.object(self.registry["mail.template"], "send_mail", render), suppress(SystemExit):
            self.stop()
        self.env.invalidate_all()
        self.assertEqual((states, self.account.state), (["error"], "error"))

    def test_a_broken_template_has_odoo_tell_of_the_activity(self):
        with patch.object(self.registry["mail.template"], "send_mail", side_effect=ValueError("broken")), \
                mute_logger("odoo.addons.marketplace_sync.models.marketplace_config_mail"):
            self.stop()
        told = self.env["mail.message"].search([
            ("model", "=", "marketplace.config"), ("res_id", "=", self.account.id),
            ("message_type", "=", "user_notification")])
        self.assertEqual(told.notified_partner_ids, self.reader.partner_id)

    def test_a_deleted_template(self):
        self.env.ref("marketplace_sync.mail_template_account_stopped").unlink()
        self.stop()
        self.assertEqual(self.account.state, "error")

    def test_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.reader.lang = "fr_FR"
        template = self.env.ref("marketplace_sync.mail_template_account_stopped")
        template.with_context(lang="fr_FR").subject = "{{ object.name }} est arrêté"
        self.stop()
        self.assertEqual(self.mails().subject, f"{self.account.name} est arrêté")


class TestDrift(MailMixin, ReconcileCase):

    def test_once_a_day(self):
        [thing] = self.sell("A")
        self.never_push(thing, 8)
        self.compare()
        [mail] = self.mails()
        self.assertEqual(mail.recipient_ids, self.reader.partner_id)
        self.assertTrue(mail.subject.endswith(": 1"), mail.subject)
        self.drain()
        self.never_push(thing, 6)
        self.assertEqual(self.compare().drifted, 1)
        self.assertEqual(len(self.mails()), 1, "once a day")
        self.drain()
        self.never_push(thing, 4)
        self.account.drift_mailed_on -= timedelta(days=1)
        self.compare()
        self.assertEqual(len(self.mails()), 2)

    def test_another_transaction_was_writing(self):
        """The day's only mail is not lost for that."""
        [thing] = self.sell("A")
        self.never_push(thing, 8)
        with interposed(self.registry["marketplace.config"], "_mail_responsible", collide):
            self.compare()
        self.assertEqual(len(self.mails()), 1)
        self.assertEqual(self.account.drift_mailed_on, fields.Date.today())

    def test_a_template_that_collides_is_tried_again(self):
        [thing] = self.sell("A")
        self.never_push(thing, 8)
        with interposed(self.registry["mail.template"], "send_mail", collide):
            self.compare()
        self.assertEqual(len(self.mails()), 1)

    def test_tomorrow_again(self):
        record = self.env["marketplace.reconcile"].create({
            "config_id": self.account.id, "state": "done", "checked": 5, "drifted": 2})
        now = fields.Datetime.now()
        for days, mails in ((0, 1), (0, 1), (1, 2), (1, 2), (2, 3)):
            with freeze_time(now + timedelta(days=days)):
                self.account._mail_drift(record)
            self.assertEqual(len(self.mails()), mails)

    def test_no_drift_no_mail(self):
        self.sell("A")
        self.assertEqual(self.compare().drifted, 0)
        self.assertFalse(self.mails())

    def test_switched_off(self):
        self.account.mail_reports = False
        [thing] = self.sell("A")
        self.never_push(thing, 8)
        self.assertEqual(self.compare().drifted, 1)
        self.assertFalse(self.mails())
        self.assertFalse(self.account.drift_mailed_on)
