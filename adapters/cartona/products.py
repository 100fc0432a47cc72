# SPDX-License-Identifier: LGPL-3.0-or-later
"""What names a product of Cartona's, and what a listing says of one."""

from dataclasses import dataclass
from typing import Any

from ..base import Level, RemoteItem
from ..reading import whole
from ..wire.trouble import is_storable

SUPPLIER_PRODUCT, INTERNAL_PRODUCT, BASE_PRODUCT = "supplier_product_id", "internal_product_id", "base_product_id"
QUANTITY = "available_stock_quantity"
_PREFIXES = {"sku:": INTERNAL_PRODUCT, "base:": BASE_PRODUCT}
# The vendor's document spells it wrong in its example of a listing, its code reads `id`, its requests and orders say
# supplier_product_id: which of them an answer really holds is not known.
_ID_NAMES = (SUPPLIER_PRODUCT, "id", "suppler_prodcut_id")


@dataclass(frozen=True, slots=True)
class Target:
    """The key and the value a product is named by, in requests as in queries.

    As an `external_id`: the supplier_product_id as it is; ``sku:`` and the internal_product_id; ``base:`` and the
    base_product_id, which stands for every product made of that base product.
    """

    name: str
    value: str

    @classmethod
    def of(cls, external_id: str) -> "Target":
        for prefix, name in _PREFIXES.items():
            if external_id.startswith(prefix):
                return cls(name, external_id.removeprefix(prefix))
        return cls(SUPPLIER_PRODUCT, external_id)

    @property
    def is_base(self) -> bool:
        return self.name == BASE_PRODUCT


@dataclass(frozen=True, slots=True)
class Row:
    """A level and whose it is."""

    level: Level
    target: Target

    def wire(self, supplier_code: str) -> dict:
        """As Cartona's bulk updates want it.

        :param supplier_code: which of the suppliers under one token is meant, empty for the only one
        """
        row = {self.target.name: self.target.value, QUANTITY: self.level.quantity}
        if not self.target.is_base:
            row["in_stock"] = self.level.quantity > 0
            if supplier_code:
                row["supplier_code"] = supplier_code
        return row


@dataclass(frozen=True, slots=True)
class Product:
    """A product as a listing shows it; what it does not say, or not so that it is understood, is empty or None.

    :param unit_count: pieces of the base product in one of it
    :param quantity: pieces in stock
    """

    id: str
    sku: str
    base_id: str
    unit_count: int
    quantity: int | None
    in_stock: bool | None
    is_unlimited: bool

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Product":
        in_stock = row.get("in_stock")
        return cls(
            id=next((text for name in _ID_NAMES if (text := text_of(row.get(name)))), ""),
            sku=text_of(row.get(INTERNAL_PRODUCT)),
            base_id=text_of(row.get(BASE_PRODUCT)),
            unit_count=max(1, whole(row.get("unit_count")) or 1),
            quantity=whole(row.get(QUANTITY)),
            in_stock=in_stock if isinstance(in_stock, bool) else None,
            is_unlimited=row.get("is_unlimited_stock") is True,
        )

    def is_named_by(self, target: Target) -> bool:
        return target.value == {SUPPLIER_PRODUCT: self.id, INTERNAL_PRODUCT: self.sku}.get(target.name, self.base_id)

    def shows(self, row: Row) -> bool:
        """Whether it has what `row` says, as far as it shows."""
        wanted = row.level.quantity
        if self.quantity is None:
            return False
        if row.target.is_base:
            return self.fits(wanted)
        return self.quantity == wanted and self.in_stock in (None, wanted > 0)

    def fits(self, pieces: int) -> bool:
        """Whether its quantity is what so many pieces of its base product make.

        That is "quantity / unit_count"; which way Cartona rounds is not known.
        """
        return abs(self.quantity * self.unit_count - pieces) < self.unit_count

    @property
    def buyers_see(self) -> int | None:
        """Pieces that can be ordered, None when it does not say."""
        return 0 if self.in_stock is False else self.quantity

    def as_item(self) -> RemoteItem:
        return RemoteItem(self.id or f"sku:{self.sku}", self.sku, tracked=not self.is_unlimited, item_id=self.id)


def text_of(value: Any) -> str:
    """An id or a SKU, which come as text or as a number; empty for what can't be one."""
    is_text = isinstance(value, str | int) and not isinstance(value, bool) and is_storable(str(value))
    return str(value) if is_text else ""
