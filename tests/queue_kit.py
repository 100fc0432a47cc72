# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # the machine is about what real commits do
"""What the state machine of the queue knows by itself: what Odoo has committed, and what the shop was told.

Whether a number is older than another is not told from the numbers: each is kept with the count of our transactions
that the snapshot it was computed in could see (pg_visible_in_snapshot), so a stale number that happens to be right is
found out, too.
"""

import copy
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tools import SQL

from odoo.addons.marketplace_sync.adapters.base import Acknowledged, Rejected, RemoteItem, Unauthorized, Unavailable
from odoo.addons.marketplace_sync.models import advisory_lock

from .concurrent import ConcurrentCase
from .stub_adapter import stub

#: moments in a drain at which others may act: the function, or the method of the drain, that it then comes to
MOMENTS = {"lock": (advisory_lock, "_try"), "send": (None, "_send"), "store": (None, "_store")}
#: what they then do
ACTS = ("stock and drain", "stock and sort", "commit", "list", "unlist", "buffer", "shards", "garbage")
A_MINUTE = 60.0  # longer than a drain waits by itself


class Crash(Exception):
    """The process stops right here."""


@dataclass
class Ware:
    """What decides the number of one product."""

    stock: int = 0
    buffer: int = 0
    listed: bool = True

    @property
    def published(self):
        """The number the shop is to show: what is left beside the buffer, never below none."""
        return max(0, self.stock - self.buffer)


class Book:
    """What Odoo has committed, transaction by transaction.

    :param skus: of all products
    """

    def __init__(self, skus):
        self._states, self._transactions = [{sku: Ware() for sku in skus}], []

    @property
    def now(self):
        """What is committed: a Ware by SKU."""
        return self._states[-1]

    def as_of(self, version):
        """What the first so many of our transactions left behind."""
        return self._states[version]

    def commit(self, cr, effects):
        """Commit a transaction of ours, and write down what it changes.

        :param effects: functions of a dict of wares by SKU
        """
        cr.execute("SELECT pg_current_xact_id()::text")
        [transaction] = cr.fetchone()
        cr.commit()
        state = copy.deepcopy(self.now)
        for effect in effects:
            effect(state)
        self._states.append(state)
        self._transactions.append(transaction)

    def version_seen(self, cr):
        """How many of our transactions the snapshot of `cr` sees."""
        cr.execute(SQL(
            """SELECT count(*) FROM unnest(%s::text[]) AS ours (id)
                WHERE pg_visible_in_snapshot(ours.id::xid8, pg_current_snapshot())""", self._transactions))
        return cr.fetchone()[0]


@dataclass
class Shop:
    """A marketplace that writes down, for each SKU, what it was told in which order, and fails as it is asked to.

    :param refused: SKUs whose numbers it rejects
    :param unknown: SKUs it has no item for
    :param fate: what becomes of the next push, see `FATES`
    """

    refused: set = field(default_factory=set)
    unknown: set = field(default_factory=set)
    fate: str = "accepted"
    shown: dict = field(default_factory=dict)
    told: dict = field(default_factory=lambda: defaultdict(list))
    fates: Counter = field(default_factory=Counter)

    @contextmanager
    def served(self, registry, book):
        """Put the shop in Shopify's place while the block runs; each drain's adapter knows the version it read."""
        numbers = registry["marketplace.drain"]._numbers

        def numbered(drain, run, *read):
            found = numbers(drain, run, *read)
            run.adapter.version = book.version_seen(drain.env.cr)
            return found

        with stub("shopify", push=lambda adapter, levels: self._push(adapter, list(levels)),
                  find=lambda _adapter, skus, _item_ids: self._find(skus),
                  read=lambda _adapter, _levels: iter(())), \
                patch.object(registry["marketplace.drain"], "_numbers", numbered):
            yield

    def heal(self):
        """Have every item, and take every number, again."""
        self.refused.clear()
        self.unknown.clear()

    def _find(self, skus):
        if self.fate == "not found":
            self._meet_fate()
            raise Unavailable("It is closed.", A_MINUTE)
        return [RemoteItem(f"id of {sku}", sku) for sku in sorted(skus - self.unknown)]

    def _push(self, adapter, levels):
        """One push; a generator, as those of real adapters are."""
        fate = self._meet_fate()
        if fate == "dies before":
            raise Crash
        if fate == "throttled":
            raise Unavailable("Slow down.", A_MINUTE)
        if fate == "blip":
            raise Unavailable("One moment.")
        if fate == "locked out":
            raise Unauthorized("Who are you?")
        told = levels[: (len(levels) + 1) // 2] if fate == "partly" else levels
        outcomes = [self._take(adapter, level) for level in told]
        if fate == "dies after":
            raise Crash
        yield from {"unanswered": outcomes[:0], "half answered": outcomes[: len(outcomes) // 2]}.get(fate, outcomes)
        if fate in ("partly", "unanswered", "half answered"):
            raise Unavailable("The line broke.", A_MINUTE)

    def _meet_fate(self):
        fate, self.fate = self.fate, "accepted"
        self.fates[fate] += 1
        return fate

    def _take(self, adapter, level):
        if level.sku in self.refused:
            return Rejected(level.key, "We do not like it.")
        self.shown[level.sku] = level.quantity
        self.told[level.sku].append((adapter.version, level.quantity))
        return Acknowledged(level.key, level.quantity)


#: What can become of a push: the process dies before or after it, or the shop fails at some point of it.
FATES = ("accepted", "dies before", "dies after", "throttled", "blip", "locked out", "partly", "unanswered",
         "half answered", "not found")


class QueueCase(ConcurrentCase):
    """An account and what its stories are told with: products, listings, deaths, people who help."""

    def setUp(self):
        super().setUp()
        # The shop's number is only ever changed by us: what it shows is never a sale.
        self.account.conflict_policy = "overwrite"
        self.commit()
        self.deaths = {"dies": self.die, "loses its connection": self.lose_connection}

    @staticmethod
    def die(*_args):
        raise Crash

    def lose_connection(self, drain, *_args):
        [[pid]] = drain.env.execute_query(SQL("SELECT pg_backend_pid()"))
        with self.transaction() as env:
            env.cr.execute(SQL("SELECT pg_terminate_backend(%s, 5000)", pid))

    def new_products(self, count):
        """Products sold on the shop, none of them in stock, and nothing is waiting but that they were listed."""
        self.refresh()
        number = self.env["product.product"].search_count([("default_code", "=like", f"{self.prefix}-%")])
        return self.env["product.product"].create([{
            "name": f"{self.prefix}-{number + n:05}", "default_code": f"{self.prefix}-{number + n:05}",
            "is_storable": True, "shopify_product": True} for n in range(count)])

    def begin_anew(self):
        """Forget what the account's last story did to it, and let others see the products of this one."""
        self.account.write({"state": "connected", "shards": 1, "failures": 0, "retry_at": False})
        self.commit()

    def forget(self, products):
        """Take off the shop, and out of the queue, what a story leaves behind."""
        self.refresh()
        products.shopify_product = False
        self.env.flush_all()
        self.env["marketplace.listing"].with_context(active_test=False).search([
            ("product_id", "in", products.ids)]).unlink()
        self.env.cr.execute(SQL("DELETE FROM stock_availability_dirty WHERE product_id = ANY(%s)", products.ids))
        self.commit()

    def listings_of(self, products):
        """By SKU: active, state, error and is_marked of the listing, as everybody sees them now."""
        with self.registry.cursor() as cr:
            cr.execute(SQL(
                """SELECT product.default_code, listing.active, listing.state, listing.error, EXISTS (
                              SELECT 1 FROM stock_availability_dirty
                               WHERE listing_id = listing.id OR (listing_id IS NULL AND product_id = product.id))
                     FROM product_product product
                     LEFT JOIN marketplace_listing listing
                       ON listing.product_id = product.id AND listing.config_id = %s
                    WHERE product.id = ANY(%s)""", self.account.id, products.ids))
            return {sku: SimpleNamespace(active=active, state=state, error=error, is_marked=is_marked)
                    for sku, active, state, error, is_marked in cr.fetchall()}

    def reconnect(self):
        """Somebody connects the account again, if it was stopped."""
        with self.transaction() as env:
            account = self.account.with_env(env)
            if account.state == "error":
                account.action_test_connection()

    def retry(self, how):
        with self.transaction() as env:
            account = self.account.with_env(env)
            if how == "button":
                account.action_retry_failed()
                return
            env.cr.execute(SQL(
                """UPDATE marketplace_listing SET next_attempt = now() AT TIME ZONE 'UTC' - interval '1 second'
                    WHERE config_id = %s AND state = 'error'""", account.id))
        with self.transaction() as env:
            env["marketplace.drain"]._look_after(self.account.with_env(env))
