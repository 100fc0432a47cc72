# SPDX-License-Identifier: LGPL-3.0-or-later
"""A property, tried on random bills of materials: the number of every kit is Odoo's."""

from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.tools import float_round

from odoo.addons.marketplace_sync.pipeline import kits, rounding

from .common import MarketplaceCase

FIELDS = ("free_qty", "qty_available", "virtual_available", "incoming_qty", "outgoing_qty")
PLAIN = {"free_qty": 900, "qty_available": 900, "virtual_available": 900, "incoming_qty": 0, "outgoing_qty": 0}
UNITS = ("uom.product_uom_unit", "uom.product_uom_dozen", "uom.product_uom_kgm", "uom.product_uom_gram")
VARIANTS = ("S", "M", "L")
DEPTH = 4
QUANTITIES = (1, 1, 2, 3, 0, 0.01, 0.33, 0.5, 1.25, 7.77, 12, 40)
OWN, OTHER = "own", "other"


@dataclass
class RandomLine:
    """One line: which of the products below, how many, in which unit, for which variants of the kit (none: all)."""

    product: float
    quantity: float
    unit: int
    only_for: list[int]


@dataclass
class RandomBill:
    """A bill of the kit of one level, for all its variants or for one.

    :param operation_type: of the company's own bills, one of its operation types
    """

    kit: int
    variant: int | None
    batch: float
    unit: int
    sequence: int
    company: str | None
    operation_type: int | None
    is_active: bool
    is_kit: bool
    lines: list[RandomLine]


@st.composite
def bills_of_materials(draw):
    """Bills for each level, each made of what is below it; some products have several, some none.

    Of true randomness: left to itself Hypothesis prefers simple things, and simple bills are where nobody errs.
    """
    dice = draw(st.randoms(use_true_random=True))
    return [random_bill(dice, kit) for kit in range(DEPTH) for _bill in range(dice.choice((0, 1, 1, 2, 3)))]


def random_bill(dice, kit):
    variant = dice.choice((None, None, 0, 1, 2))
    company = dice.choice((None, OWN, OWN, OWN, OTHER))
    return RandomBill(
        kit, variant, batch=dice.choice((1, 1, 1, 2, 3, 12, 0.5)), unit=dice.choice((0, 0, 1)),
        sequence=dice.randint(0, 2), company=company,
        operation_type=dice.choice((None, 0, 1)) if company == OWN else None,
        is_active=dice.random() < 0.9, is_kit=dice.random() < 0.9,
        lines=[
            RandomLine(
                dice.random(), dice.choice((*QUANTITIES, round(dice.uniform(0.01, 9), 2))),
                dice.randrange(len(UNITS)) if dice.random() < 0.4 else 0,
                dice.sample(range(len(VARIANTS)), dice.choice((0, 0, 1, 2))) if variant is None else [])
            for _line in range(dice.randint(1, 4))])


class TestKitsProperty(MarketplaceCase):

    def setUp(self):
        super().setUp()
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed: there are no kits")
        self.units = [self.env.ref(unit) for unit in UNITS]
        self.leaves = [
            self.product(f"LEAF-{number}", stock=stock, sold=False, uom_id=self.units[unit].id)
            for number, (stock, unit) in enumerate([(5000, 0), (370, 1), (1234.56, 2), (90_000, 3), (-7, 0), (80, 0)])]
        self.leaves.append(self.product("CONSUMED", sold=False, is_storable=False))
        self.move(self.leaves[0], 13, self.stock, self.customer, done=False)
        self.move(self.leaves[1], 5, self.supplier, self.stock, done=False)
        self.levels = [self.template(f"KIT-{level}", VARIANTS, sold=False) for level in range(DEPTH)]
        self.levels[1].uom_id = self.units[1]
        self.variants = self.env["product.product"].union(*(level.product_variant_ids for level in self.levels))
        for variant in self.variants:
            self.set_stock(variant, PLAIN["free_qty"])  # counts where it is no kit
        self.companies = {None: False, OWN: self.company.id, OTHER: self.make_company("Elsewhere").id}
        self.operation_types = [
            self.warehouse.manu_type_id, self.warehouse.manu_type_id.copy({"sequence_code": "OTHER"})]

    def values(self, bill):
        """What a bill is in Odoo."""
        template = self.levels[bill.kit]
        below = self.leaves + [variant for level in self.levels[:bill.kit] for variant in level.product_variant_ids]
        values = template.attribute_line_ids.product_template_value_ids
        return {
            "product_tmpl_id": template.id,
            "product_id": bill.variant is not None and template.product_variant_ids[bill.variant].id,
            "product_qty": bill.batch, "product_uom_id": self.units[bill.unit].id, "sequence": bill.sequence,
            "picking_type_id": bill.operation_type is not None and self.operation_types[bill.operation_type].id,
            "company_id": self.companies[bill.company], "active": bill.is_active,
            "type": "phantom" if bill.is_kit else "normal",
            "bom_line_ids": [Command.create({
                "product_id": below[int(line.product * len(below))].id,
                "product_qty": line.quantity, "product_uom_id": self.units[line.unit].id,
                "bom_product_template_attribute_value_ids": [
                    Command.set([values[value].id for value in line.only_for])],
            }) for line in bill.lines]}

    def odoo(self, products):
        """Odoo's own numbers, by product.

        Asked one by one from the bottom up: of several asked at once Odoo takes one that is a component of another for
        none, where it is a kit that was not opened (its bill being for another operation type).
        """
        self.env.flush_all()
        self.env.invalidate_all()
        seen = products.sudo().with_company(self.company).with_context(
            company_id=self.company.id, location=self.stock.ids, active_test=False)
        return {product.id: product.browse(product.id).read(FIELDS, load=None)[0] for product in seen}

    @settings(max_examples=50, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=[HealthCheck.too_slow])
    @given(bills_of_materials())
    def test_number_of_every_kit_is_odoos(self, bills):
        with self.env.cr.savepoint(flush=True) as savepoint:
            self.env["mrp.bom"].with_context(tracking_disable=True).create([self.values(bill) for bill in bills])
            found = self.env["marketplace.bill"]._of_products(self.company, self.variants.ids)
            numbers = self.odoo(self.leaves[0].union(*self.leaves, self.variants))
            for name in FIELDS:
                stock = {product_id: number[name] for product_id, number in numbers.items() if product_id not in found}
                for kit in self.variants:
                    number = kits.number(found[kit.id], stock) if kit.id in found else PLAIN[name]
                    self.assertEqual(number, numbers[kit.id][name], f"{name} of {kit.display_name}")
            savepoint.rollback()
        self.env.invalidate_all()

    @settings(derandomize=True, deadline=None, database=None)
    @given(st.floats(-1e9, 1e9), st.integers(0, 6))
    def test_rounding_is_odoos(self, value, digits):
        for method, function in (("HALF-UP", rounding.half_up), ("UP", rounding.up), ("DOWN", rounding.down)):
            self.assertEqual(
                function(value, digits), float_round(value, precision_digits=digits, rounding_method=method))
