# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which Odoo locations feed which place of which shop, and with what share."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from .draining import DrainCase


class PlaceCase(DrainCase):

    def setUp(self):
        super().setUp()
        self.place = self.account.location_ids
        self.second = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": self.company.id})
        self.thing = self.offer("A", 10)
        self.set_stock(self.thing, 4, self.second.lot_stock_id)
        self.drain()
        self.assertEqual(self.published(self.thing), 10)

    def another(self, name, **values):
        """Another account that sells the same from the same stock."""
        shop = self.open_shop()
        shop.add_item("A", quantities={shop.main: 0})
        account = self.make_account(shop, name=name)
        account.location_ids.write(values)
        account._list_ticked_products()
        return account, shop


class TestMapping(PlaceCase):

    def test_two_locations_and_a_whole_warehouse(self):
        self.place.location_ids |= self.second.lot_stock_id
        self.drain()
        self.assertEqual(self.published(self.thing), 14)
        self.place.write({"location_ids": [Command.clear()], "warehouse_ids": [Command.set(self.second.ids)]})
        self.drain()
        self.assertEqual(self.published(self.thing), 4)
        gate = self.env["stock.location"].create({"name": "Gate", "location_id": self.second.view_location_id.id})
        self.set_stock(self.thing, 3, gate)
        self.drain()
        self.assertEqual(self.published(self.thing), 7, "all of the warehouse counts")

    def test_a_location_that_leaves_the_mapping_shows_none(self):
        other = self.shop.add_location("Other")
        self.shop.add_item("B", quantities={self.shop.main: 0, other: 0})
        place = self.env["marketplace.location"].create({
            "config_id": self.account.id, "name": "Other", "external_id": other,
            "location_ids": [Command.set(self.second.lot_stock_id.ids)]})
        thing = self.product("B", 5)
        self.set_stock(thing, 6, self.second.lot_stock_id)
        self.drain()
        self.assertEqual((self.published(thing), self.published(thing, other)), (5, 6))
        place.location_ids = False
        self.drain()
        self.assertEqual((self.published(thing), self.published(thing, other)), (5, 0))
        self.correct("B", 3, other)
        self.set_stock(thing, 7)
        self.drain()
        self.assertEqual((self.published(thing), self.published(thing, other)), (7, 3), "left alone from then on")

    def test_an_archived_or_deleted_location_shows_none(self):
        """However much is made to order: nobody ships it from there."""
        self.env["marketplace.rule"].create({"config_id": self.account.id, "kind": "fixed", "value": 7})
        for vanish in ("action_archive", "unlink"):
            with self.subTest(vanish=vanish):
                shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
                self.place.location_ids = shelf
                self.drain()
                self.assertEqual(self.published(self.thing), 7)
                getattr(shelf, vanish)()
                self.drain()
                self.assertEqual(self.published(self.thing), 0)

    def test_a_company_its_locations_are_not_of(self):
        elsewhere = self.make_company("Elsewhere")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.account.company_id = elsewhere
        self.place.location_ids = False
        self.account.company_id = elsewhere

    def test_all_locations_leave(self):
        self.place.location_ids = False
        self.drain()
        self.assertEqual(self.published(self.thing), 0)
        self.set_stock(self.thing, 3)
        with self.silence():
            self.drain()
        self.assertEqual(self.published(self.thing), 0)
        self.assertIn("No Odoo location", self.account.last_error)


class TestShares(PlaceCase):

    def settle(self, *accounts):
        for _round in range(3):
            for account in accounts:
                self.drain(account)

    def test_percentages_of_one_location(self):
        other, shop = self.another("Other", share_kind="percent", share_percent=40)
        self.place.write({"share_kind": "percent", "share_percent": 60})
        for stock, expected in ((5, (3, 2)), (1, (1, 0)), (3, (2, 1)), (0, (0, 0))):
            with self.subTest(stock=stock):
                self.set_stock(self.thing, stock)
                self.settle(self.account, other)
                self.assertEqual((self.published(self.thing), shop.level("A", shop.main)), expected)

    def test_allotments_come_first(self):
        other, shop = self.another("Other", share_kind="fixed", share_pieces=3)
        self.place.write({"share_kind": "percent", "share_percent": 100})
        for stock, expected in ((11, (8, 3)), (2, (0, 2))):
            with self.subTest(stock=stock):
                self.set_stock(self.thing, stock)
                self.settle(self.account, other)
                self.assertEqual((self.published(self.thing), shop.level("A", shop.main)), expected)

    def test_shares_of_stock_that_overlaps_in_part(self):
        """The second warehouse is this account's alone, and still it gets no more than its share of it."""
        other, shop = self.another("Other", share_kind="percent", share_percent=50)
        self.place.write({
            "share_kind": "percent", "share_percent": 50, "location_ids": [Command.link(self.second.lot_stock_id.id)]})
        self.settle(self.account, other)
        self.assertEqual((self.published(self.thing), shop.level("A", shop.main)), (7, 5))

    def test_more_than_the_whole_is_refused(self):
        _other, _shop = self.another("Other", share_kind="percent", share_percent=60)
        with self.assertRaisesRegex(ValidationError, "more than 100 %.*60 %"):
            self.place.write({"share_kind": "percent", "share_percent": 41})
        self.place.write({"share_kind": "percent", "share_percent": 40})
        elsewhere = self.second.lot_stock_id
        self.place.write({"location_ids": [Command.set(elsewhere.ids)], "share_percent": 90})
        with self.assertRaises(ValidationError):
            self.place.location_ids |= self.stock

    def test_a_share_given_away_is_shown_less_here(self):
        other, shop = self.another("Other")
        self.place.write({"share_kind": "percent", "share_percent": 50})
        self.settle(self.account, other)
        self.assertEqual((self.published(self.thing), shop.level("A", shop.main)), (5, 10), "one shows everything")
        other.location_ids.write({"share_kind": "fixed", "share_pieces": 4})
        self.settle(self.account, other)
        self.assertEqual((self.published(self.thing), shop.level("A", shop.main)), (3, 4))
        other.active = False
        self.settle(self.account)
        self.assertEqual(self.published(self.thing), 5, "half of all ten again")

    def test_who_moves_to_another_company_takes_no_share(self):
        room = self.env["stock.location"].create({"name": "Everybody's", "company_id": False})
        self.set_stock(self.thing, 10, room)
        other, shop = self.another("Other", share_kind="fixed", share_pieces=4, location_ids=[Command.set(room.ids)])
        self.place.write({"share_kind": "percent", "share_percent": 50, "location_ids": [Command.set(room.ids)]})
        self.settle(self.account, other)
        self.assertEqual((self.published(self.thing), shop.level("A", shop.main)), (3, 4))
        other.company_id = self.make_company("Elsewhere")
        self.settle(self.account)
        self.assertEqual(self.published(self.thing), 5)

    def test_shares_of_many_bins_are_checked_at_once(self):
        """Not bin by bin and shop by shop: a warehouse has thousands."""
        self.another("Other", share_kind="percent", share_percent=50)
        self.env["stock.location"].create([{"name": f"Bin {n}", "location_id": self.stock.id} for n in range(40)])
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.place.write({"share_kind": "percent", "share_percent": 50})
        self.assertLess(self.env.cr.sql_log_count - before, 40)

    def test_a_kit_shares_its_components(self):
        if "mrp.bom" not in self.env:
            self.skipTest("there are no kits without mrp")
        _other, _shop = self.another("Other", share_kind="percent", share_percent=50)
        self.shop.add_item("KIT", quantities={self.shop.main: 0})
        kit = self.kit("KIT", {self.thing: 2})
        self.place.write({"share_kind": "percent", "share_percent": 50})
        self.drain()
        self.assertEqual(self.published(kit), 2, "five pieces are this shop's, which makes two kits")

    def test_the_form(self):
        with Form(self.account) as form, form.location_ids.edit(0) as line:
            line.share_kind = "percent"
            line.share_percent = 30
        self.assertEqual(self.place.share_percent, 30)


class TestWhoseStock(PlaceCase):

    def test_consigned_stock_can_be_left_out(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self.set_stock(self.thing, 6, owner_id=owner)
        self.drain()
        self.assertEqual(self.published(self.thing), 16)
        self.account.skip_consigned = True
        self.drain()
        self.assertEqual(self.published(self.thing), 10)
        self.account.stock_field = "virtual_available"
        self.drain()
        self.assertEqual(self.published(self.thing), 10)

    def test_only_the_companys_own(self):
        """A location of no company may have some below it that belong to one."""
        elsewhere = self.make_company("Elsewhere")
        hall, ours, theirs = self.env["stock.location"].sudo().create([
            {"name": "Hall", "company_id": False}, {"name": "Ours", "company_id": self.company.id},
            {"name": "Theirs", "company_id": elsewhere.id}])
        (ours | theirs).location_id = hall
        self.set_stock(self.thing, 100, theirs)
        self.set_stock(self.thing, 2, ours)
        self.place.location_ids |= hall
        self.drain()
        self.assertEqual(self.published(self.thing), 12)

    def test_forecast_within_days(self):
        move = self.env["stock.move"].create({
            "product_id": self.thing.id, "product_uom_qty": 5, "location_id": self.supplier.id,
            "location_dest_id": self.stock.id, "company_id": self.company.id, "date": "2099-01-01 00:00:00"})
        move._action_confirm()
        self.account.stock_field = "virtual_available"
        self.drain()
        self.assertEqual(self.published(self.thing), 15)
        self.account.forecast_days = 7
        self.drain()
        self.assertEqual(self.published(self.thing), 10)
