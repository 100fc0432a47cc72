# SPDX-License-Identifier: LGPL-3.0-or-later
"""Opening kits: from bills of materials that contain kits to the components that have stock.

As Odoo 19 does it in `mrp.bom.explode`, line for line in the same order, for adding up floats in another order may give
another last bit. Other than Odoo's this comes to an end when bills contain each other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .kits import Bill, Component
from .rounding import half_up, up


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a bill of materials.

    :param quantity: in the line's unit of measure
    :param is_conditional: whether it is only for some variants of the kit
    """

    id: int
    product_id: int
    quantity: float
    unit_id: int
    is_conditional: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """A bill of materials as it is written down.

    :param batch: how many kits its lines make
    :param unit_id: the unit of measure of the batch
    :param picking_type_id: the operation type it is kept for, None for any
    """

    id: int
    batch: float
    unit_id: int
    picking_type_id: int | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Book:
    """All that is needed to open some kits.

    :param recipes: by kit, those it may have, the preferred first
    :param units: by product that is in a line, its unit of measure, None for what has no stock
    :param factors: by unit of measure, how many of its reference unit it is
    :param digits: decimals of a quantity
    :param is_skipped: whether the kit (a variant's id) goes without a conditional line (its id)
    """

    recipes: Mapping[int, Sequence[Recipe]]
    units: Mapping[int, int | None]
    factors: Mapping[int, float]
    digits: int
    is_skipped: Callable[[int, int], bool]

    def recipe(self, product_id: int, picking_type_id: int | None = None) -> Recipe | None:
        """Return what a product is a kit by, None for a product that is none.

        :param picking_type_id: only recipes for this operation type and for any; None for all recipes
        """
        allowed = (None, picking_type_id)
        return next((recipe for recipe in self.recipes.get(product_id, ())
                     if picking_type_id is None or recipe.picking_type_id in allowed), None)

    def convert(self, quantity: float, unit_id: int, to_unit_id: int) -> float:
        """Return a quantity in another unit, not rounded."""
        if unit_id == to_unit_id:
            return quantity
        return quantity * self.factors[unit_id] / self.factors[to_unit_id]


class LoopError(Exception):
    """Bills of materials contain each other.

    :param product_ids: from kit to component, each once
    """

    def __init__(self, product_ids: Sequence[int]):
        super().__init__(product_ids)
        self.product_ids = tuple(product_ids)


class Explosion:
    """Opens the kits of one book, each at most once."""

    def __init__(self, book: Book):
        self._book = book
        self._bills: dict[int, Bill] = {}
        self._open: list[int] = []

    def bill(self, product_id: int) -> Bill | None:
        """Return what a product is made of, None where it is no kit; bills that contain each other have a `loop`."""
        if product_id not in self._bills:
            recipe = self._book.recipe(product_id)
            if not recipe:
                return None
            try:
                components = self._components(product_id, recipe)
                self._bills[product_id] = Bill(components, recipe.batch, self._book.digits)
            except LoopError as error:
                self._bills[product_id] = Bill(digits=self._book.digits, loop=error.product_ids)
        return self._bills[product_id]

    def _components(self, product_id: int, recipe: Recipe) -> tuple[Component, ...]:
        """Add up the lines of each product that has stock."""
        if product_id in self._open:
            raise LoopError(self._open[self._open.index(product_id):])
        self._open.append(product_id)
        try:
            quantities: dict[int, float] = {}
            for line, quantity in self._leaves(product_id, recipe):
                unit_id = self._book.units[line.product_id]
                if unit_id is not None and half_up(quantity, self._book.digits):
                    quantity = self._book.convert(quantity, line.unit_id, unit_id)
                    quantities[line.product_id] = quantities.get(line.product_id, 0) + quantity
            return tuple(self._component(leaf_id, quantity) for leaf_id, quantity in quantities.items() if quantity)
        finally:
            self._open.pop()

    def _component(self, product_id: int, quantity: float) -> Component:
        """A leaf may be a kit all the same, where its bill is for another operation type than the one above it."""
        bill = self.bill(product_id)
        if bill and bill.loop:
            raise LoopError(bill.loop)
        return Component(product_id, quantity, bill)

    def _leaves(self, product_id: int, recipe: Recipe) -> Iterator[tuple[Line, float]]:
        """Yield the lines that are not opened any further, depth first, with the quantity of a batch in their unit."""
        stack = _pending(recipe, 1.0, (product_id,))
        while stack:
            line, batches, path = stack.pop()
            if line.is_conditional and self._book.is_skipped(line.id, path[-1]):
                continue
            quantity = batches * line.quantity
            nested = self._book.recipe(line.product_id, recipe.picking_type_id)
            if not nested:
                yield line, up(quantity, self._book.digits)
                continue
            if line.product_id in path:
                raise LoopError(path[path.index(line.product_id):])
            batches = self._book.convert(quantity / nested.batch, line.unit_id, nested.unit_id)
            stack += _pending(nested, batches, (*path, line.product_id))


def _pending(recipe: Recipe, batches: float, path: tuple[int, ...]) -> list[tuple[Line, float, tuple[int, ...]]]:
    """The lines of a recipe, the first one on top of the stack, below the kits that were opened to come to it."""
    return [(line, batches, path) for line in reversed(recipe.lines)]
