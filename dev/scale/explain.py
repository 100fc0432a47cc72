# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which statements read all of a table that may be large. Knows neither Odoo nor this package: the tests use it too."""

import re
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager

LARGE = frozenset({
    "product_product", "product_template", "stock_quant", "marketplace_listing", "marketplace_level",
    "marketplace_history", "stock_availability_dirty", "mrp_bom_line"})
STATEMENT = 400  # characters of a statement that are told
INDEX_SCANS = ("Index Scan", "Index Only Scan", "Bitmap Index Scan")
_EXPLAINABLE = re.compile(rb"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)


class Plans(AbstractContextManager):
    """Explains, while the block runs, every statement that Odoo executes in this thread, right after it has run.

    In the statement's own transaction and with its parameters; Odoo's cursors call the hooks of the thread.

    :param floor: bytes; tables that are smaller may be read as they like
    :param walks: whether an index that is walked from its one end to the other counts, too; of a table of a few rows
        that is as good as looking them up
    :ivar statements: how many were explained
    :ivar full_scans: what reads all of a table: how, which one, and the statement
    :ivar tables: what the statements may look into
    :ivar indexes: those they may use
    """

    def __init__(self, floor: int = 0, *, walks: bool = True):
        self._floor, self._walks = floor, walks
        self.statements = 0
        self.full_scans: list[str] = []
        self.tables: set[str] = set()
        self.indexes: set[str] = set()

    def __enter__(self):
        thread = threading.current_thread()
        thread.query_hooks = [*getattr(thread, "query_hooks", ()), self._explain]
        return self

    def __exit__(self, *failure) -> None:
        threading.current_thread().query_hooks.remove(self._explain)

    def _explain(self, cr, query, params, _start, _delay) -> None:
        with cr.connection.cursor() as cursor:  # not the statement's own: its result is still to be fetched
            statement = cursor.mogrify(query, params or None)
            if not _EXPLAINABLE.match(statement):
                return
            cursor.execute(b"EXPLAIN (FORMAT JSON) " + statement)
            [[plans]] = cursor.fetchall()
            self.statements += 1
            for node, is_limited in nodes(plans[0]["Plan"]):
                self.tables.update({node["Relation Name"]} if "Relation Name" in node else ())
                self.indexes.update({node["Index Name"]} if "Index Name" in node else ())
                if scanned := self._full_scan(cursor, node, is_limited):
                    text = " ".join(statement.decode().split())
                    self.full_scans.append(f"{scanned}: {text[:STATEMENT]}")

    def _full_scan(self, cursor, node: dict, is_limited: bool) -> str | None:
        """Return in words that a node of a plan reads all of a table, or nothing."""
        kind, table = node["Node Type"], node.get("Relation Name")
        if kind == "Seq Scan" and table in LARGE and self._is_large(cursor, table):
            return f"Seq Scan on {table}"
        # In a large one a whole index is no less.
        if self._walks and kind in INDEX_SCANS and "Index Cond" not in node and not is_limited:
            cursor.execute(
                "SELECT indrelid::regclass::text FROM pg_index WHERE indexrelid = %s::regclass AND indpred IS NULL",
                [node["Index Name"]])
            for [indexed] in cursor.fetchall():
                if indexed in LARGE and self._is_large(cursor, indexed):
                    return f"{kind} through all of {node['Index Name']}"
        return None

    def _is_large(self, cursor, table: str) -> bool:
        cursor.execute("SELECT pg_relation_size(%s::regclass)", [table])
        [[size]] = cursor.fetchall()
        return size >= self._floor


def nodes(plan: dict, is_limited: bool = False) -> Iterator[tuple[dict, bool]]:
    """Yield each node of a plan, and whether whoever reads it stops early."""
    yield plan, is_limited
    for child in plan.get("Plans", ()):
        # What sorts, or adds up, reads all there is, whatever limit is above it.
        stops = plan["Node Type"] == "Limit" or (
            is_limited and plan["Node Type"] not in ("Sort", "Aggregate", "Hash", "WindowAgg"))
        yield from nodes(child, stops)
