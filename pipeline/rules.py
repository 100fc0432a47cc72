# SPDX-License-Identifier: LGPL-3.0-or-later
"""What may be set between the stock and the number a shop shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that apply to one listing, after the nearest of each kind has been found.

    :param stock_field: Odoo's quantity to begin with: `free_qty`, `qty_available` or `virtual_available`
    :param forecast_days: for `virtual_available`, only what is planned within so many days; 0 for all that is planned
    :param unit_factor: pieces of Odoo's in one unit the shop sells, greater than 0: 12 for a box of twelve
    :param percentage: how much of the stock is shown, 0 to 100
    :param buffer: sale units always held back, 0 or more
    :param minimum: fewer sale units than these are shown as none
    :param maximum: no more sale units than these are shown, None for no such limit
    :param fixed: sale units shown whatever is in stock, for what is made to order; None where stock decides
    """

    stock_field: str = "free_qty"
    forecast_days: int = 0
    unit_factor: float = 1.0
    percentage: float = 100.0
    buffer: float = 0.0
    minimum: float = 0.0
    maximum: float | None = None
    fixed: float | None = None
