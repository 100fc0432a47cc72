# SPDX-License-Identifier: LGPL-3.0-or-later
"""Why this number: the sum, as data and as a panel, is the one a push sends."""

from datetime import datetime

from odoo import Command
from odoo.tools import format_datetime

from .explaining import ExplainCase


class TestSum(ExplainCase):
    """The data equals what a push sends."""

    def test_plain(self):
        self.move(self.item, 3, self.stock, self.customer, done=False)
        explained = self.explain()
        [product] = explained["products"]
        self.assertEqual((explained["place"], explained["place_name"]), (self.place.id, "Main"))
        self.assertEqual((product["on_hand"], product["reserved"], product["stock"]), (12, 3, 9))
        self.assertIn("Free to use on hand 12 − reserved 3 9", self.panel())
        self.assert_pushed(self.item, 9)

    def test_stock_fields(self):
        self.move(self.item, 3, self.stock, self.customer, done=False)
        self.move(self.item, 5, self.supplier, self.stock, done=False)
        for stock_field, number, words in (
            ("qty_available", 12, "On hand on hand 12 12"),
            ("virtual_available", 14, "Forecast on hand 12 + incoming 5 − outgoing 3 14"),
            ("free_qty", 9, "Free to use on hand 12 − reserved 3 9"),
        ):
            with self.subTest(stock_field):
                self.account.stock_field = stock_field
                self.assertIn(words, self.panel())
                self.assert_pushed(self.item, number)

    def test_rules(self):
        self.move(self.item, 3, self.stock, self.customer, done=False)
        self.rule("percentage", 90)
        buffer = self.rule("buffer", 2, product_id=self.item.id)
        steps = {step["name"]: step for step in self.explain()["steps"]}
        self.assertEqual((steps["percentage"]["before"], steps["percentage"]["after"]), (9, 8.1))
        self.assertEqual(steps["buffer"]["rule"], buffer.display_name)
        self.assertFalse(steps["maximum"]["rule"])
        panel = self.panel()
        self.assertIn("90 % of it", panel)
        self.assertIn(f"Less a safety buffer of 2 {buffer.display_name} 6.1", panel)
        self.assertNotIn("No more than", panel)
        self.assert_pushed(self.item, 6)

    def test_rule_of_the_stock_field(self):
        self.move(self.item, 3, self.stock, self.customer, done=False)
        rule = self.rule("stock_field", 0, stock_field="qty_available", product_id=self.item.id)
        self.assertEqual(self.explain()["stock_rule"], rule.display_name)
        self.assertIn(f"On hand on hand 12 · {rule.display_name} 12", self.panel())
        self.assert_pushed(self.item, 12)

    def test_fixed(self):
        self.rule("fixed", 40)
        self.assertIn("Made to order: always 40", self.panel())
        self.assert_pushed(self.item, 40)

    def test_kit(self):
        bolt, plate = self.product("BOLT", stock=50, sold=False), self.product("PLATE", stock=7, sold=False)
        kit = self.offer("KIT-1", stock=0)
        self.kit("KIT-1", {bolt: 4, plate: 2}, template=kit.product_tmpl_id)
        [product] = self.explain(kit)["products"]
        self.assertTrue(product["is_kit"])
        self.assertEqual(
            {component["product_id"]: (component["stock"], component["per_kit"], component["limits"])
             for component in product["components"]},
            {bolt.id: (50, 4, False), plate.id: (7, 2, True)})
        self.assertIn(f"{plate.display_name} limits 2 Units in each kit 7", self.panel(kit))
        self.assert_pushed(kit, 3)

    def test_loop_of_kits(self):
        one, other = self.offer("LOOP-1", stock=0), self.product("LOOP-2", sold=False)
        bolt = self.product("BOLT", sold=False)
        for kit, component in ((one, bolt), (other, one)):
            self.kit(kit.default_code, {component: 1}, template=kit.product_tmpl_id)
        self.env.flush_all()
        # Odoo refuses loops it can see; an import of bills may still make one.
        self.env.cr.execute(
            "UPDATE mrp_bom_line SET product_id = %s WHERE product_id = %s AND bom_id IN (SELECT id FROM mrp_bom"
            " WHERE product_tmpl_id = %s)", [other.id, bolt.id, one.product_tmpl_id.id])
        self.env.invalidate_all()
        explained = self.explain(one)
        self.assertIsNone(explained["number"])
        self.assertIn("contain each other", explained["reason"])
        self.assertIn(explained["reason"], self.panel(one))
        self.assertNotIn("To publish", self.panel(one))
        self.assertIn(explained["reason"], self.preview(one))

    def test_template(self):
        template = self.template("TEE", sold=False)
        stocks = dict(zip(template.product_variant_ids, (5, 8), strict=True))
        for variant, stock in stocks.items():
            self.set_stock(variant, stock)
        listing = self.env["marketplace.listing"].create({
            "config_id": self.account.id, "product_tmpl_id": template.id})
        [place] = listing._explain()
        self.assertEqual(
            {product["product_id"]: product["stock"] for product in place["products"]},
            {variant.id: stock for variant, stock in stocks.items()})
        self.assertEqual(place["number"], 13)
        words = self.panel(template)
        for variant, stock in stocks.items():
            self.assertIn(f"{variant.display_name} on hand {stock} {stock}", words)
        self.assertIn("Together Free to use 13", words)

    def test_share(self):
        self.place.write({"share_kind": "percent", "share_percent": 50})
        other = self.make_account(self.open_shop(), name="Other")
        other.location_ids.write({"share_kind": "percent", "share_percent": 50})
        self.assertEqual(self.explain()["share"]["got"], 6)
        self.assertIn("Share of this shop 50 % of 12 6", self.panel())
        self.assert_pushed(self.item, 6)

    def test_hold(self):
        self.drain()
        self.env["marketplace.conflict"]._meet(
            self.account, [(self.listing(self.item).id, self.place.id, 12, 8, "")])
        self.assertEqual(self.explain()["products"][0]["held"], 4)
        self.assertEqual(self.panel().count("Kept back sold in a shop, not known to Odoo yet −4"), 1)
        self.shop.order("WHY-1", 4, self.shop.main)
        self.assert_pushed(self.item, 8)

    def test_archived(self):
        self.drain()
        self.item.active = False
        self.assertIn("the product is archived", self.panel())
        self.assert_pushed(self.item, 0)

    def test_no_location_is_mapped(self):
        self.place.location_ids = False
        explained = self.explain()
        self.assertEqual((explained["place"], explained["number"]), (None, None))
        self.assertIn("Choose on Account of Seller which Odoo locations feed it.", self.panel())

    def test_location_that_left_the_mapping(self):
        outlet = self.shop.add_location("Outlet")
        left = self.place.copy({"external_id": outlet, "name": "Outlet", "location_ids": [Command.set(self.stock.ids)]})
        self.shop.add_item("WHY-2", quantities={self.shop.main: 0, outlet: 0})
        item = self.product("WHY-2", stock=4)
        with self.silence():
            self.drain()
        self.assertEqual(self.shop.level("WHY-2", outlet), 4)
        left.location_ids = False
        fed, unfed = self.explain_all(item)
        self.assertEqual((fed["number"], unfed["place_name"], unfed["number"]), (4, "Outlet", 0))
        self.assertIn("no Odoo location feeds it any more", self.panel(item))
        with self.silence():
            self.drain()
        self.assertEqual(self.shop.level("WHY-2", outlet), 0)


class TestPublished(ExplainCase):
    """What the shop has, had before and waits for."""

    def when(self, value):
        return format_datetime(self.env(user=self.reader), value, dt_format=False)

    def test_now_and_before(self):
        self.assertIsNone(self.explain()["published"])
        self.assertIn("Nothing has been published here yet.", self.panel())
        self.drain()
        self.assertIsNone(self.explain()["before"])
        self.set_stock(self.item, 7)
        self.drain()
        explained = self.explain()
        level = self.listing(self.item).level_ids
        self.assertTrue(level.request_id)
        self.assertEqual(explained["published"], {
            "quantity": 7, "acked_at": level.acked_at, "request_id": level.request_id, "is_found": False,
            "shown": None})
        self.assertEqual(explained["before"]["quantity"], 12)
        panel = self.panel()
        self.assertIn(f"Published 7 at {self.when(level.acked_at)} (request {level.request_id})", panel)
        self.assertIn(f", before that 12 at {self.when(explained['before']['at'])}.", panel)
        self.assertIn("Up to date", panel)

    def test_times_are_the_users(self):
        self.drain()
        level = self.listing(self.item).level_ids
        self.env.cr.execute("UPDATE marketplace_level SET acked_at = '2026-01-02 03:04:05' WHERE id = %s", [level.id])
        self.reader.tz = "Asia/Tokyo"
        self.assertIn("12:04:05", self.panel())
        self.assertEqual(self.explain()["published"]["acked_at"], datetime(2026, 1, 2, 3, 4, 5))  # noqa: DTZ001

    def test_number_that_was_found(self):
        self.drain()
        self.env["marketplace.level"]._store([(self.listing(self.item).id, self.place.id, 8, "", None)])
        explained = self.explain()
        self.assertTrue(explained["published"]["is_found"])
        self.assertEqual(explained["before"]["quantity"], 12)
        self.assertIn("The shop was found to show 8; it took 12 at", self.panel())

    def test_waiting_since(self):
        self.drain()
        self.set_stock(self.item, 7)
        self.env.cr.flush()
        mark = self.marks(self.item)[0]
        for _sorted in (False, True):
            explained = self.explain()
            self.assertEqual(explained["waiting_since"], mark.marked_at)
            self.assertIn(f"Waiting since {self.when(mark.marked_at)}", self.panel())
            self.sort()
            mark = self.marks(self.item)[0]

    def test_a_kit_waits_for_its_components(self):
        bolt = self.product("BOLT", stock=4, sold=False)
        kit = self.offer("KIT-1", stock=0)
        self.kit("KIT-1", {bolt: 2}, template=kit.product_tmpl_id)
        self.drain()
        self.assertFalse(self.explain(kit)["waiting_since"])
        self.set_stock(bolt, 8)
        self.env.cr.flush()
        self.assertTrue(self.explain(kit)["waiting_since"])

    def test_error(self):
        self.shop.item("WHY-1").tracked = False
        with self.silence():
            self.drain()
        listing = self.listing(self.item)
        panel = self.panel()
        self.assertIn(listing.error, panel)
        self.assertIn(f"Tries again: {self.when(listing.next_attempt)}", panel)
