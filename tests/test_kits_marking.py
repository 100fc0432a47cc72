# SPDX-License-Identifier: LGPL-3.0-or-later
"""Invariant I1 for kits: whatever changes how many there are leaves a mark, and the mark reaches all kits above."""

from unittest.mock import patch

from odoo import Command
from odoo.tools import SQL, sql

from .common import DIRTY
from .test_marking import MarkingCase

BILL = "bill of materials"


class KitMarkingCase(MarkingCase):

    def setUp(self):
        super().setUp()
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed: there are no kits")
        self.bolt, self.nut = self.product("BOLT", sold=False), self.product("NUT", sold=False)

    def listings(self, *products):
        return self.env["marketplace.listing"].union(*map(self.listing, products))

    def listings_after(self, flow):
        """The listings that wait after a flow and the sorting of its marks."""
        self.forget_marks()
        flow()
        return self.sorted_listings()


class TestMarkingBills(KitMarkingCase):
    """A change of a bill of materials, in every way Odoo's users make one."""

    def setUp(self):
        super().setUp()
        self.set = self.kit("KIT", {self.bolt: 2})
        self.bill = self.env["mrp.bom"].browse(self.set.bom_ids.id)  # as from a list; Odoo reorders those around it
        self.line = self.bill.bom_line_ids
        self.plain = self.product("PLAIN")

    def test_new_bill(self):
        self.assert_marks(lambda: self.kit("PLAIN", {self.bolt: 1}, template=self.plain.product_tmpl_id), self.plain,
                          reason=BILL)

    def test_every_change_of_a_bill(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        elsewhere = self.make_company("Elsewhere")
        for values in (
                {"active": False}, {"type": "normal"}, {"product_qty": 2}, {"product_uom_id": dozen.id},
                {"sequence": 5}, {"company_id": elsewhere.id}, {"product_id": self.set.id},
                {"picking_type_id": self.warehouse.manu_type_id.id},
                {"bom_line_ids": [Command.create({"product_id": self.nut.id})]}, {"bom_line_ids": [Command.clear()]}):
            with self.subTest(values=values):
                self.assert_marks(lambda values=values: self.bill.write(values), self.set, reason=BILL)

    def test_bill_that_comes_back(self):
        self.bill.active = False
        self.assert_marks(self.bill.action_unarchive, self.set, reason=BILL)

    def test_kit_again(self):
        self.bill.type = "normal"
        self.assert_marks(lambda: self.bill.write({"type": "phantom"}), self.set, reason=BILL)

    def test_every_change_of_a_line(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        for values in ({"product_id": self.nut.id}, {"product_qty": 3}, {"product_uom_id": dozen.id}):
            with self.subTest(values=values):
                self.assert_marks(lambda values=values: self.line.write(values), self.set, reason=BILL)

    def test_deleting_a_line(self):
        self.assert_marks(self.line.unlink, self.set, reason=BILL)

    def test_deleting_the_bill(self):
        self.assert_marks(self.bill.unlink, self.set, reason=BILL)

    def test_bill_that_becomes_another_products(self):
        def flow():
            self.bill.write({"product_tmpl_id": self.plain.product_tmpl_id.id, "product_id": False})

        self.assert_marks(flow, self.set, self.plain, reason=BILL)

    def test_line_that_becomes_another_bills(self):
        other = self.kit("OTHER", {self.nut: 1})
        self.assert_marks(lambda: self.line.write({"bom_id": other.bom_ids.id}), self.set, other, reason=BILL)

    def test_line_for_some_variants(self):
        kits = self.template("SHIRT", sold=False)
        self.kit("SHIRT", {self.bolt: 1}, template=kits)
        value = kits.attribute_line_ids.product_template_value_ids[0]
        self.assert_marks(
            lambda: kits.bom_ids.bom_line_ids.write({"bom_product_template_attribute_value_ids": value.ids}),
            *kits.product_variant_ids, reason=BILL)

    def test_archiving_the_product_archives_its_bill(self):
        """The kits above lose a kit and get a plain product without stock in its place."""
        outer = self.kit("OUTER", {self.set: 1})
        self.assertIn(self.listing(outer), self.listings_after(self.set.product_tmpl_id.action_archive))

    def test_reaches_the_kits_above(self):
        outer = self.kit("OUTER", {self.set: 1})
        self.assertEqual(
            self.listings_after(lambda: self.line.write({"product_qty": 5})), self.listings(self.set, outer))

    def test_nothing_else_marks(self):
        self.forget_marks()
        self.bill.code = "Renamed"
        self.env["product.product"].create({"name": "New", "is_storable": True})
        self.plain.product_tmpl_id.write({"name": "Renamed", "list_price": 3})
        self.assertFalse(self.marks())

    def test_form_that_is_not_saved_marks_nothing(self):
        self.forget_marks()
        draft = self.env["product.template"].new(origin=self.set.product_tmpl_id)
        draft._compute_marketplace_is_kit()
        self.assertTrue(draft.marketplace_is_kit)
        self.assertFalse(self.marks())

    def test_number_in_the_shop_follows(self):
        self.shop.add_item("KIT", quantities={self.shop.main: 0})
        self.set_stock(self.bolt, 12)
        self.drain()
        self.assertEqual(self.shop.level("KIT", self.shop.main), 6)
        self.line.product_qty = 3
        self.drain()
        self.assertEqual(self.shop.level("KIT", self.shop.main), 4)


class TestKitField(KitMarkingCase):
    """The stored field that notices: it must be right, and cheap where there are a million products."""

    def test_says_what_is_a_kit(self):
        template = self.bolt.product_tmpl_id
        self.assertFalse(template.marketplace_is_kit)
        bill = self.kit("BOLT", {self.nut: 1}, template=template).product_tmpl_id.bom_ids
        for values, expected in (({"active": False}, False), ({"active": True}, True), ({"type": "normal"}, False),
                                 ({"type": "phantom"}, True)):
            bill.write(values)
            self.assertEqual(template.marketplace_is_kit, expected, values)
        bill.unlink()
        self.assertFalse(template.marketplace_is_kit)

    def set_up_table(self):
        """As Odoo does when the addon is installed or updated."""
        self.registry.init_models(self.env.cr, ["product.template"], {"module": "marketplace_sync"})

    def test_installing_computes_it_for_kits_only(self):
        kit = self.kit("KIT", {self.bolt: 1}).product_tmpl_id
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE product_template DROP COLUMN marketplace_is_kit")
        with patch.object(type(self.env["product.template"]), "_compute_marketplace_is_kit") as compute:
            self.set_up_table()
        compute.assert_not_called()
        self.env.invalidate_all()
        self.assertTrue(kit.marketplace_is_kit)
        self.assertFalse(self.bolt.product_tmpl_id.marketplace_is_kit)

    def test_updating_leaves_it_alone(self):
        self.env.flush_all()
        with patch.object(sql, "create_column") as create_column:
            self.set_up_table()
        create_column.assert_not_called()

    def test_follows_bills_only_where_there_are_any(self):
        templates = self.env["product.template"]
        self.assertIn("bom_ids.bom_line_ids.product_qty", templates._bill_paths())
        field = templates._fields["marketplace_is_kit"]
        self.assertTrue(field.precompute, "else every new product would be looked at again")
        with patch.dict(type(templates)._fields__):
            del type(templates)._fields__["bom_ids"]
            self.assertEqual(templates._bill_paths(), [])


class TestMarkingComponents(KitMarkingCase):
    """What changes of a component without a move of its own."""

    def setUp(self):
        super().setUp()
        self.inner = self.kit("INNER", {self.bolt: 2})
        self.outer = self.kit("OUTER", {self.inner: 1})
        self.kits = self.listings(self.inner, self.outer)

    def test_stock(self):
        self.assertEqual(self.listings_after(lambda: self.set_stock(self.bolt, 5)), self.kits)

    def test_no_longer_tracked(self):
        self.assertEqual(self.listings_after(lambda: self.bolt.write({"is_storable": False})), self.kits)

    def test_another_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(self.listings_after(lambda: self.bolt.write({"uom_id": dozen.id})), self.kits)

    def test_becoming_a_service(self):
        self.assertEqual(self.listings_after(lambda: self.bolt.write({"type": "service"})), self.kits)

    def test_archived(self):
        self.assertEqual(self.listings_after(lambda: self.bolt.write({"active": False})), self.kits)


class TestSortingBills(KitMarkingCase):
    """Which kits a component's mark reaches."""

    def touched(self, product):
        return self.listings_after(lambda: self.env[DIRTY]._dirty(product.ids, "test"))

    def test_bill_of_another_company(self):
        """One look too many, in the company that has it as a plain product."""
        kit = self.kit("KIT", {self.bolt: 1})
        kit.bom_ids.company_id = self.make_company("Elsewhere")
        self.assertEqual(self.touched(self.bolt), self.listing(kit))

    def test_line_for_some_variants(self):
        kits = self.template("SHIRT")
        self.kit("SHIRT", {self.bolt: 1}, template=kits)
        small = kits.attribute_line_ids.product_template_value_ids[0]
        kits.bom_ids.bom_line_ids.bom_product_template_attribute_value_ids = small
        self.assertIn(self.listing(kits.product_variant_ids[0]), self.touched(self.bolt))

    def test_bill_for_a_variant_of_another_product(self):
        """Odoo goes by the variant; only its form keeps the two together."""
        kit, other = self.kit("KIT", {self.bolt: 1}), self.product("OTHER")
        kit.bom_ids.product_id = other
        self.assertEqual(self.touched(self.bolt), self.listing(other))
        self.assertEqual(list(self.env["marketplace.bill"]._of_products(self.company, (kit | other).ids)), other.ids)

    def test_chain_of_three_below_a_loop_ends(self):
        chain = [self.kit("A", {self.bolt: 1})]
        for sku in ("B", "C", "D"):
            chain.append(self.kit(sku, {chain[-1]: 1, self.nut: 1}))
        self.env.cr.execute(SQL(
            "UPDATE mrp_bom_line SET product_id = %s WHERE bom_id = %s AND product_id = %s",
            chain[3].id, chain[1].bom_ids.id, self.nut.id))
        self.env.invalidate_all()
        self.env.cr.execute("SET LOCAL statement_timeout = '15s'")
        self.assertEqual(self.touched(self.bolt), self.listings(*chain))
