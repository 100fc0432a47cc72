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
                values = {"id": 1, "state": state, "platform": platform, "error_count": 1, "is_capturing": False}
                self.assertEqual(self.primary("marketplace_config_view_form", values, "//header/button"), [button])

    def test_of_an_account_being_entered(self):
        values = {"id": False, "state": "draft", "platform": "ebay", "error_count": 0, "is_capturing": False}
        self.assertEqual(
            self.primary("marketplace_config_view_form", values, "//header/button"), ["action_test_connection"])


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
