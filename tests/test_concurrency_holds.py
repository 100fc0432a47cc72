# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""Several accounts that keep back sales of the same stock, each with its own connection."""

from unittest.mock import patch

from odoo.addons.marketplace_sync.adapters import PLATFORMS
from odoo.addons.marketplace_sync.adapters.shopify.client import Client

from .concurrent import ConcurrentCase, interposed


class TestTwoAccounts(ConcurrentCase):

    def setUp(self):
        super().setUp()
        self.thing = self.offer("A", 5)
        self.other_shop = self.open_shop()
        self.other_shop.add_item(self.thing.default_code, quantities={self.other_shop.main: 0})
        self.other = self.make_account(
            self.other_shop, stock=self.stock, name=f"{self.prefix} other", push_mode="scheduled")
        self.other._list_ticked_products()
        self.commit()
        self.settle()

    def settle(self):
        for _round in range(6):
            self.push(self.account)
            self.push(self.other)
            if not self.waiting(self.thing):
                return
        self.fail("they never come to an end")

    def shown(self):
        return self.published(self.thing), self.other_shop.level(self.thing.default_code, self.other_shop.main)

    def held(self):
        with self.transaction() as env:
            return sum(env["marketplace.hold"].search([("product_id", "=", self.thing.id)]).mapped("quantity"))

    def test_both_notice_at_the_same_moment(self):
        """Each would begin to keep the product's sales back; none of the two is lost, and neither drain fails."""
        self.shop.order(self.thing.default_code, 1, self.shop.main)
        self.other_shop.order(self.thing.default_code, 1, self.other_shop.main)
        self.commit_stock(self.thing, 4)

        def the_other_is_faster(*_args):
            self.push(self.other)

        with interposed(self.registry["marketplace.hold"], "_observe", the_other_is_faster):
            self.push()
        self.settle()
        self.assertEqual((self.held(), self.shown()), (2, (7, 7)))

    def test_an_order_that_arrives_while_the_shop_answers(self):
        """What was sold, and heard of since the numbers were read, is not kept back."""
        self.shop.order(self.thing.default_code, 2, self.shop.main)
        self.commit_stock(self.thing, 1)
        call, calls = Client.call, []

        def slow(client, *args, **options):
            calls.append(args)
            if len(calls) == 1:
                self.commit_stock(self.thing, -2)
            return call(client, *args, **options)

        with patch.object(Client, "call", slow):
            self.push()
        self.settle()
        self.assertEqual((self.held(), self.shown()), (0, (4, 4)))

    def test_no_transaction_is_open_while_the_shop_is_looked_at(self):
        seen = []
        drain = self.registry["marketplace.drain"]
        look, send = drain._look, drain._send

        def states(model):
            seen.append(model.env.cr.connection.get_transaction_status())

        def looked(model, *args):
            states(model)
            return look(model, *args)

        def sent(model, *args):
            states(model)
            return send(model, *args)

        self.commit_stock(self.thing, 1)
        with patch.object(drain, "_look", looked), patch.object(drain, "_send", sent), \
                patch.object(PLATFORMS["shopify"], "compares", False):
            self.push()
        self.assertEqual(set(seen), {0}, "idle: TRANSACTION_STATUS_IDLE")
        self.assertEqual(len(seen), 2)
