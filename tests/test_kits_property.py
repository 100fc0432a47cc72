# SPDX-License-Identifier: LGPL-3.0-or-later
"""A property, tried on random bills of materials: the number of every kit is Odoo's."""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
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
QUANTITIES = st.one_of(
    st.integers(1, 3), st.sampled_from([0, 0.01, 0.33, 0.5, 1.25, 12, 1000]), st.floats(0.01, 20).map(
        lambda quantity: round(quantity, 2)))
MOSTLY = st.sampled_from([True] * 7 + [False])


@dataclass
class RandomLine:
    """One line: which of the products below, how many, in which unit, for which variants of the kit."""

    product: int
    quantity: float
    unit: int
    only_for: list[int] = field(default_factory=list)


@dataclass
class RandomBill:
    """A bill of the kit of one level, for all its variants or for one."""

    kit: int
    variant: int | None
    batch: float
    unit: int
    lines: list[RandomLine]
    sequence: int
    operation_type: int | None
    company: int
    is_active: bool
    is_kit: bool


@st.composite
def bills_of_materials(draw):
    """Bills for each level, each made of what is below it; some products have several, some none."""
    bills = []
    for kit in range(DEPTH):
        for _bill in range(draw(st.sampled_from([1, 1, 1, 2, 3, 0]))):
            variant = draw(st.one_of(st.none(), st.none(), st.integers(0, 2)))
            lines = st.builds(
                RandomLine, st.integers(0, 20), QUANTITIES, st.integers(0, len(UNITS) - 1),
                st.just([]) if variant is not None else st.one_of(
                    st.just([]), st.lists(st.integers(0, 2), max_size=2, unique=True)))
            bills.append(draw(st.builds(
                RandomBill, st.just(kit), st.just(variant), st.sampled_from([1, 1, 1, 2, 3, 12, 0.5]),
                st.integers(0, 1), st.lists(lines, min_size=1, max_size=4, unique_by=lambda line: line.product), st.integers(0, 2),
                st.one_of(st.none(), st.integers(0, 1)), st.sampled_from([0, 0, 1, 1, 1, 2]), MOSTLY,
                MOSTLY)))
    return bills


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
        self.companies = [False, self.company.id, self.make_company("Elsewhere").id]
        self.operation_types = [
            self.warehouse.manu_type_id, self.warehouse.manu_type_id.copy({"sequence_code": "OTHER"})]

    def values(self, bill):
        """What a bill is in Odoo."""
        template = self.levels[bill.kit]
        below = self.leaves + [variant for level in self.levels[:bill.kit] for variant in level.product_variant_ids]
        values = template.attribute_line_ids.product_template_value_ids
        company_id = self.companies[bill.company]
        has_type = bill.operation_type is not None and company_id == self.company.id  # it is the company's own
        return {
            "product_tmpl_id": template.id,
            "product_id": bill.variant is not None and template.product_variant_ids[bill.variant].id,
            "product_qty": bill.batch, "product_uom_id": self.units[bill.unit].id, "sequence": bill.sequence,
            "picking_type_id": has_type and self.operation_types[bill.operation_type].id,
            "company_id": company_id, "active": bill.is_active,
            "type": "phantom" if bill.is_kit else "normal",
            "bom_line_ids": [Command.create({
                # The later a product, the nearer it is: chains of kits are to be likely.
                "product_id": below[-1 - line.product % len(below)].id,
                "product_qty": line.quantity, "product_uom_id": self.units[line.unit].id,
                "bom_product_template_attribute_value_ids": [Command.set([values[value].id for value in line.only_for])],
            }) for line in bill.lines]}

    def odoo(self, products):
        """Odoo's own numbers, by product."""
        self.env.flush_all()
        self.env.invalidate_all()
        seen = products.sudo().with_company(self.company).with_context(
            company_id=self.company.id, location=self.stock.ids, active_test=False)
        return {product.id: product.read(FIELDS, load=None)[0] for product in seen}

    @settings(max_examples=60, derandomize=True, deadline=None, database=None,
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(bills_of_materials())
    def test_number_of_every_kit_is_odoos(self, bills):
        with self.env.cr.savepoint(flush=True) as savepoint:
            self.env["mrp.bom"].with_context(tracking_disable=True).create([self.values(bill) for bill in bills])
            found = self.env["marketplace.bill"]._of_products(self.company, self.variants.ids)
            numbers = self.odoo(self.variants.union(*self.leaves))
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
