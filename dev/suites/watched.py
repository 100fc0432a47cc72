# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether the addon takes part in a suite, told from its marks. Used where Odoo is loaded."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from dev import clone
from dev.say import Trouble

MODEL, METHOD = "stock.availability.dirty", "_dirty"
# Where stock changes: without the addon in these classes a suite would prove nothing.
OVERRIDDEN = ("stock.quant", "stock.move")
# Rows written, committed or not: sequences know no rollback.
WRITTEN = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM stock_availability_dirty_id_seq"


class Marks:
    """How much was marked while we watched.

    :param cursor: of a connection of its own, None where the addon is not installed
    """

    def __init__(self, cursor=None):
        self.calls = 0
        self._cursor = cursor
        self._before = self._ever()

    def written(self) -> int:
        """Return how many rows were written."""
        return self._ever() - self._before

    def counted(self, method):
        """Return the addon's method with the calls that name a product counted."""

        @functools.wraps(method)
        def counting(model, product_ids, reason):
            product_ids = list(product_ids)
            self.calls += bool(product_ids)
            return method(model, product_ids, reason)

        return counting

    def _ever(self):
        if self._cursor is None:
            return 0
        self._cursor.execute(WRITTEN)
        return self._cursor.fetchone()[0]


@contextmanager
def marks(registry, database: str, *, installed: bool) -> Iterator[Marks]:
    """Watch the addon while the block runs.

    :raise Trouble: when it is not there although it is installed, or there although it is not
    """
    there = [model for model in OVERRIDDEN if any(map(_is_ours, registry[model].__mro__))]
    if there != (list(OVERRIDDEN) if installed else []):
        raise Trouble(f"{clone.ADDON} is in {' and '.join(there) or 'no model'} of the database {database}.")
    if not installed:
        yield Marks()
        return
    from dev.postgres import connected

    with connected(database) as cursor:
        watching = Marks(cursor)
        # In the class of the source: what Odoo builds from it may be built anew at any time.
        source = next(cls for cls in registry[MODEL].__mro__ if METHOD in vars(cls))
        with mock.patch.object(source, METHOD, watching.counted(vars(source)[METHOD])):
            yield watching


def _is_ours(cls) -> bool:
    return cls.__module__.startswith(f"odoo.addons.{clone.ADDON}.")
