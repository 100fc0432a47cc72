# SPDX-License-Identifier: LGPL-3.0-or-later
"""The table the demo ends with."""

from dev import say
from dev.demo.story import Row

HEAD = ("step", "SKU", "product", "Odoo", "shop before", "shop after", "ms to shop")
TEXTS = 3  # the first columns are words, the others numbers


def show(rows: list[Row]) -> int:
    """Print the rows and the sum of them; return how many differ."""
    lines = [HEAD, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    say.line("")
    for number, line in enumerate(lines):
        if number and line[0] != lines[number - 1][0]:
            say.line("-" * (sum(widths) + 2 * len(widths) - 2))
        cells = [cell.ljust(width) for cell, width in zip(line[:TEXTS], widths, strict=False)]
        cells += [cell.rjust(width) for cell, width in zip(line[TEXTS:], widths[TEXTS:], strict=True)]
        say.line("  ".join(cells).rstrip())
    differing = [row for row in rows if row.differs]
    say.line("")
    if differing:
        say.line(f"{len(differing)} of {len(rows)} numbers in the shop differ from Odoo's, of "
                 f"{', '.join(row.product.sku for row in differing)}.")  # fmt: skip
    else:
        say.line(f"All {len(rows)} numbers in the shop are Odoo's. ms to shop: from the commit in PostgreSQL to the "
                 "shop's receipt of the request; - means the number stayed, so nothing was sent.")  # fmt: skip
    return len(differing)


def _cells(row: Row) -> tuple[str, ...]:
    waited = "-" if row.milliseconds is None else f"{row.milliseconds:.0f}"
    after = f"{row.after} (!)" if row.differs else str(row.after)
    return row.step, row.product.sku, row.product.name, str(row.odoo), str(row.before), after, waited
