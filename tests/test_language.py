# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is written down about an account is in its responsible's language, the server's log in English."""

import logging
from unittest.mock import Mock, patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import html2plaintext
from odoo.tools.translate import code_translations

from odoo.addons.marketplace_sync.adapters.base import Deferred, Shown, Unavailable
from odoo.addons.marketplace_sync.adapters.words import _lt
from odoo.addons.marketplace_sync.models.words import said

from .comparing import ReconcileCase
from .draining import DrainCase
from .setup_kit import SetupCase

LOGGER = "odoo.addons.marketplace_sync"
UNKNOWN = "La boutique n'a pas d'article avec le SKU %s."
UNTRACKED = "Shopify ne suit pas le stock de cet article."
REFUSED = "Shopify refuse le jeton d'accès."
FRENCH = {
    "The shop has no item with the SKU %s.": UNKNOWN,
    "Shopify does not track the stock of this item: switch on 'Track quantity' in Shopify.": UNTRACKED,
    "Shopify refuses the access token. Make a new one and enter it.": REFUSED,
    "No stock is sent to this shop until this is solved: %s": "Rien n'est envoyé : %s",
    "Failed: %s": "Échec : %s",
    "%(shop)s is out of order (HTTP %(status)s).": "%(shop)s est en panne (HTTP %(status)s).",
    "No Odoo location feeds this shop: map its locations.": "Aucun emplacement n'alimente cette boutique.",
    "The shop left %s numbers out of its answer.": "Il manque %s nombres.",
    "The shop does not know this item.": "La boutique ne connaît pas cet article.",
    "eBay lets a listing be revised 250 times a day, and this one was. It goes on tomorrow.": "Demain.",
    "It is being pushed right now: try again in a minute.": "Un instant.",
    "The product has no SKU: fill in its Internal Reference.": "Pas de SKU.",
    "The shop does not grant: %s": "La boutique refuse : %s",
    "The server's encryption key for marketplace secrets is not valid. In odoo.conf (%(option)s) or the environment "
    "(%(variable)s) there has to be a Fernet key of 44 characters, or several separated by commas. Nothing was "
    "changed.": "La clé %(option)s n'est pas valable.",
}


class FrenchMixin:
    """An account whose responsible reads French; whoever runs the tests, and presses the buttons, reads English."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("fr_FR")
        self.startPatcher(patch.dict(
            code_translations.python_translations, {("marketplace_sync", "fr_FR"): FRENCH}))
        self.reader = self.make_user("reader", "marketplace_sync.group_marketplace_manager")
        self.reader.write({"lang": "fr_FR", "email": "reader@seller.example"})
        self.account.responsible_id = self.reader

    def logged(self, work):
        """The lines of the server's log that some work leaves."""
        with self.assertLogs(LOGGER, logging.INFO) as listening:
            work()
        return "\n".join(record.getMessage() for record in listening.records)


class TestDrained(FrenchMixin, DrainCase):

    def test_refused_by_odoo_and_by_the_shop(self):
        unknown, untracked = self.product("GONE", 3), self.offer("A", 3)
        self.cron()
        self.shop.item("A").tracked = False
        self.set_stock(untracked, 4)
        self.listing(unknown).action_retry()
        lines = self.logged(self.drain)
        self.assertEqual(self.listing(unknown).error, UNKNOWN % "GONE")
        self.assertEqual(self.listing(untracked).error, UNTRACKED)
        self.assertIn("reason='The shop has no item with the SKU GONE.'", lines)
        self.assertIn("Shopify does not track the stock of this item", lines)
        self.assertNotIn("boutique", lines)
        self.assertEqual(
            set(self.logs("listing").mapped("message")), {UNKNOWN % "GONE", UNTRACKED}, "the log people read")
        notes = [html2plaintext(note.body).strip() for note in self.listing(untracked).message_ids]
        self.assertIn(f"Échec : {UNTRACKED}", notes)

    def test_one_reason_is_one_group(self):
        things = [self.offer(sku, 3) for sku in "AB"]
        self.cron()
        for thing in things:
            self.shop.item(thing.default_code).tracked = False
            self.set_stock(thing, 4)
        with self.silence():
            self.drain()
        groups = self.env["marketplace.listing"]._read_group(
            [("config_id", "=", self.account.id), ("state", "=", "error")], ["error"], ["__count"])
        self.assertEqual(groups, [(UNTRACKED, 2)])

    def test_stopped(self):
        self.offer("A", 3)
        self.shop.auth.revoked.add(self.shop.token)
        lines = self.logged(self.cron)
        self.assertRecordValues(self.account, [{"state": "error", "last_error": REFUSED}])
        self.assertIn("reason='Shopify refuses the access token. Make a new one and enter it.'", lines)
        self.assertEqual(
            html2plaintext(self.account.activity_ids.note).strip(), f"Rien n'est envoyé : {REFUSED}")
        self.assertEqual(self.logs("account").mapped("message"), [REFUSED])
        mail = self.env["mail.mail"].search(
            [("model", "=", "marketplace.config"), ("res_id", "=", self.account.id)], limit=1)
        self.assertIn("refuse le jeton", mail.body_html)
        self.assertIn(REFUSED, self.env["marketplace.exchange"].search(
            [("config_id", "=", self.account.id)]).mapped("trouble"))

    def test_away(self):
        self.offer("A", 3)
        self.shop.fault("503", times=20)
        with self.single_tries(), self.pauses():
            lines = self.logged(self.cron)
        self.assertEqual(self.account.last_error, "Shopify est en panne (HTTP 503).")
        self.assertIn("reason='Shopify is out of order (HTTP 503).'", lines)

    def test_nothing_feeds_it(self):
        self.account.location_ids.location_ids = False
        self.product("A", 3)
        lines = self.logged(self.cron)
        self.assertEqual(self.account.last_error, "Aucun emplacement n'alimente cette boutique.")
        self.assertIn("reason='No Odoo location feeds this shop: map its locations.'", lines)
        self.assertNotIn("unmapped", self.logged(self.cron), "it is said once")

    def test_a_link_that_fails(self):
        thing = self.product("GONE", 3)
        with self.silence():
            self.account.action_link_listings()
        self.assertEqual(self.listing(thing).error, UNKNOWN % "GONE")

    def test_a_key_that_is_none(self):
        self.offer("A", 3)
        with patch.dict("os.environ", MARKETPLACE_SYNC_KEY="bad"):
            lines = self.logged(self.cron)
        self.assertEqual(self.account.last_error, "La clé marketplace_sync_key n'est pas valable.")
        self.assertIn("reason=\"The server's encryption key for marketplace secrets is not valid.", lines)


class TestButtons(FrenchMixin, DrainCase):

    def test_who_presses_one_reads_his_own_language(self):
        self.shop.auth.revoked.add(self.shop.token)
        with self.assertRaisesRegex(UserError, "refuses the access token"):
            self.account.action_test_connection()
        with self.assertRaisesRegex(UserError, "refuse le jeton"):
            self.account.with_context(lang="fr_FR").action_test_connection()

    def test_what_a_test_leaves_is_the_responsibles(self):
        self.shop.auth.scopes = ("read_inventory", "write_inventory", "read_locations")
        told = self.account.action_test_connection()["params"]["message"]
        self.assertIn("does not grant this app", told)
        self.assertIn("La boutique refuse", self.account.last_error)

    def test_the_preview_of_a_listing(self):
        listing = self.listing(self.product(False, 3))
        self.assertIn("fill in its Internal Reference", listing.preview)
        listing.invalidate_recordset()
        self.assertIn("Pas de SKU", listing.with_context(lang="fr_FR").preview)

    def test_which_language(self):
        partner = self.company.partner_id
        self.assertEqual(self.account._lang(), "fr_FR")
        self.account.responsible_id = False
        partner.lang = "fr_FR"
        self.assertEqual(self.account._lang(), "fr_FR")
        partner.lang = False
        self.assertEqual(self.account._lang(), "en_US")
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET lang = 'xx_XX' WHERE id = %s", [self.reader.partner_id.id])
        self.env.invalidate_all()
        self.account.responsible_id = self.reader
        self.assertEqual(self.account._lang(), "en_US", "one that was removed is none")
        self.assertEqual(self.env["marketplace.config"]._lang(), "en_US", "nor is there one of an account that is gone")

    def test_said(self):
        french = self.env(context={"lang": "fr_FR"})
        nested = _lt("Failed: %s", _lt("%(shop)s is out of order (HTTP %(status)s).", shop="eBay", status=500))
        self.assertEqual(said(french, nested), "Échec : eBay est en panne (HTTP 500).")
        self.assertEqual(said(self.env, nested), str(nested))
        self.assertIs(type(said(self.env, nested)), str, "nothing else gets into the database")
        for own_words in ("Failed: %s", "", False, None):
            self.assertEqual(said(french, own_words), own_words)
        self.assertEqual(said(french, _lt("Not 100% of it is translated.")), "Not 100% of it is translated.")


class TestGuide(FrenchMixin, SetupCase):

    def test_the_verdict_is_for_who_asks(self):
        self.shop.auth.revoked.add(self.shop.token)
        self.account.action_setup_test()
        self.assertIn("refuses the access token", self.account.last_error)
        self.account.with_context(lang="fr_FR").action_setup_test()
        self.assertEqual((self.account.setup_verdict, self.account.last_error), ("unauthorized", REFUSED))


class TestCompared(FrenchMixin, ReconcileCase):

    def test_what_the_shop_has_not(self):
        self.sell("A")
        self.remote.read = lambda _adapter, levels: (
            Shown(level.key, None, _lt("The shop does not know this item.")) for level in levels)
        run = self.compare()
        self.assertEqual(run.drift_ids.mapped("detail"), ["La boutique ne connaît pas cet article."])

    def test_why_it_waits(self):
        self.sell("A", "B")
        self.remote.read = lambda _adapter, levels: iter([Shown(levels[0].key, 10)])
        with self.assertLogs(LOGGER, logging.INFO) as listening:
            run = self.compare()
        self.assertEqual((run.note, self.account.last_error), ("Il manque 1 nombres.",) * 2)
        lines = "\n".join(listening.output)
        self.assertIn("comparing_postponed", lines)
        self.assertIn("reason='The shop left 1 numbers out of its answer.'", lines)
        self.assertNotIn("manque", lines)

    def test_each_account_has_its_own(self):
        self.sell("A")
        other = self.make_account(self.shop, name="English")
        self.product("B", 1)
        self.drain(other)
        self.remote.read = Mock(side_effect=Unavailable(
            _lt("%(shop)s is out of order (HTTP %(status)s).", shop="Shopify", status=503), 300))
        self.account.action_reconcile()
        other.action_reconcile()
        with self.silence():
            self.go_on()
        self.assertEqual(self.account.last_error, "Shopify est en panne (HTTP 503).")
        self.assertEqual(other.last_error, "Shopify is out of order (HTTP 503).")

    def test_left_for_another_day(self):
        self.remote.revisions_a_day = 250
        tomorrow = fields.Datetime.add(fields.Datetime.now(), days=1)
        reason = _lt("eBay lets a listing be revised 250 times a day, and this one was. It goes on tomorrow.")
        self.remote.answers["A"] = lambda key: Deferred(key, reason, tomorrow)
        thing = self.product("A", 3)
        with self.assertLogs(LOGGER, logging.INFO) as listening:
            self.drain()
        self.assertEqual(self.listing(thing).deferred_reason, "Demain.")
        self.assertIn("It goes on tomorrow.'", "\n".join(listening.output))
