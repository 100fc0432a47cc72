# SPDX-License-Identifier: LGPL-3.0-or-later
"""Why Cartona does not take a number, or has none, in words for whoever looks after the products."""

from collections.abc import Collection

from ..words import _lt
from .products import Product

DUPLICATE = _lt("Two listings publish the same Cartona product: archive one of them.")
UNKNOWN = _lt("Cartona does not know this product: it was probably deleted there. Link the listing again.")
UNLIMITED = _lt("Cartona sells this product without counting its stock: switch off unlimited stock for it there.")
NO_QUANTITY = _lt("Cartona shows no quantity of this product, so nobody can tell which number it has.")
SHOWN_IN_STOCK = _lt("Cartona took the quantity, but goes on showing the product as in stock.")
SHOWN_SOLD_OUT = _lt("Cartona took the quantity, but goes on showing the product as sold out.")


def reason_uncounted(products: Collection[Product]) -> str:
    """Why no number can be told of what a row is about; empty when it can."""
    if not products:
        return UNKNOWN
    if any(product.is_unlimited for product in products):
        return UNLIMITED
    return NO_QUANTITY if any(product.quantity is None for product in products) else ""
