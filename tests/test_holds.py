# SPDX-License-Identifier: LGPL-3.0-or-later
"""Policy "respect": what a shop sold stays sold until Odoo has heard of it."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields

from .draining import DrainCase


class HoldCase(DrainCase):

    def setUp(self):
        super().setUp()
        self.assertEqual(self.account.conflict_policy, "respect", "the default")
        self.thing = self.offer("A", 5)
        self.other_shop = self.open_shop()
        self.other_shop.add_item("A", quantities={self.other_shop.main: 0})
        self.other = self.make_account(self.other_shop, name="Other")
        self.other._list_ticked_products()
        self.settle()
        self.assertEqual(self.shown(), (5, 5))

    def settle(self):
        """Drain both accounts until nothing waits, as their scheduled actions do."""
        for _round in range(6):
            self.drain(self.account)
            self.drain(self.other)
            listings = self.account.listing_ids | self.other.listing_ids
            if not any(listing.is_waiting and listing.state != "conflict" for listing in listings):
                return
        self.fail("they never come to an end")

    def shown(self):
        return self.published(self.thing), self.other_shop.level("A", self.other_shop.main)

    def sell(self, pieces=1, shop=None):
        shop = shop or self.shop
        shop.order("A", pieces, shop.main)

    def hear(self, pieces=1):
        """The order reaches Odoo, which reserves the goods."""
        return self.move(self.thing, pieces, self.stock, self.customer, done=False)

    def held(self):
        return sum(self.env["marketplace.hold"].search([]).mapped("quantity"))


class TestRespect(HoldCase):

    def test_an_order_on_its_way_is_not_sold_again(self):
        """The peer's second defect: a receipt arrives between the sale and its order."""
        self.sell(2)
        self.set_stock(self.thing, 9)
        self.settle()
        self.assertEqual(self.held(), 2)
        self.assertEqual(self.shown(), (7, 7), "of nine, two are sold")
        self.hear(2)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (7, 7)))

    def test_the_usual_order_is_subtracted_once(self):
        self.sell()
        self.hear()
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (4, 4)))

    def test_one_of_two_sales_is_heard_of(self):
        self.sell(2)
        self.hear()
        self.settle()
        self.assertEqual((self.held(), self.shown()), (1, (3, 3)))
        self.hear()
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (3, 3)))

    def test_sales_in_two_shops_of_which_one_is_heard_of(self):
        """Both shops show one less than they were sent, and so does Odoo: yet two pieces are gone."""
        for first, second in ((self.account, self.other), (self.other, self.account)):
            with self.subTest(first=first.name):
                stock = self.shown()[0]
                self.sell()
                self.sell(shop=self.other_shop)
                self.hear()
                self.drain(first)
                self.drain(second)
                self.settle()
                self.assertEqual((self.held(), self.shown()), (1, (stock - 2, stock - 2)))
                self.hear()
                self.settle()
                self.assertEqual((self.held(), self.shown()), (0, (stock - 2, stock - 2)))

    def test_the_last_piece(self):
        self.sell(5)
        self.move(self.thing, 1, self.supplier, self.stock)
        self.settle()
        self.assertEqual(self.shown(), (1, 1), "the new one only")
        self.hear(5)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (1, 1)))

    def test_a_cancelled_order_comes_back(self):
        self.sell(3)
        self.set_stock(self.thing, 6)
        self.settle()
        self.assertEqual(self.held(), 3)
        self.correct("A", self.published(self.thing) + 2)
        self.set_stock(self.thing, 7)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (1, (6, 6)))

    def test_a_sale_that_never_reaches_odoo(self):
        self.account.hold_minutes = 30
        self.sell()
        self.set_stock(self.thing, 6)
        self.settle()
        self.assertEqual(self.shown(), (5, 5))
        self.assertIn(
            self.env["marketplace.hold"].search([]).expires_at,
            self.env["ir.cron.trigger"].search([("cron_id", "=", self.account.cron_id.id)]).mapped("call_at"))
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self.cron()
            self.settle()
            self.assertFalse(self.env["marketplace.hold"].search([]))
        self.assertEqual(self.shown(), (6, 6))

    def test_more_in_the_shop_is_overwritten(self):
        self.correct("A", 9)
        self.set_stock(self.thing, 6)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (6, 6)))

    def test_stock_that_nobody_shares(self):
        """A sale of one warehouse's goods says nothing about another's."""
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC", "company_id": self.company.id})
        self.other.location_ids.location_ids = second.lot_stock_id
        self.set_stock(self.thing, 8, second.lot_stock_id)
        self.settle()
        self.sell()
        self.set_stock(self.thing, 6)
        self.settle()
        self.assertEqual(self.shown(), (5, 8))
        self.other.location_ids.location_ids = [Command.link(self.stock.id)]
        self.settle()
        self.assertEqual(self.shown(), (5, 13), "it shows both now: 6 and 8, less one")

    def test_boxes(self):
        self.env["marketplace.rule"].create({
            "config_id": self.account.id, "product_tmpl_id": self.thing.product_tmpl_id.id, "kind": "unit_factor",
            "value": 2})
        self.set_stock(self.thing, 9)
        self.settle()
        self.assertEqual(self.shown(), (4, 9))
        self.sell()
        self.set_stock(self.thing, 11)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (2, (4, 9)), "one box, two pieces")

    def test_a_capped_number_is_filled_up_again(self):
        """The shop counts down by itself, while the number it should show stays the same."""
        for policy in ("respect", "overwrite"):
            with self.subTest(policy=policy):
                self.account.conflict_policy = policy
                rule = self.env["marketplace.rule"].create(
                    {"config_id": self.account.id, "kind": "maximum", "value": 3})
                self.set_stock(self.thing, 20)
                self.settle()
                self.set_stock(self.thing, 30)
                self.settle()
                self.assertEqual(self.shown(), (3, 30))
                self.sell(2)
                self.hear(2)
                self.settle()
                self.assertEqual((self.held(), self.shown()), (0, (3, 28)))
                rule.unlink()

    def test_overwrite_keeps_nothing_back(self):
        self.account.conflict_policy = "overwrite"
        self.sell(2)
        self.set_stock(self.thing, 9)
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (9, 9)))


class AskingCase(HoldCase):
    """The shop has sold two, and Odoo has received some: the listing asks."""

    def setUp(self):
        super().setUp()
        self.account.conflict_policy = "ask"
        self.sell(2)
        self.set_stock(self.thing, 9)
        self.settle()

    def asking(self):
        return self.listing(self.thing)


class TestAsk(AskingCase):

    def test_it_waits_and_others_go_on(self):
        self.assertEqual(self.shown(), (3, 9))
        self.assertRecordValues(self.asking(), [{"state": "conflict", "conflict_quantity": 3, "quantity": 5}])
        self.assertEqual(self.account.conflict_count, 1)
        self.assertTrue(self.asking().is_waiting, "its marks are kept (I6)")
        self.set_stock(self.thing, 12)
        self.settle()
        self.assertEqual(self.shown(), (3, 12))

    def test_answer_odoo_is_right(self):
        self.asking().action_publish_ours()
        self.settle()
        self.assertEqual(self.shown(), (9, 9))
        self.assertRecordValues(self.asking(), [{"state": "linked", "conflict_since": False, "is_waiting": False}])

    def test_answer_it_was_sold(self):
        self.asking().action_count_as_sold()
        self.settle()
        self.assertEqual((self.held(), self.shown()), (2, (7, 7)))
        self.assertEqual(self.asking().state, "linked")

    def test_push_again_is_an_answer(self):
        self.asking().action_push()
        self.settle()
        self.assertEqual(self.shown(), (9, 9))

    def test_what_agrees_is_not_asked_about(self):
        self.asking().action_publish_ours()
        self.settle()
        self.sell()
        self.hear()
        self.settle()
        self.assertEqual((self.asking().state, self.shown()), ("linked", (8, 8)))

    def test_what_agrees_with_other_shops_sales_is_asked_about(self):
        """Both shops have sold one: that this one shows what is left of the other's says nothing of its own."""
        self.asking().action_publish_ours()
        self.settle()
        self.sell(shop=self.other_shop)
        self.sell()
        listing = self.listing(self.thing, self.other)
        self.env["marketplace.conflict"]._meet(self.other, [(listing.id, self.other.location_ids.id, 9, 8, "")])
        self.settle()
        self.assertEqual((self.held(), self.shown()), (1, (8, 8)), "it would be right by chance")
        self.assertEqual(self.asking().state, "conflict")
