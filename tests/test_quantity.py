# SPDX-License-Identifier: LGPL-3.0-or-later
"""Invariant I7 and the number itself: ours, in one query, equals what Odoo shows on the product."""

import math
import random
from unittest.mock import patch

from odoo import Command
from odoo.tools import SQL, float_round

from .common import MarketplaceCase

FIELDS = ("free_qty", "qty_available", "virtual_available")


class QuantityCase(MarketplaceCase):

    def setUp(self):
        super().setUp()
        self.place = self.account.location_ids
        self.numbers = self.env["marketplace.quantity"]
        self.clerk = self.make_user("quantity-clerk", "stock.group_stock_manager")

    def ours(self, *products):
        """What would be published of each product."""
        self.env.flush_all()
        listings = [self.listed(product) for product in products]
        found = self.numbers._of_listings(
            self.account, {listing.id: product.ids for listing, product in zip(listings, products, strict=True)})
        return [found[listing.id, self.place.id] for listing in listings]

    def listed(self, product):
        """The listing of a product, made where there is none yet."""
        listings = self.env["marketplace.listing"]
        return listings.search([("product_id", "=", product.id)]) or listings.create({
            "config_id": self.account.id, "product_id": product.id})

    def common(self, template):
        """One listing for all variants of a product."""
        return self.env["marketplace.listing"].create({
            "config_id": self.account.id, "product_tmpl_id": template.id})

    def odoo(self, product, field="free_qty"):
        """What Odoo's own field says to somebody who works in the company."""
        self.env.flush_all()
        self.env.invalidate_all()
        return product.with_user(self.clerk).with_context(location=self.place.location_ids.ids)[field]

    def whole(self, quantity):
        return max(0, math.floor(float_round(quantity, precision_digits=2)))


class TestQuantity(QuantityCase):

    def test_fields(self):
        product = self.product("QTY-1", stock=10)
        self.move(product, 3, self.stock, self.customer, done=False)
        self.move(product, 5, self.supplier, self.stock, done=False)
        for field, expected in zip(FIELDS, (7, 10, 12), strict=True):
            with self.subTest(field=field):
                self.account.stock_field = field
                self.assertEqual(self.odoo(product, field), expected)
                self.assertEqual(self.ours(product), [expected])

    def test_never_negative(self):
        product = self.product("QTY-1")
        self.set_stock(product, -4)
        for field in FIELDS:
            with self.subTest(field=field):
                self.account.stock_field = field
                self.assertEqual(self.odoo(product, field), -4)
                self.assertEqual(self.ours(product), [0])

    def test_whole_units_only(self):
        product = self.product("QTY-1", uom_id=self.env.ref("uom.product_uom_kgm").id)
        for stock, expected in ((2.99, 2), (3.0, 3), (0.99, 0), (0.01, 0), (-0.5, 0)):
            with self.subTest(stock=stock):
                self.set_stock(product, stock)
                self.assertEqual(self.ours(product), [expected])

    def test_many_small_parts_are_one_whole(self):
        """Adding up a tenth ten times gives a little less than one: that is no reason to sell one less."""
        self.assertLess(sum([0.1] * 10), 1)
        kilogram = self.env.ref("uom.product_uom_kgm")
        parts = [self.product(f"QTY-{part}", stock=0.1, sold=False, uom_id=kilogram.id) for part in range(10)]
        self.env.flush_all()
        listing = self.common(parts[0].product_tmpl_id)
        found = self.numbers._of_listings(self.account, {listing.id: [part.id for part in parts]})
        self.assertEqual(found, {(listing.id, self.place.id): 1})

    def test_a_debt_in_one_location_counts_against_another(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        product = self.product("QTY-1", stock=5)
        self.set_stock(product, -2, shelf)
        self.assertEqual(self.ours(product), [3])

    def test_a_debt_of_one_variant_counts_against_its_siblings(self):
        """A listing of a whole template shows what the template has, never more (I7)."""
        first, second = self.template("QTY", sold=False).product_variant_ids
        self.set_stock(first, 5)
        self.set_stock(second, -2)
        listing = self.common(first.product_tmpl_id)
        found = self.numbers._of_listings(self.account, {listing.id: [first.id, second.id]})
        self.assertEqual(found, {(listing.id, self.place.id): 3})

    def test_listing_without_a_product_to_sell(self):
        listing = self.listed(self.product("QTY-1", stock=5))
        self.assertEqual(self.numbers._of_listings(self.account, {listing.id: []}), {(listing.id, self.place.id): 0})

    def test_location_of_the_shop_that_nothing_feeds_is_left_alone(self):
        self.env["marketplace.location"].create({
            "config_id": self.account.id, "external_id": self.shop.add_location("Other"), "name": "Other"})
        product = self.product("QTY-1", stock=5)
        listing = self.listed(product)
        found = self.numbers._of_listings(self.account, {listing.id: product.ids})
        self.assertEqual(found, {(listing.id, self.place.id): 5})

    def test_mapping_a_location_and_one_below_counts_once(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        product = self.product("QTY-1", stock=5)
        self.set_stock(product, 2, shelf)
        self.place.location_ids |= shelf
        self.assertEqual(self.odoo(product), 7)
        self.assertEqual(self.ours(product), [7])

    def test_an_override_we_know_nothing_about_is_asked(self):
        """Another addon may hold stock back: then only Odoo's own number will do."""
        product = self.product("QTY-1", stock=10)
        model = type(self.env["product.product"])
        original = model._compute_quantities_dict

        def half(records, *args, **options):
            numbers = original(records, *args, **options)
            return {key: {name: value / 2 for name, value in found.items()} for key, found in numbers.items()}

        self.assertFalse(self.env["marketplace.stock"]._has_foreign_override(), "none of Odoo's own is foreign")
        with patch.object(model, "_compute_quantities_dict", half):
            self.assertEqual(self.ours(product), [5])


class TestQuantityRandom(QuantityCase):
    """A property, tried on random warehouses: our number is Odoo's."""

    PRODUCTS = 25

    def setUp(self):
        super().setUp()
        location = self.env["stock.location"]
        self.locations = self.stock
        for number in range(6):
            self.locations |= location.create({
                "name": f"Random {number}", "company_id": self.company.id,
                "location_id": (self.locations[number // 2] if number % 3 else self.warehouse.view_location_id).id})
        self.owners = self.env["res.partner"].create([{"name": "Owner 1"}, {"name": "Owner 2"}])
        self.package = self.env["stock.package"].create({"name": "Box"})

    def world(self, dice):
        """Products with random quants: lots, owners, packages, debts, reservations, fractions."""
        kilogram, unit = self.env.ref("uom.product_uom_kgm"), self.env.ref("uom.product_uom_unit")
        products = self.env["product.product"].create([{
            "name": f"Random {number}", "is_storable": True, "uom_id": dice.choice((kilogram, unit)).id,
            "tracking": dice.choice(("none", "lot")),
        } for number in range(self.PRODUCTS)])
        quants = []
        for product in products:
            lot = self.env["stock.lot"].create({"name": f"L{product.id}", "product_id": product.id})
            for _quant in range(dice.randrange(6)):
                quantity = round(dice.uniform(-5, 20), 2) if product.uom_id == kilogram else dice.randint(-5, 20)
                quants.append({
                    "product_id": product.id, "location_id": dice.choice(self.locations).id, "quantity": quantity,
                    "reserved_quantity": dice.choice((0, 0, abs(quantity) / 2, quantity)),
                    "owner_id": dice.choice((False, self.owners[0].id, self.owners[1].id)),
                    "package_id": dice.choice((False, self.package.id)),
                    "lot_id": product.tracking == "lot" and dice.choice((False, lot.id)),
                })
        self.env["stock.quant"].sudo().create(quants)
        for product in products[:8]:
            source, destination = dice.sample(list(self.locations | self.customer | self.supplier), 2)
            self.move(product, dice.randint(1, 9), source, destination, done=False)
        return products

    def test_equals_odoo(self):
        for seed in range(6):
            with self.subTest(seed=seed), self.env.cr.savepoint():
                dice = random.Random(seed)
                products = self.world(dice)
                for mapped in (self.stock, *(self.sample(dice) for _try in range(3))):
                    self.place.location_ids = [Command.set(mapped.ids)]
                    self.assert_equals_odoo(products)

    def sample(self, dice):
        return self.locations.browse(dice.sample(self.locations.ids, dice.randint(1, 4)))

    def assert_equals_odoo(self, products):
        for field in FIELDS:
            self.account.stock_field = field
            self.env.flush_all()
            listings = {product: self.listed(product) for product in products}
            numbers = self.numbers._numbers(
                self.account, {listing.id: product.ids for product, listing in listings.items()})
            exact = {product.id: numbers[listing.id, self.place.id].stock for product, listing in listings.items()}
            whole = self.ours(*products)
            self.env.invalidate_all()
            seen = products.with_user(self.clerk).with_context(location=self.place.location_ids.ids)
            for product, published in zip(seen, whole, strict=True):
                self.assertAlmostEqual(exact[product.id], product[field], places=2, msg=f"{field} of {product.name}")
                self.assertEqual(published, self.whole(product[field]), f"{field} of {product.name}")

    def test_archived_location(self):
        """Odoo goes on counting what lies in an archived location, so do we."""
        product = self.product("QTY-1", stock=5)
        below = self.locations.filtered(lambda location: location.location_id == self.stock)[:1]
        self.set_stock(product, 3, below)
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE stock_location SET active = FALSE WHERE id = %s", below.id))
        self.env.invalidate_all()
        self.assertEqual(self.ours(product), [self.whole(self.odoo(product))])


class TestQuantityKits(QuantityCase):
    """Kits are counted by Odoo itself, beside plain products in the same chunk."""

    def setUp(self):
        super().setUp()
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed: there are no kits")
        self.bolt, self.nut = self.product("BOLT", stock=11), self.product("NUT", stock=4)

    def assert_equal_to_odoo(self, *products):
        for field in FIELDS:
            with self.subTest(field=field):
                self.account.stock_field = field
                self.assertEqual(self.ours(*products), [self.whole(self.odoo(product, field)) for product in products])

    def test_kits_and_components(self):
        kit = self.kit("KIT", {self.bolt: 2, self.nut: 1})
        outer = self.kit("OUTER", {kit: 2})
        self.assertEqual(self.ours(kit, outer, self.bolt), [4, 2, 11])
        self.assert_equal_to_odoo(kit, outer, self.bolt, self.nut)

    def test_reserved_components(self):
        kit = self.kit("KIT", {self.bolt: 2})
        self.move(self.bolt, 7, self.stock, self.customer, done=False)
        self.assertEqual(self.ours(kit), [2])
        self.assert_equal_to_odoo(kit, self.bolt)

    def test_component_that_is_missing(self):
        kit = self.kit("KIT", {self.bolt: 2, self.product("NONE"): 1})
        self.assertEqual(self.ours(kit), [0])

    def test_only_components_in_mapped_locations_count(self):
        kit = self.kit("KIT", {self.bolt: 2})
        outside = self.env["stock.location"].create({
            "name": "Outside", "location_id": self.warehouse.view_location_id.id})
        self.set_stock(self.bolt, 100, outside)
        self.assertEqual(self.ours(kit), [5])
        self.assert_equal_to_odoo(kit)

    def test_stock_from_before_it_became_a_kit(self):
        former = self.product("KIT", stock=50)
        self.kit("KIT", {self.bolt: 2}, template=former.product_tmpl_id)
        self.assertEqual(self.ours(former), [5])
        self.assert_equal_to_odoo(former)

    def test_kit_of_another_company_only(self):
        """What others sell as a kit is a plain product here."""
        product = self.product("KIT", stock=9)
        self.kit("KIT", {self.bolt: 2}, template=product.product_tmpl_id)
        product.bom_ids.company_id = self.make_company("Elsewhere")
        self.assertEqual(self.ours(product), [9])
        self.assert_equal_to_odoo(product)
