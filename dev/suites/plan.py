# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which of Odoo's tests are run, in a database of which modules."""

from dataclasses import dataclass

from dev.say import Trouble

SUITES = ("stock", "sale_stock", "stock_account", "purchase_stock", "mrp")
# What continuous integration has time for: moves, quants, reservation, and where stock meets manufacturing.
PART = {
    "stock": ("test_move", "test_move2", "test_quant", "test_quant_inventory_mode", "test_robustness", "test_packing"),
    "mrp": ("test_stock", "test_quant"),
}


@dataclass(frozen=True)
class Suite:
    """Tests of one of Odoo's modules.

    :param module: the module
    :param tags: which of its tests, as Odoo's --test-tags wants them
    :param installed: modules of the database they run in, comma-separated
    """

    module: str
    tags: str
    installed: str


def full(asked: list[str]) -> list[Suite]:
    """Return these suites, or all.

    Each runs in a database of its module and what that depends on: tests at install are written for no more than that,
    and some fail where there is more.
    """
    if unknown := set(asked) - set(SUITES):
        raise Trouble(f"There is no suite {', '.join(sorted(unknown))} here: there are {', '.join(SUITES)}.")
    return [Suite(module, f"/{module}", module) for module in SUITES if not asked or module in asked]


def part(installed: str) -> list[Suite]:
    """Return the part.

    :param installed: modules of a database that other commands need too, and that is there already
    """
    return [
        Suite(module, ",".join(f"/{module}/tests/{file}.py" for file in files), installed)
        for module, files in PART.items()
    ]
