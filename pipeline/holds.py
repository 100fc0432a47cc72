# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sales that shops have made and Odoo has not heard of yet, kept back until it has.

A shop counts down by itself when it sells; the order reaches Odoo later. What the shops counted down by, all together,
less what Odoo's own stock has fallen by, is what Odoo has still to hear of. Whose order a fall was cannot be told, and
need not be: every shop shows the same stock less the same number.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Pool:
    """One product in one stock that shops sell from.

    :param seen: Odoo's stock when it was last looked at, in pieces
    :param held: pieces sold in shops that Odoo has not heard of
    :param credit: pieces Odoo's stock fell by that no shop has shown to have sold yet
    """

    seen: float
    held: float = 0.0
    credit: float = 0.0


def moved(pool: Pool, stock: float) -> Pool:
    """Odoo's stock is so many pieces now: a fall is the orders it has heard of meanwhile."""
    fallen = max(0.0, pool.seen - stock)
    heard = min(pool.held, fallen)
    return replace(pool, seen=stock, held=pool.held - heard, credit=pool.credit + fallen - heard)


def sold(pool: Pool, pieces: float) -> Pool:
    """A shop shows so many pieces less than it was sent, or more where they are less than 0 (a cancelled order)."""
    if pieces < 0:
        return replace(pool, held=max(0.0, pool.held + pieces))
    heard = min(pool.credit, pieces)
    return replace(pool, credit=pool.credit - heard, held=pool.held + pieces - heard)
