# SPDX-License-Identifier: LGPL-3.0-or-later
"""The table the demo ends with: a row for each product a step concerned, a column for each shop."""

from dev import say
from dev.demo.story import Row

TEXTS = 3  # the first columns are words, the others numbers
LONGEST_NAME = 26


def show(rows: list[Row]) -> int:
    """Print the rows and the sum of them; return how many numbers differ."""
    shops = list(rows[0].arrivals)
    head = ["step", "SKU", "product", "before", "Odoo"]
    for shop in shops:
        head += [shop, "ms"]
    lines = [head, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    say.line("")
    for number, line in enumerate(lines):
        if number and line[0] != lines[number - 1][0]:
            say.line("-" * (sum(widths) + 2 * len(widths) - 2))
        cells = [cell.ljust(width) for cell, width in zip(line[:TEXTS], widths, strict=False)]
        cells += [cell.rjust(width) for cell, width in zip(line[TEXTS:], widths[TEXTS:], strict=True)]
        say.line("  ".join(cells).rstrip())
    say.line("")
    return _sum_up(rows, shops)


def _sum_up(rows: list[Row], shops: list[str]) -> int:
    differing = [f"{row.product.sku} on {shop}" for row in rows for shop in row.differing]
    compared = len(rows) * len(shops)
    if differing:
        say.line(f"{len(differing)} of {compared} numbers in the shops differ from Odoo's: "
                 f"{', '.join(dict.fromkeys(differing))}.")  # fmt: skip
    else:
        say.line(f"All {compared} numbers in the {len(shops)} shops are Odoo's. ms: from the commit in PostgreSQL to "
                 "the shop's receipt of the request; - means the number stayed, so nothing was sent.")  # fmt: skip
    return len(differing)


def _cells(row: Row) -> list[str]:
    before = "/".join(dict.fromkeys(str(arrival.before) for arrival in row.arrivals.values()))
    cells = [row.step, row.product.sku, _short(row.product.name), before, str(row.odoo)]
    for arrival in row.arrivals.values():
        cells += [str(arrival.after), "-" if arrival.milliseconds is None else f"{arrival.milliseconds:.0f}"]
    return cells


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
