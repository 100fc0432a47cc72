# SPDX-License-Identifier: LGPL-3.0-or-later
"""How many of a kit can be made of what is in stock: a kit has no stock of its own.

The number is the one Odoo 19 shows on the kit, rounding for rounding: `mrp`, `product.product`
`_compute_quantities_dict`. Where that is surprising, it is surprising here: what a bill gives at once is multiplied
after the scarcest component has been rounded down, and its unit of measure is not looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .rounding import down, half_up


@dataclass(frozen=True, slots=True)
class Component:
    """One product that has stock and is in a kit, all lines of it together.

    :param product_id: id of a product.product
    :param quantity: pieces of it, in its own unit of measure, that one batch of the kit takes; more than 0
    :param bill: where it is a kit itself that Odoo does not open, for the picking type of its own bill is another
        one: it is counted by itself, like any kit
    """

    product_id: int
    quantity: float
    bill: "Bill | None" = None


@dataclass(frozen=True, slots=True)
class Bill:
    """What a kit is made of, nested kits opened.

    :param components: none where nothing in it has stock, and where it has a loop
    :param batch: kits that one batch of the components makes, in pieces
    :param digits: decimals of a quantity, Odoo's precision *Product Unit*
    :param loop: ids of the products, from kit to component, whose bills of materials contain each other; nobody can
        tell how many there are of such a kit (Odoo itself would open it forever)
    """

    components: tuple[Component, ...] = ()
    batch: float = 1.0
    digits: int = 2
    loop: tuple[int, ...] = ()

    @property
    def component_ids(self) -> frozenset[int]:
        """Ids of the products whose own stock decides how many kits there are."""
        return frozenset().union(*(
            part.bill.component_ids if part.bill else (part.product_id,) for part in self.components))

    def contents(self) -> list[tuple[int, float]]:
        """What one kit takes out of stock: pairs of a product's id and pieces of it."""
        taken: dict[int, float] = {}
        for part in self.components:
            for product_id, each in part.bill.contents() if part.bill else [(part.product_id, 1.0)]:
                taken[product_id] = taken.get(product_id, 0.0) + each * part.quantity / self.batch
        return list(taken.items())


def number(bill: Bill, stock: Mapping[int, float]) -> float:
    """How many kits there are.

    :param stock: what there is of each product in `bill.component_ids`, in its own unit of measure: Odoo's free
        quantity, or any other of Odoo's quantities, to get that of the kit; none where a product is missing
    :return: whole kits; less than 0 where a component is owed, 0 where a bill has no components
    """
    if not bill.components:
        return 0.0
    scarcest = min(
        down(half_up(_stock(component, stock), bill.digits) / component.quantity, bill.digits)
        for component in bill.components)
    return half_up(scarcest * bill.batch, bill.digits) // 1


def _stock(component: Component, stock: Mapping[int, float]) -> float:
    return number(component.bill, stock) if component.bill else stock.get(component.product_id, 0.0)
