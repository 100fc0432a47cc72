# SPDX-License-Identifier: LGPL-3.0-or-later
"""Lots past their removal date, where `product_expiry` is installed: Odoo sells them no more, neither does a shop."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields

from .draining import DrainCase

FIELDS = ("free_qty", "qty_available", "virtual_available")


class TestExpiry(DrainCase):

    def setUp(self):
        super().setUp()
        if "removal_date" not in self.env["stock.quant"]._fields:
            self.skipTest("nothing expires without product_expiry")
        self.milk = self.offer("MILK", 0, tracking="lot", use_expiration_date=True)
        self.lot("gone", -3, 4)
        self.lot("fresh", 2, 7)
        self.lot("lasting", None, 10)

    def lot(self, name, days, pieces):
        date = days is not None and fields.Datetime.now() + timedelta(days=days)
        lot = self.env["stock.lot"].create({"name": name, "product_id": self.milk.id, "company_id": self.company.id})
        lot.write({"expiration_date": date, "removal_date": date})
        self.set_stock(self.milk, pieces, lot_id=lot)
        return lot

    def test_left_out(self):
        for field in FIELDS:
            with self.subTest(field=field):
                self.account.stock_field = field
                self.drain()
                self.assertEqual(self.published(self.milk), 17)

    def test_a_date_that_is_changed(self):
        """No stock moves, and Odoo copies the date to its quants behind their backs."""
        gone = self.lot("old", -9, 5)
        self.drain()
        for days, published in ((30, 22), (-9, 17)):
            with self.subTest(days=days):
                gone.removal_date = fields.Datetime.now() + timedelta(days=days)
                self.drain()
                self.assertEqual(self.published(self.milk), published)

    def test_counted_when_told_so(self):
        self.account.skip_expired = False
        for field in FIELDS:
            with self.subTest(field=field):
                self.account.stock_field = field
                self.drain()
                self.assertEqual(self.published(self.milk), 21)

    def test_equal_to_odoo(self):
        clerk = self.make_user("milk-clerk", "stock.group_stock_manager")
        self.move(self.milk, 3, self.stock, self.customer, done=False)
        for field in ("free_qty", "virtual_available"):
            with self.subTest(field=field):
                self.account.stock_field = field
                self.drain()
                self.env.invalidate_all()
                seen = self.milk.with_user(clerk).with_context(location=self.stock.ids)
                self.assertEqual(self.published(self.milk), seen[field])

    def test_plain_numbers_need_no_odoo(self):
        self.assertFalse(self.env["marketplace.stock"]._has_foreign_override())

    def test_a_day_passes_and_nothing_moves(self):
        self.account.expiry_seen = fields.Date.today()
        self.drain()
        self.cron()
        self.assertFalse(self.count_marks())
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            self.cron()
            self.assertEqual(self.published(self.milk), 10)
            self.assertEqual(self.account.expiry_seen, fields.Date.today(), "looked for once a day")
