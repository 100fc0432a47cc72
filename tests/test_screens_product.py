# SPDX-License-Identifier: LGPL-3.0-or-later
"""Forms as they are laid out for each state of a record: nothing empty, and one thing to do first."""

from itertools import product as combinations
from types import SimpleNamespace

from lxml import etree

from odoo.tests import Form, TransactionCase
from odoo.tools.safe_eval import safe_eval

from .common import MarketplaceMixin

PLATFORMS = ("shopify", "ebay", "cartona", "rest")


class LaidOut:
    """A view as it shows for a record.

    :param records: of its model, with the rights of whoever looks
    :param str view: external id
    :param str kind: form, kanban, ...
    """

    def __init__(self, records, view, kind="form"):
        self.root = etree.fromstring(records.get_view(records.env.ref(view).id, kind)["arch"])

    def shown(self, xpath, values):
        """The elements that are there with these values of the record's fields."""
        return [found for found in self.root.xpath(xpath) if not any(
            self._is_hidden(element, values) for element in (found, *found.iterancestors()))]

    def _is_hidden(self, element, values):
        return bool(safe_eval(element.get("invisible") or "False", dict(values)))


class TestOnePrimaryButton(MarketplaceMixin, TransactionCase):

    def primary(self, view, values, xpath="//button"):
        layout = LaidOut(self.env["marketplace.config"], f"marketplace_sync.{view}")
        return [button.get("name") or button.get("step") for button in layout.shown(xpath, values)
                if "btn-primary" in (button.get("class") or "") and not button.xpath("ancestor::list")]

    def test_of_an_account(self):
        first = {
            "draft": "action_setup_continue", "connected": "action_sync_now", "paused": "action_resume",
            "error": "action_test_connection"}
        states = self.env["marketplace.config"]._fields["state"].selection
        self.assertEqual(first.keys(), {state for state, _name in states})
        for (state, button), platform in combinations(first.items(), PLATFORMS):
            with self.subTest(state=state, platform=platform):
                values = {"id": 1, "state": state, "platform": platform, "error_count": 1, "is_capturing": False,
                          "setup_step": False}
                self.assertEqual(self.primary("marketplace_config_view_form", values, "//header/button"), [button])

    def test_of_an_account_being_entered(self):
        values = {"id": False, "state": "draft", "platform": "ebay", "error_count": 0, "is_capturing": False,
                  "setup_step": False}
        self.assertEqual(
            self.primary("marketplace_config_view_form", values, "//header/button"), ["action_test_connection"])

    def test_an_account_in_the_guide_is_not_connected_beside_it(self):
        """There Test connection would push with the next scheduled action; in the guide it connects nothing."""
        in_the_guide, by_hand = (
            {"id": 1, "state": "draft", "setup_step": step, "platform": "shopify", "error_count": 0,
             "conflict_count": 0, "drift_count": 0, "is_capturing": False} for step in ("products", False))
        for view, kind, first in (
            ("marketplace_config_view_form", "form", "action_setup_continue"),
            ("marketplace_config_view_dashboard", "kanban", "action_test_connection"),
        ):
            layout = LaidOut(self.env["marketplace.config"], f"marketplace_sync.{view}", kind)
            for values in (in_the_guide, by_hand):
                with self.subTest(view=view, step=values["setup_step"]):
                    shown = layout.shown("//header/button | //t[@t-name]//*[@type='object']", values)
                    names = {element.get("name") for element in shown}
                    self.assertEqual("action_test_connection" in names, values is by_hand)
                    self.assertIn("action_setup_continue" if values is in_the_guide else first, names)


class TestGuide(MarketplaceMixin, TransactionCase):
    """Each page of the guide has its buttons, and no other page's; one of them leads on."""

    def buttons(self, step, **values):
        layout = LaidOut(self.env["marketplace.config"], "marketplace_sync.marketplace_config_view_form_setup")
        base = {"id": 1, "setup_step": step, "platform": "shopify", "setup_verdict": False, "location_ids": [1],
                "setup_was_live": False}
        return [
            (button.get("step") or button.get("name"), "btn-primary" in button.get("class", ""))
            for button in layout.shown("//div[hasclass('o_marketplace_setup_turns')]/*", base | values)]

    def test_buttons(self):
        restart, back = ("action_setup_restart", False), ("action_setup_back", False)
        test, test_again = ("action_setup_test", True), ("action_setup_test", False)
        following, connect = ("action_setup_next", True), ("action_connect_ebay", True)
        good = {"setup_verdict": "good"}
        for step, values, expected in (
            ("platform", {"id": False}, [("access", False)]),
            ("access", {"id": False}, [("platform", False), test]),
            ("access", {}, [restart, test]),
            ("access", {"setup_verdict": "unauthorized"}, [restart, test]),
            ("access", good, [restart, test_again, following]),
            ("access", {"platform": "ebay"}, [restart, connect, test_again]),
            ("access", {"platform": "ebay", **good}, [restart, test_again, following]),
            ("access", {"setup_was_live": True}, [test]),
            ("locations", good, [back, ("action_fetch_locations", False), following]),
            ("products", good, [back, following]),
            ("preview", good, [back, ("action_setup_look", False), ("action_setup_go_live", True)]),
            (False, {}, []),
        ):
            with self.subTest(step=step, **values):
                self.assertEqual(self.buttons(step, **values), expected)


class TestBulkActions(MarketplaceMixin, TransactionCase):

    def test_what_failed_can_be_opened(self):
        """From the list and from the form, where there is something to open."""
        for kind, view in (("list", "marketplace_bulk_view_list"), ("form", "marketplace_bulk_view_form")):
            layout = LaidOut(self.env["marketplace.bulk"], f"marketplace_sync.{view}", kind)
            for state, what, count, is_there in (
                ("done", "publish", 0, False), ("done", "publish", 1, True), ("running", "stop", 0, False),
                ("failed", "publish", 0, True), ("failed", "sync", 0, False), ("failed", "sync", 1, True),
            ):
                values = {"state": state, "kind": what, "failed_count": count}
                with self.subTest(view=kind, **values):
                    self.assertEqual(len(layout.shown("//button[@name='action_open_failed']", values)), int(is_there))


class TestFilters(MarketplaceMixin, TransactionCase):

    def test_each_asks_for_its_own(self):
        """What they find, and that they do, is `test_product_badges`' business."""
        expected = {name: [(name, "=", True)] for name in (
            "marketplace_listed", "marketplace_failing", "marketplace_waiting")}
        expected |= {f"on_{platform}": [(f"{platform}_product", "=", True)] for platform in PLATFORMS}
        for model, view in (("template", "product_template_search_view"), ("product", "product_search_form_view")):
            layout = LaidOut(self.env[f"product.{model}"], f"product.{view}", "search")
            found = {one.get("name"): one.get("domain") for one in layout.root.iter("filter")}
            for name, domain in expected.items():
                with self.subTest(model=model, filter=name):
                    self.assertEqual(safe_eval(found[name]), domain)


class TestProductTab(MarketplaceMixin, TransactionCase):

    def fields_of(self, group, **values):
        """What a group of the tab has, or None where it is not there."""
        layout = LaidOut(self.env["product.template"], "product.product_template_only_form_view")
        base = {"product_variant_count": 1, "marketplace_as_one": False, **{
            f"{platform}_{what}": False for platform in PLATFORMS for what in ("product", "partly")}}
        where = f"//page[@name='marketplaces']//group[@name='{group}']"
        if not layout.shown(where, base | values):
            return None
        return [field.get("name") for field in layout.shown(f"{where}//field", base | values)]

    def test_no_heading_is_empty(self):
        """Whatever is ticked, with however many variants."""
        for group in ("ticks", "as_one", "ebay", "cartona"):
            for count, as_one, ticked, partly in combinations((0, 1, 2), (False, True), (False, True), (False, True)):
                values = {"product_variant_count": count, "marketplace_as_one": as_one}
                for platform in PLATFORMS:
                    values |= {f"{platform}_product": ticked, f"{platform}_partly": partly}
                with self.subTest(group=group, **values):
                    self.assertNotEqual(self.fields_of(group, **values), [])

    def test_cartonas_own_number_is_asked_for_where_it_can_be_one(self):
        for count, as_one, expected in ((1, False, ["cartona_id"]), (2, True, ["cartona_id"]), (2, False, None)):
            with self.subTest(count=count, as_one=as_one):
                self.assertEqual(self.fields_of(
                    "cartona", cartona_product=True, product_variant_count=count, marketplace_as_one=as_one), expected)

    def test_the_variant_is_named_where_there_are_several(self):
        layout = LaidOut(self.env["product.template"], "product.product_template_only_form_view")
        [column] = layout.root.xpath("//field[@name='marketplace_listing_ids']/list/field[@name='product_id']")
        for count, as_one, is_shown in ((1, False, False), (2, False, True), (2, True, False)):
            parent = SimpleNamespace(product_variant_count=count, marketplace_as_one=as_one)
            hidden = safe_eval(column.get("column_invisible"), {"parent": parent})
            self.assertEqual(not hidden, is_shown, (count, as_one))

    def test_a_phone_has_cards_that_can_do_the_same(self):
        cards = LaidOut(self.env["marketplace.listing"], "marketplace_sync.marketplace_listing_view_kanban", "kanban")
        for model, view in (("template", "template_only"), ("product", "normal")):
            layout = LaidOut(self.env[f"product.{model}"], f"product.product_{view}_form_view")
            [field] = layout.root.xpath("//field[@name='marketplace_listing_ids']")
            with self.subTest(model=model):
                self.assertEqual(field.get("mode"), "list,kanban")
                of_list, of_cards = (
                    {button.get("name") for button in root.iter("button")} for root in (field, cards.root))
                self.assertEqual(of_cards, of_list)

    def test_it_is_kept(self):
        single = self.product("TAB-1", sold=False).product_tmpl_id
        with Form(single) as form:
            form.cartona_product = True
            form.cartona_id = "77"
        self.assertEqual(single.product_variant_ids.cartona_id, "77")
