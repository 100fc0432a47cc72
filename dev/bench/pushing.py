# SPDX-License-Identifier: LGPL-3.0-or-later
"""Changing products and pushing them, with a stopwatch."""

import time
from collections.abc import Callable

from dev.bench import data
from dev.bench.inside import environment
from dev.sandboxes import Shop
from dev.say import Trouble


class Pushing:
    """One account whose drains are timed.

    :param name: the database
    :param shop: where the account sells
    """

    def __init__(self, name: str, shop: Shop, account_id: int):
        self._name, self._shop, self._account_id = name, shop, account_id
        self._pieces = data.PIECES

    def push(self, listings: int, just_before: Callable[[Shop], None] | None = None) -> tuple[float, int]:
        """Change products and push them; return the seconds and the calls it took."""
        self._change(listings)
        if just_before:
            just_before(self._shop)
        calls = self._shop.get("stats")["requests"]
        with environment(self._name) as env:
            account = env["marketplace.config"].browse(self._account_id)
            started = time.perf_counter()
            done = account._drain()
            seconds = time.perf_counter() - started
        if (done["done"], done["remaining"]) != (listings, 0):
            raise Trouble(f"The drain did not push {listings} listings but {done}.")
        return seconds, self._shop.get("stats")["requests"] - calls

    def push_patiently(self, listings: int) -> float:
        """Change products and push them however often the shop has to be come back to; return the seconds.

        A drain that leaves the shop alone for a while is followed by another when its account says so, as the
        scheduled action does it. A listing that fails is an error here: none of these numbers is wrong.
        """
        self._change(listings)
        done = 0
        started = time.perf_counter()
        while True:
            with environment(self._name) as env:
                account = env["marketplace.config"].browse(self._account_id)
                drained = account._drain()
                done += drained["done"]
                if not drained["remaining"]:
                    break
                if drained["failed"] or drained["state"] != "connected":
                    raise Trouble(f"The drain did not come to its end: {drained}.")
                wait = (account.retry_at - env.cr.now()).total_seconds() if account.retry_at else 0.0
            time.sleep(max(0.0, wait))
        seconds = time.perf_counter() - started
        self._compare(listings, done)
        return seconds

    def forget_levels(self, listings: int) -> None:
        """As before the first push: what the shop has of these is not known."""
        with environment(self._name) as env:
            env.cr.execute(
                "DELETE FROM marketplace_level WHERE listing_id IN "
                "(SELECT id FROM marketplace_listing ORDER BY product_id LIMIT %s)",
                [listings],
            )
            env.cr.commit()

    def _change(self, listings: int) -> None:
        self._pieces += 1
        data.set_all(self._name, self._pieces, up_to=listings)
        data.tidy(self._name, "stock_quant", "marketplace_level", "stock_availability_dirty")

    def _compare(self, listings: int, done: int) -> None:
        """Refuse a push that did not bring every number into the shop."""
        right = sum(pieces == self._pieces for pieces in self._shop.quantities().values())
        if (done, right) != (listings, listings):
            raise Trouble(f"Of {listings} listings {done} were acknowledged, and {right} are right in the shop.")
