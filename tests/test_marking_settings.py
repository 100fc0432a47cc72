# SPDX-License-Identifier: LGPL-3.0-or-later
"""Invariant I1: what changes the number without goods moving: plans, products, locations, settings."""

from odoo import Command

from .common import DIRTY, MarketplaceCase
from .test_marking import STOCK_MOVE, MarkingCase


class TestMarkingForecast(MarkingCase):
    """What is planned is no quant, but part of the forecast quantity."""

    def setUp(self):
        super().setUp()
        self.item = self.product("PLAN-1", stock=10)

    def assert_marks_forecast(self, flow, *products):
        before = self.forecast()
        self.forget_marks()
        savepoint = self.env.cr.savepoint()
        flow()
        changed = self.forecast() != before
        savepoint.close(rollback=True)
        self.assertTrue(changed, "the flow changes the forecast")
        self.assert_marks(flow, *products or [self.item], reason=STOCK_MOVE)

    def forecast(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.item.with_context(location=self.stock.ids).virtual_available

    def planned(self, **values):
        """A receipt that is expected."""
        move = self.env["stock.move"].create({
            "product_id": self.item.id, "product_uom_qty": 4, "product_uom": self.item.uom_id.id,
            "location_id": self.supplier.id, "location_dest_id": self.stock.id, "company_id": self.company.id,
            **values})
        move._action_confirm()
        return move

    def test_expecting_a_receipt(self):
        self.assert_marks_forecast(self.planned)

    def test_creating_a_move_that_is_confirmed_already(self):
        self.assert_marks_forecast(lambda: self.env["stock.move"].create({
            "product_id": self.item.id, "product_uom_qty": 4, "product_uom": self.item.uom_id.id, "state": "confirmed",
            "location_id": self.supplier.id, "location_dest_id": self.stock.id, "company_id": self.company.id}))

    def test_changing_the_expected_quantity(self):
        move = self.planned()
        self.assert_marks_forecast(lambda: move.write({"product_uom_qty": 6}))

    def test_cancelling_an_expected_receipt(self):
        self.assert_marks_forecast(self.planned()._action_cancel)

    def test_deleting_an_expected_receipt(self):
        move = self.planned()
        self.assert_marks_forecast(move.unlink)

    def test_deleting_a_delivery_that_waits_for_stock(self):
        self.set_stock(self.item, 0)
        move = self.planned(location_id=self.stock.id, location_dest_id=self.customer.id)
        self.assertFalse(move.move_line_ids, "no line whose deletion would mark as well")
        self.assert_marks_forecast(move.unlink)

    def test_redirecting_an_expected_receipt(self):
        """The moves' destination is computed from their picking's, which passes `write` by."""
        picking = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.in_type_id.id, "location_id": self.supplier.id,
            "location_dest_id": self.stock.id, "move_ids": [Command.create({
                "product_id": self.item.id, "product_uom_qty": 4, "product_uom": self.item.uom_id.id,
                "location_id": self.supplier.id, "location_dest_id": self.stock.id})]})
        picking.action_confirm()
        elsewhere = self.warehouse.view_location_id
        outside = self.env["stock.location"].create({"name": "Not sold from", "location_id": elsewhere.id})
        self.assert_marks_forecast(lambda: picking.write({"location_dest_id": outside.id}))

    def test_another_product_in_an_expected_receipt_marks_both(self):
        other = self.product("PLAN-2")
        move = self.planned()
        self.assert_marks_forecast(lambda: move.write({"product_id": other.id}), self.item, other)

    def test_a_draft_changes_nothing(self):
        self.forget_marks()
        self.env["stock.move"].create({
            "product_id": self.item.id, "product_uom_qty": 4, "product_uom": self.item.uom_id.id,
            "location_id": self.supplier.id, "location_dest_id": self.stock.id, "company_id": self.company.id})
        self.assertFalse(self.marks(self.item))


class TestMarkingProducts(MarkingCase):
    """Changes of the product itself."""

    def setUp(self):
        super().setUp()
        self.item = self.product("EDIT-1", stock=10)

    def test_archiving_a_variant(self):
        self.assert_marks(lambda: self.item.write({"active": False}), self.item, reason="archived", deaf_to=("active",))

    def test_unarchiving_a_variant(self):
        self.item.active = False
        self.assert_marks(
            lambda: self.item.write({"active": True}), self.item, reason="unarchived", deaf_to=("active",))

    def test_archiving_a_template(self):
        variants = self.template("EDIT-TMPL").product_variant_ids
        self.assert_marks(
            variants.product_tmpl_id.action_archive, *variants, reason="active", deaf_to=("archived",))

    def test_changing_the_sku(self):
        self.assert_marks(lambda: self.item.write({"default_code": "EDIT-2"}), self.item, reason="SKU")

    def test_changing_the_sku_on_the_template(self):
        self.assert_marks(lambda: self.item.product_tmpl_id.write({"default_code": "EDIT-2"}), self.item, reason="SKU")

    def test_freeing_a_sku_marks_its_namesake(self):
        namesake = self.product("EDIT-1")
        self.listing(namesake).write({"state": "error", "sku": "EDIT-1"})
        self.assert_marks(lambda: self.item.write({"default_code": "EDIT-2"}), namesake, reason="SKU")

    def test_changing_the_unit(self):
        item = self.product("EDIT-3")
        self.assert_marks(
            lambda: item.write({"uom_id": self.env.ref("uom.product_uom_dozen").id}), item, reason="uom_id")

    def test_tracking_inventory(self):
        item = self.product("EDIT-3", is_storable=False)
        self.assert_marks(lambda: item.write({"is_storable": True}), item, reason="is_storable")

    def test_becoming_a_service(self):
        item = self.product("EDIT-3")
        marked = self.marked_by(lambda: item.write({"type": "service"}), lambda reason: "type" in reason)
        self.assertIn(item.id, marked)
        self.assertFalse(self.marked_by(lambda: item.write({"type": "service"}), lambda reason: "type" not in reason))

    def test_what_changes_no_number_marks_nothing(self):
        self.forget_marks()
        self.item.write({"name": "Renamed", "list_price": 12, "barcode": "2000000000015"})
        self.assertFalse(self.marks())


class TestMarkingSettings(MarkingCase):
    """Changes of where the number is taken from."""

    def setUp(self):
        super().setUp()
        self.item = self.product("SET-1", stock=10)
        self.shelf = self.env["stock.location"].create({
            "name": "Shelf", "location_id": self.warehouse.view_location_id.id, "company_id": self.company.id})
        self.bin = self.env["stock.location"].create({
            "name": "Bin", "location_id": self.shelf.id, "company_id": self.company.id})
        self.stored = self.product("SET-2")
        self.set_stock(self.stored, 3, self.bin)

    def test_moving_a_location_below_another(self):
        self.assert_marks(lambda: self.shelf.write({"location_id": self.stock.id}), self.stored, reason="location")
        self.assertNotIn(self.item.id, self.marked_by(
            lambda: self.shelf.write({"location_id": self.stock.id}), lambda reason: True), "it is stored elsewhere")

    def test_changing_what_a_location_is_for(self):
        """Odoo allows it where nothing is in stock; a debt is not nothing."""
        self.set_stock(self.stored, -1, self.bin)
        self.assert_marks(lambda: self.bin.write({"usage": "transit"}), self.stored, reason="location")

    def test_renaming_a_location_marks_nothing(self):
        self.forget_marks()
        self.shelf.write({"name": "Renamed", "barcode": "SHELF"})
        self.assertFalse(self.marks())

    def test_remapping(self):
        place = self.account.location_ids

        def flow():
            place.location_ids |= self.shelf

        self.assert_marks(flow, self.item, self.stored, reason="location mapping")

    def test_mapping_another_place_of_the_shop(self):
        second = self.shop.add_location("Second")
        self.assert_marks(lambda: self.env["marketplace.location"].create({
            "config_id": self.account.id, "external_id": second, "name": "Second",
            "location_ids": [Command.set(self.shelf.ids)]}), self.item, self.stored, reason="location mapping")

    def test_reopening_a_place_of_the_shop(self):
        place = self.account.location_ids
        place.active = False
        self.assert_marks(lambda: place.write({"active": True}), self.item, reason="location mapping")

    def test_changing_the_stock_field(self):
        self.assert_marks(
            lambda: self.account.write({"stock_field": "qty_available"}), self.item, self.stored, reason="stock field")

    def test_listing_a_product(self):
        fresh = self.product("SET-3", sold=False)
        self.assert_marks(lambda: fresh.write({"shopify_product": True}), fresh, reason="listed")

    def test_only_the_account_concerned_is_marked(self):
        other = self.make_account(self.open_shop(), name="Other")
        self.forget_marks()
        self.account.stock_field = "qty_available"
        self.marks()
        self.assertEqual(self.env[DIRTY].search([]).config_id, self.account)
        self.assertTrue(other.listing_ids)


class TestMarkingNothingSold(MarketplaceCase):
    """Who cares about a mark is decided when sorting: marking asks nobody (I2)."""

    def test_product_nobody_sells_is_marked_too(self):
        item = self.product("UNSOLD", sold=False)
        self.forget_marks()
        self.set_stock(item, 3)
        mark = self.marks(item)
        self.assertEqual(len(mark), 1)
        self.assertFalse(mark.listing_id)
        self.assertFalse(mark.config_id)
        self.assertEqual(mark.product_tmpl_id, item.product_tmpl_id)
        self.assertEqual(mark.reason, "quant")
        self.assertTrue(mark.marked_at)
