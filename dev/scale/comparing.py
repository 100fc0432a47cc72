# SPDX-License-Identifier: LGPL-3.0-or-later
"""The same work in the small database and in the large one, in turns, and how the times compare."""

import gc
import time
from collections.abc import Callable
from statistics import median

from dev import postgres, say
from dev.bench import figures
from dev.bench.inside import environment
from dev.scale.goods import CONNECTED, SKU, SMALL


class Database:
    """One of the databases.

    :param name: its name
    :ivar account_id: the account that is connected
    :ivar user_id: somebody with the rights of a marketplace manager and a stock manager
    :ivar product_ids: of 10,000 products, spread evenly over all of them
    """

    def __init__(self, name: str):
        self.name = name
        with postgres.connected(name) as cursor:
            cursor.execute("SELECT id FROM marketplace_config WHERE name = %s", [CONNECTED])
            [[self.account_id]] = cursor.fetchall()
            cursor.execute("SELECT id FROM res_users WHERE login = 'scale'")
            [[self.user_id]] = cursor.fetchall()
            cursor.execute("SELECT array_agg(id ORDER BY id) FROM product_product WHERE default_code LIKE %s",
                           [f"{SKU}%"])
            [[ids]] = cursor.fetchall()
        self.product_ids = ids[:: len(ids) // SMALL][:SMALL]

    def execute(self, *statements: str, **values) -> None:
        """Run statements, each committed by itself; `%(products)s` stands for the ids of the 10,000."""
        with postgres.connected(self.name) as cursor:
            for statement in statements:
                cursor.execute(statement, {"products": self.product_ids, "account": self.account_id, **values})

    def empty_queue(self) -> None:
        """Leave nothing waiting, and nothing dead, in the dirty table."""
        self.execute("TRUNCATE stock_availability_dirty")

    def fill_queue(self) -> None:
        """Leave marks of the 20,000 listings of the 10,000 products, and nothing else, in the dirty table."""
        self.empty_queue()
        self.execute(
            """
            INSERT INTO stock_availability_dirty (product_id, product_tmpl_id, listing_id, config_id, reason)
            SELECT product_id, product_tmpl_id, id, config_id, 'quant' FROM marketplace_listing
             WHERE product_id = ANY(%(products)s) ORDER BY id
            """)

    def mark(self) -> None:
        """Leave a mark of each of the 10,000 products, and nothing else, in the dirty table."""
        self.empty_queue()
        self.execute(
            """
            INSERT INTO stock_availability_dirty (product_id, product_tmpl_id, reason)
            SELECT id, product_tmpl_id, 'quant' FROM product_product WHERE id = ANY(%(products)s) ORDER BY id
            """)


def compare(figure: str, databases: tuple[Database, Database], work: Callable, *, times: int,
            prepare: Callable = lambda database: None, user: bool = False) -> None:
    """Keep a figure: how many times as long some work takes in the large database, the median of pairs.

    :param work: called with an environment and a `Database`; what it does counts until it returns
    :param prepare: called with a `Database` before each time
    :param user: whether the environment is the user's, and not the superuser's
    """
    pairs = []
    for turn in range(times + 1):
        order = databases if turn % 2 else databases[::-1]
        seconds = {database: _seconds(database, work, prepare, user) for database in order}
        if turn:  # the first one fills caches
            pairs.append([seconds[database] for database in databases])
    small, large = (median(column) * 1000 for column in zip(*pairs, strict=True))
    say.line(f"  {small:.2f} ms in the small database, {large:.2f} ms in the large one")
    figures.note(figure, [large / small for small, large in pairs])


def _seconds(database: Database, work: Callable, prepare: Callable, user: bool) -> float:
    prepare(database)
    with environment(database.name) as env:
        if user:
            env = env(user=database.user_id, su=False)
        gc.collect()  # no sample is to clean up after another
        started = time.perf_counter()
        work(env, database)
        return time.perf_counter() - started
