# SPDX-License-Identifier: LGPL-3.0-or-later
"""A property, tried on random days: whatever is sold where and in whatever order it becomes known, no shop sells what a
sale that could be known of has taken, and in the end every shop shows Odoo's number.

What the README names as limits is left out: falls of Odoo's stock that no shop's order caused, and a fall and a rise
that nobody looks in between.
"""

import random
from dataclasses import dataclass, field
from functools import partialmethod
from math import floor
from typing import Any

from odoo import Command

from .draining import DrainCase

STEPS, SEEDS = 14, range(1)


@dataclass(eq=False)
class Sale:
    """Pieces that were sold, and the accounts that had the chance to know of it."""

    listing: Any
    pieces: int
    is_noticed: bool = False
    known_to: set = field(default_factory=set)


class RandomDays(DrainCase):
    """A day for each of the `open_...` below and each seed."""

    # === SHOPS === #

    def open_plain(self):
        self.open_accounts(2)

    def open_overlapping(self):
        self.open_accounts(3)
        self.accounts[1].location_ids.write({
            "location_ids": [Command.clear()], "warehouse_ids": [Command.set(self.warehouse.ids)]})
        self.accounts[2].stock_field = "virtual_available"

    def open_with_rules(self):
        self.open_accounts(3)
        values = (("unit_factor", 2), ("percentage", 80), ("buffer", 1))
        self.env["marketplace.rule"].create([
            {"config_id": account.id, "kind": kind, "value": value}
            for account, (kind, value) in zip(self.accounts, values, strict=True)])

    def open_with_kits(self):
        if "mrp.bom" not in self.env:
            self.skipTest("there are no kits without mrp")
        self.open_accounts(2)
        self.sell_kit(self.kit("KIT", {self.thing: 2}))

    def open_with_shares(self):
        self.open_accounts(3)
        for account, values in zip(self.accounts, (
                {"share_kind": "percent", "share_percent": 60}, {"share_kind": "percent", "share_percent": 40},
                {"share_kind": "fixed", "share_pieces": self.dice.randint(0, 3)}), strict=True):
            account.location_ids.write(values)

    def open_accounts(self, number):
        self.thing = self.product("A", 6)
        self.kits = self.env["product.product"]
        self.shops = {}
        for position in range(number):
            shop = self.open_shop()
            shop.add_item(self.thing.default_code, quantities={shop.main: 0})
            self.shops[self.make_account(shop, name=f"Shop {position}")] = shop
        self.accounts = list(self.shops)
        for account in self.accounts:
            account._list_ticked_products()

    def sell_kit(self, kit):
        self.kits |= kit
        for account, shop in self.shops.items():
            shop.add_item(kit.default_code, quantities={shop.main: 0})
            account._list_ticked_products()

    # === A DAY === #

    def live_through(self, opening, seed):
        self.dice = random.Random(seed)
        self.account.active = False
        getattr(self, opening)()
        self.underway, self.sales = [], []
        self.settle()
        for _step in range(STEPS):
            self.dice.choice((self.buy, self.buy, self.buy, self.arrive, self.receive, self.settle))()
        while self.underway:
            self.arrive()
        self.settle()
        self.assertEqual(sum(self.env["marketplace.hold"].search([]).mapped("quantity")), 0)
        for listing in self.listings():
            account = listing.config_id
            [number] = self.env["marketplace.quantity"]._of_listings(
                account, {listing.id: listing.product_id.ids}).values()
            self.assertEqual(self.shown(listing), number, listing.display_name)
            if not self.shares():
                self.assertEqual(self.number_without_sales(listing), number)
        self.assertFalse(self.listings().filtered("is_waiting"))

    def buy(self):
        """Somebody buys what a shop shows, all of it or less."""
        listing = self.dice.choice(self.listings())
        shown = self.shown(listing)
        if not shown:
            return
        units = self.dice.randint(1, min(shown, 3))
        factor, each = self.factor(listing), 2 if listing.product_id in self.kits else 1
        sale = Sale(listing, units * factor * each)
        # Others' sales that nobody could know of may have taken these pieces.
        surprise = sum(other.pieces for other in self.sales
                       if other.listing != listing and listing.config_id not in other.known_to)
        self.assertLessEqual(sale.pieces, self.left() + surprise, "sold although it was known to be gone")
        if sale.pieces > self.left():
            return  # nobody could keep two shops from selling the last one; Odoo has nothing to reserve for it
        shop = self.shops[listing.config_id]
        shop.order(listing.product_id.default_code, units, shop.main)
        self.underway.append(sale)
        self.sales.append(sale)

    def arrive(self):
        """Orders reach Odoo, in any order."""
        for _order in range(self.dice.randint(1, 2)):
            if self.underway:
                sale = self.underway.pop(self.dice.randrange(len(self.underway)))
                self.move(self.thing, sale.pieces, self.stock, self.customer, done=self.done())
        self.look_around()

    def receive(self):
        self.move(self.thing, self.dice.randint(1, 4), self.supplier, self.stock)
        self.look_around()

    def done(self):
        return self.dice.random() < 0.5

    def look_around(self):
        """Every account looks, in any order, and people go on buying meanwhile."""
        for account in self.dice.sample(self.accounts, len(self.accounts)):
            if self.dice.random() < 0.3:
                self.buy()
            self.look(account)

    def look(self, account):
        noticed = [sale for sale in self.sales if sale.is_noticed]
        self.drain(account)
        self.env.invalidate_all()
        for sale in self.sales:
            if sale.listing.config_id == account and sale.listing.quantity == self.shown(sale.listing):
                sale.is_noticed = True
                noticed.append(sale)
        for sale in noticed:
            sale.known_to.add(account)
        if self.shares():
            self.assertLessEqual(
                sum(map(self.shown, self.listings())), max(0, self.left()), "shares show more than there is")

    def settle(self):
        for _round in range(6):
            for account in self.dice.sample(self.accounts, len(self.accounts)):
                self.look(account)
            if not self.listings().filtered("is_waiting"):
                return
        self.fail("they never come to an end")

    # === WHAT IS TRUE === #

    def listings(self):
        return self.env["marketplace.listing"].search([("config_id", "in", [account.id for account in self.accounts])])

    def shares(self):
        return any(account.location_ids.share_kind != "all" for account in self.accounts)

    def shown(self, listing):
        shop = self.shops[listing.config_id]
        return shop.level(listing.product_id.default_code, shop.main)

    def factor(self, listing):
        rules = self.env["marketplace.rule"]._of_listings(listing.config_id, listing.ids)
        return int(rules[listing.id].unit_factor)

    def left(self):
        """Pieces nobody has bought."""
        self.env.invalidate_all()
        free = self.thing.with_context(location=self.stock.id).free_qty
        return free - sum(sale.pieces for sale in self.underway)

    def number_without_sales(self, listing):
        """What Odoo's own number makes of the rules."""
        field = listing.config_id.stock_field
        pieces = listing.product_id.with_context(location=self.stock.id)[field]
        rules = self.env["marketplace.rule"]._of_listings(listing.config_id, listing.ids)[listing.id]
        units = floor(pieces / rules.unit_factor) * rules.percentage / 100 - rules.buffer
        return max(0, floor(round(units, 6)))


class TestRandomDays(RandomDays):
    """One test each."""


for opening in [name for name in vars(RandomDays) if name.startswith("open_") and name != "open_accounts"]:
    for seed in SEEDS:
        setattr(TestRandomDays, f"test_{opening[5:]}_{seed}", partialmethod(RandomDays.live_through, opening, seed))
