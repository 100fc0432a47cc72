# SPDX-License-Identifier: LGPL-3.0-or-later
"""Invariant I1, first half: whatever changes what can be sold leaves a mark in the same transaction.

Every flow is run twice, each time rolled back. The first time only the override under test is heard, so that no
other one can cover for it; the second time it is not heard, and the mark has to be missing.
"""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.tests import Form

from .common import DIRTY, MarketplaceCase

STOCK_MOVE, STOCK_QUANT = "move", "quant"


class MarkingCase(MarketplaceCase):
    """Says whether a flow leaves marks, and thanks to which override."""

    @contextmanager
    def hearing(self, wanted):
        """Let only marks through whose reason is `wanted(reason)`; the others' overrides are as good as gone."""
        model = type(self.env[DIRTY])
        mark, mark_listings = model._dirty, model._dirty_listings

        def dirty(records, product_ids, reason):
            if wanted(reason):
                mark(records, product_ids, reason)

        def dirty_listings(records, condition, reason):
            if wanted(reason):
                mark_listings(records, condition, reason)

        with patch.object(model, "_dirty", dirty), patch.object(model, "_dirty_listings", dirty_listings):
            yield

    def marked_by(self, flow, wanted):
        """The ids of the products that `flow` leaves marked; everything else it did is rolled back."""
        self.forget_marks()
        savepoint = self.env.cr.savepoint()
        try:
            with self.hearing(wanted):
                flow()
                return set(self.marks().product_id.ids)
        finally:
            savepoint.close(rollback=True)

    def assert_marks(self, flow, *products, reason=STOCK_QUANT, deaf_to=(STOCK_QUANT, STOCK_MOVE)):
        """`flow` marks these products by the override that gives `reason`, and by nothing when that one is off."""
        expected = {product.id for product in products}
        self.assertLessEqual(expected, self.marked_by(flow, lambda given: given == reason))
        self.assertFalse(
            expected & self.marked_by(flow, lambda given: given not in {reason, *deaf_to}),
            "the mark came from elsewhere: this test could not fail")


class TestMarkingStock(MarkingCase):
    """Odoo's own stock flows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outside = cls.env["stock.location"].create({
            "name": "Not sold from", "location_id": cls.warehouse.view_location_id.id, "company_id": cls.company.id})
        cls.shelf = cls.env["stock.location"].create({
            "name": "Shelf", "location_id": cls.stock.id, "company_id": cls.company.id})

    def setUp(self):
        super().setUp()
        self.item = self.product("MARK-1", stock=10)

    def picking(self, kind, quantity, *products, source=None, destination=None):
        """A confirmed picking of the warehouse's operation type `kind`: in, out or int."""
        picking_type = self.warehouse[f"{kind}_type_id"]
        source = source or (self.supplier if kind == "in" else self.stock)
        destination = destination or (self.customer if kind == "out" else self.stock)
        picking = self.env["stock.picking"].create({
            "picking_type_id": picking_type.id, "location_id": source.id, "location_dest_id": destination.id,
            "move_ids": [Command.create({
                "product_id": product.id, "product_uom_qty": quantity, "product_uom": product.uom_id.id,
                "location_id": source.id, "location_dest_id": destination.id,
            }) for product in products or [self.item]]})
        picking.action_confirm()
        picking.action_assign()
        return picking

    def quant(self):
        """What is in stock of the item."""
        return self.env["stock.quant"].search([
            ("product_id", "=", self.item.id), ("location_id", "=", self.stock.id)])

    def validate(self, picking, quantity=None):
        """Validate a picking; with a smaller quantity the rest becomes a backorder, which is returned."""
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        return picking.backorder_ids

    def test_receipt(self):
        self.assert_marks(lambda: self.validate(self.picking("in", 3)), self.item)

    def test_delivery(self):
        self.assert_marks(lambda: self.validate(self.picking("out", 3)), self.item)

    def test_delivery_of_many_products(self):
        others = [self.product(f"MARK-MANY-{number}", stock=5) for number in range(5)]
        self.assert_marks(lambda: self.validate(self.picking("out", 2, *others)), *others)

    def test_delivery_validated_without_reservation(self):
        picking = self.picking("out", 3)
        picking.do_unreserve()
        self.assert_marks(lambda: self.validate(picking), self.item)

    def test_transfer_out_of_a_mapped_location(self):
        self.assert_marks(lambda: self.validate(self.picking("int", 3, destination=self.outside)), self.item)

    def test_transfer_into_a_mapped_location(self):
        self.set_stock(self.item, 5, self.outside)
        self.assert_marks(lambda: self.validate(self.picking("int", 3, source=self.outside)), self.item)

    def test_transfer_between_shelves(self):
        self.assert_marks(lambda: self.validate(self.picking("int", 3, destination=self.shelf)), self.item)

    def test_scrap(self):
        def flow():
            self.env["stock.scrap"].create({
                "product_id": self.item.id, "scrap_qty": 2, "product_uom_id": self.item.uom_id.id,
                "location_id": self.stock.id, "company_id": self.company.id}).action_validate()

        self.assert_marks(flow, self.item)

    def test_inventory_adjustment(self):
        def flow():
            quant = self.env["stock.quant"].with_context(inventory_mode=True).create({
                "product_id": self.item.id, "location_id": self.stock.id, "inventory_quantity": 4})
            quant.action_apply_inventory()

        self.assert_marks(flow, self.item)

    def test_quantity_typed_into_the_stock_list(self):
        quant = self.quant()

        def flow():
            quant.with_context(inventory_mode=True).inventory_quantity_auto_apply = 7

        self.assert_marks(flow, self.item)

    def test_counting_alone_marks_nothing(self):
        quant = self.quant()
        self.forget_marks()
        quant.with_context(inventory_mode=True).inventory_quantity = 4
        self.assertFalse(self.marks(self.item), "what was counted is not what is there until it is applied")

    def test_reserving(self):
        self.assert_marks(lambda: self.picking("out", 3), self.item)

    def test_unreserving(self):
        picking = self.picking("out", 3)
        self.assert_marks(picking.do_unreserve, self.item)

    def test_cancelling(self):
        picking = self.picking("out", 3)
        self.assert_marks(picking.action_cancel, self.item)

    def test_changing_a_reserved_quantity(self):
        picking = self.picking("out", 3)

        def flow():
            picking.move_ids.move_line_ids.quantity = 1

        self.assert_marks(flow, self.item)

    def test_deleting_a_reservation(self):
        picking = self.picking("out", 3)
        self.assert_marks(lambda: picking.move_ids.move_line_ids.unlink(), self.item)

    def test_backorder(self):
        backorders = []
        self.assert_marks(lambda: backorders.append(self.validate(self.picking("out", 5), quantity=2)), self.item)
        self.assertTrue(all(backorders), "the flow made backorders")

    def test_cancelling_a_backorder(self):
        backorder = self.validate(self.picking("out", 5), quantity=2)
        backorder.action_assign()
        self.assert_marks(backorder.action_cancel, self.item)

    def test_return(self):
        delivery = self.picking("out", 3)
        self.validate(delivery)

        def flow():
            wizard = Form(self.env["stock.return.picking"].with_context(
                active_id=delivery.id, active_ids=delivery.ids, active_model="stock.picking")).save()
            wizard.product_return_moves.quantity = 1
            action = wizard.action_create_returns()
            self.validate(self.env["stock.picking"].browse(action["res_id"]))

        self.assert_marks(flow, self.item)

    def test_correcting_a_done_move(self):
        delivery = self.picking("out", 3)
        self.validate(delivery)

        def flow():
            delivery.move_ids.move_line_ids.quantity = 1

        self.assert_marks(flow, self.item)

    def test_lot(self):
        item = self.product("MARK-LOT", tracking="lot")

        def flow():
            picking = self.picking("in", 3, item)
            picking.move_ids.move_line_ids.lot_name = "L1"
            self.validate(picking)

        self.assert_marks(flow, item)

    def test_moving_a_lot(self):
        item = self.product("MARK-LOT", tracking="lot")
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": item.id, "company_id": self.company.id})
        self.set_stock(item, 4, lot_id=lot)

        def flow():
            lot.location_id = self.outside

        self.assert_marks(flow, item)

    def test_package(self):
        def flow():
            picking = self.picking("int", 3, destination=self.shelf)
            picking.action_put_in_pack()
            self.validate(picking)
            self.env["stock.quant"].search([("location_id", "=", self.shelf.id)]).package_id.unpack()

        self.assert_marks(flow, self.item)

    def test_owner(self):
        owner = self.env["res.partner"].create({"name": "Consignor"})

        def flow():
            picking = self.picking("in", 3)
            picking.owner_id = owner
            self.validate(picking)

        self.assert_marks(flow, self.item)

    def test_direct_quant_edits(self):
        quants = self.env["stock.quant"].sudo()
        values = {"product_id": self.item.id, "location_id": self.shelf.id, "quantity": 2}
        quant = quants.create(values)
        self.assert_marks(lambda: quants.create(values), self.item)
        self.assert_marks(lambda: quant.write({"quantity": 1}), self.item)
        self.assert_marks(lambda: quant.write({"reserved_quantity": 1}), self.item)
        self.assert_marks(lambda: quant.write({"location_id": self.outside.id}), self.item)
        self.assert_marks(quant.unlink, self.item)

    def test_quant_changing_its_product_marks_both(self):
        other = self.product("MARK-2")
        quant = self.quant()
        self.assert_marks(lambda: quant.sudo().write({"product_id": other.id}), self.item, other)

    def test_user_of_another_company(self):
        """Peer defect 6: the account's company is not the one the user works in."""
        elsewhere = self.make_company("Elsewhere")
        user = self.make_user("worker-elsewhere", "stock.group_stock_user", elsewhere)
        user.company_ids |= self.company
        picking = self.picking("out", 3).with_user(user).with_context(
            allowed_company_ids=(elsewhere | self.company).ids)
        self.assert_marks(lambda: self.validate(picking), self.item)
