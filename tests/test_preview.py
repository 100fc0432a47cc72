# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a push would send now; and who may see that and the sum behind it, which changes nothing."""

from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError

from .explaining import USER, ExplainCase


class TestReaders(ExplainCase):

    def test_everything_is_escaped(self):
        evil = "<img src=x onerror=alert(1)> & <script>alert(2)</script>"
        self.item.name = self.place.name = evil
        self.kit("WHY-1", {self.product("EVIL-PART", stock=2, sold=False, name=evil): 1},
                 template=self.item.product_tmpl_id)
        rule = self.rule("buffer", 1, categ_id=self.env["product.category"].create({"name": evil}).id)
        self.item.categ_id = rule.categ_id
        self.listing(self.item).write({"state": "error", "error": evil})
        for markup in (self.listing(self.item).explanation, self.listing(self.item).preview):
            tree = html.fromstring(markup)
            self.assertFalse(tree.xpath("//script | //img"))
            self.assertIn(evil, tree.text_content())
        self.assertGreaterEqual(html.fromstring(self.listing(self.item).explanation).text_content().count(evil), 4)

    def test_user_without_rights_on_stock(self):
        self.rule("buffer", 2)
        self.kit("WHY-1", {self.product("PART", stock=20, sold=False): 3}, template=self.item.product_tmpl_id)
        self.account.stock_field = "virtual_available"
        self.assertFalse(self.reader.has_group("stock.group_stock_user"))
        self.assertEqual(self.listing(self.item).with_user(self.reader)._explain(), [self.explain()])
        for name in ("explanation", "preview", "history_chart"):
            self.assertEqual(
                self.listing(self.item).with_user(self.reader).read([name])[0][name],
                self.listing(self.item).read([name])[0][name])

    def test_strangers_see_nothing(self):
        stranger = self.make_user("explain-stranger", USER, self.make_company("Elsewhere"))
        for user in (stranger, self.make_user("explain-nobody", "stock.group_stock_manager")):
            listing = self.listing(self.item).with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            for attempt in (listing._explain, listing.action_preview, lambda listing=listing: listing.explanation):
                with self.assertRaises(AccessError):
                    attempt()

    def test_other_companies_stock_does_not_count(self):
        elsewhere = self.make_company("Elsewhere")
        self.set_stock(self.item, 100, self.stock_of(elsewhere))
        both = self.make_user("explain-both", USER)
        both.company_ids |= elsewhere
        listing = self.listing(self.item).with_user(both).with_company(elsewhere)
        self.assertEqual(listing._explain()[0]["number"], 12)

    def test_nothing_is_written_nothing_is_sent(self):
        self.drain()
        self.set_stock(self.item, 7)
        self.sort()
        listing = self.listing(self.item).with_user(self.reader)
        with self.read_only():
            self.assertEqual(listing._explain()[0]["number"], 7)
            self.assertTrue(listing.explanation)
            self.assertTrue(listing.preview)
            listing.action_preview()
        self.assertEqual(self.published(self.item), 12)


class TestPreview(ExplainCase):

    def test_what_would_be_sent(self):
        self.drain()
        self.assertIn("Main 12 nothing to send", self.preview())
        self.set_stock(self.item, 7)
        self.env.cr.flush()
        self.assertIn("Main 12 7 Waiting since", self.preview())

    def test_a_refused_number_is_sent_again(self):
        self.drain()
        self.listing(self.item).write({"state": "error", "error": "It was full."})
        self.listing(self.item)._mark("again")
        [place] = self.listing(self.item)._preview()
        self.assertTrue(place["would_send"])

    def test_nobody_marked_it(self):
        self.drain()
        self.assertNotIn("Nothing has marked it", self.preview())
        self.set_stock(self.item, 7)
        self.env.cr.flush()
        self.forget_marks()
        self.assertIn("Nothing has marked it as changed since", self.preview())

    def test_why_it_would_not_go(self):
        self.drain()
        self.assertNotIn("alert", self.listing(self.item).preview)
        listing, later = self.listing(self.item), fields.Datetime.now() + timedelta(hours=1)
        for record, values, words in (
            (self.account, {"state": "paused"}, "The account is switched off: Paused."),
            (self.account, {"active": False}, "The account is switched off: Archived."),
            (self.account, {"retry_at": later, "last_error": "It sleeps."},
             "could not be reached and is tried again at"),
            (listing, {"deferred_until": later, "deferred_reason": "Too many today.", "deferred_mark": 2 ** 40},
             "Too many today. It waits until"),
            (listing, {"state": "error", "error": "It is unknown there.", "next_attempt": later},
             "It failed: It is unknown there. It is tried again at"),
            (listing, {"state": "conflict"}, "waits until somebody says which one is right"),
            (listing, {"active": False}, "It is not listed any more"),
            (listing, {"external_id": False}, "It is looked up in the shop first, by its SKU WHY-1."),
            (self.item, {"default_code": False}, "The product has no SKU"),
        ):
            with self.subTest(words):
                before = record.read(list(values), load=None)[0]
                record.write(values)
                self.forget_marks()
                self.assertIn(words, self.preview())
                record.write({name: before[name] for name in values})

    def test_a_new_change_overrides_a_deferral(self):
        self.drain()
        self.listing(self.item).write({
            "deferred_until": fields.Datetime.now() + timedelta(hours=1), "deferred_reason": "Too many today.",
            "deferred_mark": 0})
        self.listing(self.item)._mark("again")
        self.assertFalse(self.explain()["is_deferred"])
        self.assertNotIn("Too many today.", self.preview())

    def test_button(self):
        action = self.listing(self.item).with_user(self.reader).action_preview()
        self.assertEqual((action["res_model"], action["target"]), ("marketplace.listing", "new"))
        [(view_id, kind)] = action["views"]
        arch = self.env[action["res_model"]].with_user(self.reader).get_view(view_id, kind)["arch"]
        self.assertIn("action_preview_request", arch)
