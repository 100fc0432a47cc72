# SPDX-License-Identifier: LGPL-3.0-or-later
"""What kits are made of, read in bulk: every feature of Odoo's bills of materials, each against Odoo's own number."""

from unittest.mock import patch

from odoo import Command
from odoo.tools import SQL

from odoo.addons.marketplace_sync.pipeline import kits

from .common import MarketplaceCase


class KitsCase(MarketplaceCase):

    def setUp(self):
        super().setUp()
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed: there are no kits")
        self.bolt, self.nut = self.product("BOLT", stock=110, sold=False), self.product("NUT", stock=40, sold=False)
        self.dozen = self.env.ref("uom.product_uom_dozen")

    def bills(self, *products):
        return self.env["marketplace.bill"]._of_products(self.company, [product.id for product in products])

    def free(self, product):
        """Odoo's own free quantity."""
        self.env.flush_all()
        self.env.invalidate_all()
        return product.sudo().with_context(company_id=self.company.id, location=self.stock.ids).free_qty

    def assert_number(self, kit, expected):
        """There are so many of a kit: by our reckoning, and by Odoo's."""
        bill = self.bills(kit)[kit.id]
        stock = {product_id: self.free(kit.browse(product_id)) for product_id in bill.component_ids}
        self.assertEqual(kits.number(bill, stock), expected)
        self.assertEqual(self.free(kit), expected, "and Odoo says so too")

    def contain_each_other(self, outer, inner):
        """Make the innermost component of `inner` the kit `outer`, as imports by SQL have been seen to."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE mrp_bom_line SET product_id = %s WHERE bom_id = %s", outer.id, inner.bom_ids.id))
        self.env.invalidate_all()


class TestKits(KitsCase):

    def test_what_is_no_kit(self):
        self.assertEqual(self.bills(self.bolt), {})
        self.assertEqual(self.bills(), {})

    def test_without_manufacturing(self):
        kit = self.kit("KIT", {self.bolt: 2})
        with patch.dict(self.env.registry.models):
            del self.env.registry.models["mrp.bom"]
            self.assertEqual(self.bills(kit), {})

    def test_nested(self):
        inner = self.kit("INNER", {self.bolt: 2, self.nut: 1})
        outer = self.kit("OUTER", {inner: 2, self.nut: 3})
        self.assertEqual(self.bills(outer)[outer.id].component_ids, set((self.bolt | self.nut).ids))
        self.assert_number(inner, 40)
        self.assert_number(outer, 8)

    def test_units_and_batches(self):
        inner = self.kit("INNER", {self.bolt: 2})
        inner.bom_ids.product_qty = 4
        outer = self.kit("OUTER", {inner: 1, self.nut: 6})
        outer.bom_ids.bom_line_ids[0].product_uom_id = self.dozen
        self.assert_number(inner, 220)
        self.assert_number(outer, 6)
        self.nut.product_tmpl_id.uom_id = self.dozen
        outer.bom_ids.bom_line_ids[1].product_uom_id = self.env.ref("uom.product_uom_unit")
        self.assert_number(outer, 18)

    def test_line_for_some_variants(self):
        shirts = self.template("SHIRT")
        self.kit("SHIRT", {self.bolt: 2, self.nut: 2}, template=shirts)
        small, medium = shirts.product_variant_ids
        shirts.bom_ids.bom_line_ids[1].bom_product_template_attribute_value_ids = (
            small.product_template_attribute_value_ids)
        self.assert_number(small, 20)
        self.assert_number(medium, 55)
        self.assert_number(self.kit("OUTER", {medium: 5}), 11)

    def test_line_for_a_value_that_makes_no_variants(self):
        """Such a line is in no kit of which nobody has said which value it is to have."""
        engraving = self.env["product.attribute"].create({
            "name": "Engraving", "create_variant": "no_variant",
            "value_ids": [Command.create({"name": "None"}), Command.create({"name": "Name"})]})
        template = self.env["product.template"].create({
            "name": "Kit", "is_storable": True, "attribute_line_ids": [Command.create({
                "attribute_id": engraving.id, "value_ids": [Command.set(engraving.value_ids.ids)]})]})
        kit = self.kit("KIT", {self.bolt: 2, self.nut: 2}, template=template)
        kit.bom_ids.bom_line_ids[1].bom_product_template_attribute_value_ids = (
            template.attribute_line_ids.product_template_value_ids[1])
        self.assert_number(kit, 55)

    def test_bill_for_one_variant(self):
        shirts = self.template("SHIRT")
        small, medium = shirts.product_variant_ids
        self.kit("M", {self.nut: 1}, bom_product=medium)
        self.assertEqual(list(self.bills(small, medium)), medium.ids)
        self.kit("S", {self.bolt: 1}, template=shirts)
        self.assert_number(small, 110)
        self.assert_number(medium, 40)

    def test_first_of_several_bills(self):
        kit = self.kit("KIT", {self.bolt: 1})
        self.kit("KIT", {self.nut: 1}, template=kit.product_tmpl_id)
        first, second = kit.bom_ids.sorted("id")
        self.assert_number(kit, 110)
        second.browse(second.id).sequence = 1
        self.assert_number(kit, 40)
        second.active = False
        self.assert_number(kit, 110)

    def test_bills_of_companies(self):
        kit = self.kit("KIT", {self.bolt: 1})
        bill = kit.bom_ids
        for company, expected in ((self.company, True), (self.make_company("Elsewhere"), False), (False, True)):
            bill.company_id = company
            self.assertEqual(kit.id in self.bills(kit), expected)

    def test_what_is_manufactured_is_no_kit(self):
        kit = self.kit("KIT", {self.bolt: 1})
        kit.bom_ids.type = "normal"
        self.assertEqual(self.bills(kit), {})

    def test_service_is_no_kit(self):
        kit = self.kit("KIT", {self.bolt: 1})
        kit.product_tmpl_id.type = "service"
        self.assertEqual(self.bills(kit), {})
        self.assertEqual(self.free(kit), 0)

    def test_component_that_has_no_stock(self):
        self.assert_number(self.kit("KIT", {self.bolt: 2, self.product("GLUE", is_storable=False): 1}), 55)
        self.assert_number(self.kit("GLUED", {self.product("TAPE", is_storable=False): 1}), 0)

    def test_archived_kit_and_component(self):
        kit = self.kit("KIT", {self.bolt: 2})
        self.bolt.action_archive()
        self.assert_number(kit, 55)
        kit.product_tmpl_id.action_archive()
        self.assertEqual(self.bills(kit), {}, "its bill was archived with it")

    def test_queries_do_not_grow_with_the_kits(self):
        """Kits with variants and nested ones, which are the dearest to read."""
        def queries(number):
            made = []
            for index in range(number):
                shirts = self.template(f"SHIRT-{number}-{index}")
                self.kit("SHIRT", {self.bolt: 2, self.nut: 2}, template=shirts)
                shirts.bom_ids.bom_line_ids[1].bom_product_template_attribute_value_ids = (
                    shirts.product_variant_ids[0].product_template_attribute_value_ids)
                made += shirts.product_variant_ids
            outer = self.kit(f"OUTER-{number}", dict.fromkeys(made, 1))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self.bills(*made, outer)), 2 * number + 1)
            return self.env.cr.sql_log_count - before

        self.assertEqual(queries(12), queries(2))

    def test_an_override_we_know_nothing_about_is_noticed(self):
        bills = self.env["marketplace.bill"]
        self.assertTrue(bills._is_ours(), "none of Odoo's own is foreign")
        for name, method in (("mrp.bom", "explode"), ("mrp.bom.line", "_skip_bom_line"), ("uom.uom", "round")):
            with patch.object(type(self.env[name]), method):
                self.assertFalse(bills._is_ours(), method)


class TestLoops(KitsCase):
    """Odoo refuses bills that contain each other; where they are there all the same it would open them forever."""

    def setUp(self):
        super().setUp()
        self.inner = self.kit("INNER", {self.bolt: 1})
        self.outer = self.kit("OUTER", {self.inner: 1})
        self.above = self.kit("ABOVE", {self.outer: 1, self.nut: 1})
        self.fine = self.kit("FINE", {self.bolt: 2})
        self.contain_each_other(self.outer, self.inner)

    def test_ends_and_says_who(self):
        bills = self.bills(self.inner, self.outer, self.above, self.fine)
        self.assertEqual(bills[self.inner.id].loop, (self.inner.id, self.outer.id))
        for kit in (self.outer, self.above):
            self.assertEqual(set(bills[kit.id].loop), {self.inner.id, self.outer.id})
        self.assertFalse(bills[self.fine.id].loop)
        self.assert_number(self.fine, 55)

    def test_reason_names_them(self):
        bill = self.bills(self.inner)[self.inner.id]
        reason = self.env["marketplace.bill"]._reason_of_loop(bill)
        self.assertIn("[INNER] Product INNER → [OUTER] Product OUTER → [INNER] Product INNER", reason)

    def test_listing_fails_visibly_and_others_go_on(self):
        for kit in (self.inner, self.outer, self.above, self.fine):
            self.shop.add_item(kit.default_code, quantities={self.shop.main: 0})
        with self.silence():
            self.drain()
        self.assertEqual(self.shop.level("FINE", self.shop.main), 55)
        for kit in (self.inner, self.outer, self.above):
            listing = self.listing(kit)
            self.assertEqual(listing.state, "error")
            self.assertIn("contain each other", listing.error)
        self.assertEqual(self.drain()["remaining"], 0)

    def test_no_loop_for_the_variant_that_goes_without(self):
        shirts = self.template("SHIRT", sold=False)
        small, medium = shirts.product_variant_ids
        self.kit("SHIRT", {self.bolt: 1, self.nut: 1}, template=shirts)
        line = shirts.bom_ids.bom_line_ids[0]
        line.bom_product_template_attribute_value_ids = small.product_template_attribute_value_ids
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE mrp_bom_line SET product_id = %s WHERE id = %s", small.id, line.id))
        self.env.invalidate_all()
        self.assertEqual(self.bills(small)[small.id].loop, (small.id,))
        self.assert_number(medium, 40)
