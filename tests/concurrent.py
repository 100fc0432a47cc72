# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""Tests with several real connections and real commits, which clean up after themselves."""

import threading
import time
from contextlib import contextmanager
from unittest.mock import patch
from uuid import uuid4

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL

from odoo.addons.marketplace_sync.models.advisory_lock import NAMESPACE

from .common import DIRTY, MarketplaceMixin

PATIENCE = 30  # seconds until something that waits counts as hung


class Background:
    """A function running in a thread of its own; a hang is a failure, never a test that does not end."""

    def __init__(self, function, *args):
        self._function, self._args = function, args
        self._value = self._error = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            self._value = self._function(*self._args)
        except BaseException as error:  # noqa: BLE001  (handed to whoever asks for the result)
            self._error = error

    def result(self):
        """What the function returned; raises what it raised, and TimeoutError when it does not end."""
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            raise TimeoutError(f"{self._function} hangs")
        if self._error:
            raise self._error
        return self._value


def wait_until(condition, what):
    """Look again and again until `condition()` holds, for what happens in another process."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"in vain waited for {what}")
        time.sleep(0.005)


@contextmanager
def interposed(owner, name, action, after=False):
    """Call `action(*args)` just before, or after, the first call of a method or function, with its arguments.

    :param owner: a class or a module
    """
    original, left = getattr(owner, name), iter([action])

    def patched(*args, **options):
        # Taken before anything is done, so that `action` may get here itself.
        act = next(left, lambda *_args: None)
        if not after:
            act(*args)
        result = original(*args, **options)
        if after:
            act(*args)
        return result

    with patch.object(owner, name, patched):
        yield


@tagged("post_install", "-at_install")
class ConcurrentCase(MarketplaceMixin, BaseCase):
    """`self.env` is one user's session: nothing of it is seen by others before `self.commit()`.

    Every test has an account, a shop, a stock location and a prefix of its own; what carries the prefix is
    deleted when the test ends.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.prefix = f"T{uuid4().hex[:8]}"
        self._cursors = []
        self.addCleanup(self._clean_up)
        self.env = self.session()
        self.company = self.env.ref("base.main_company")
        self.env = self.env(context={"allowed_company_ids": self.company.ids})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)], limit=1)
        self.stock = self.env["stock.location"].create({
            "name": self.prefix, "usage": "internal", "company_id": self.company.id,
            "location_id": warehouse.lot_stock_id.id})
        self.shop = self.open_shop()
        self.account = self.make_account(self.shop, stock=self.stock, name=self.prefix, push_mode="scheduled")
        self.commit()

    # === SESSIONS === #

    def session(self):
        """An environment on a connection of its own, rolled back and closed when the test ends."""
        cr = self.registry.cursor()
        self._cursors.append(cr)
        # Whoever waits for a lock in vain fails.
        cr.execute(SQL("SET statement_timeout = %s", f"{PATIENCE}s"))
        cr.commit()
        return api.Environment(cr, SUPERUSER_ID, {})

    @contextmanager
    def transaction(self):
        """An environment on a connection of its own, committed at the end of the block."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"allowed_company_ids": self.company.ids})

    def commit(self):
        """Commit `self.env`, so that others see what it did, and it sees what others did."""
        self.env.cr.commit()
        self.env.invalidate_all()

    def refresh(self):
        """Begin a new transaction in `self.env`, so that it sees what others committed."""
        self.env.cr.rollback()
        self.env.invalidate_all()

    # === DOING THINGS === #

    def offer(self, sku, stock, published=0, **values):
        """A product sold on the shop, its stock committed; the shop shows `published` of it until the first drain."""
        sku = f"{self.prefix}-{sku}"
        self.shop.add_item(sku, quantities={self.shop.main: published})
        product = self.product(sku, stock, **values)
        self.commit()
        return product

    def change_stock(self, env, product, difference):
        """Add so many pieces to the product's stock in another session, and write it down, uncommitted."""
        env["stock.quant"]._update_available_quantity(
            product.with_env(env), self.stock.with_env(env), difference)
        env.cr.flush()

    def commit_stock(self, product, difference):
        """Add so many pieces to the product's stock, committed."""
        with self.transaction() as env:
            self.change_stock(env, product, difference)

    def push(self, account=None, limit=None):
        """A drain by somebody else: in a session of its own."""
        with self.transaction() as env:
            return (account or self.account).with_env(env)._drain(limit)

    def published(self, product):
        """The pieces the shop has."""
        return self.shop.level(product.default_code, self.shop.main)

    def written(self, product):
        """The numbers the shop was given, in their order."""
        return [write.to_quantity for write in self.shop.writes if write.sku == product.default_code]

    def waiting(self, product):
        """How many marks others see of this product or its listings."""
        with self.transaction() as env:
            return env[DIRTY].search_count([("product_id", "=", product.id)])

    def locks(self):
        """How many of our advisory locks are held now, by whoever."""
        with self.transaction() as env:
            [[count]] = env.execute_query(SQL(
                """SELECT count(*) FROM pg_locks
                    WHERE locktype = 'advisory' AND classid = %s
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""", NAMESPACE))
            return count

    # === CLEANING UP === #

    def _clean_up(self):
        for cr in self._cursors:
            if not cr.closed and not cr.connection.closed:
                cr.rollback()
            cr.close()
        with self.transaction() as env:
            env.cr.execute(SQL("SET LOCAL statement_timeout = %s", f"{PATIENCE}s"))
            self._delete(env(context={**env.context, "active_test": False}))
        self.assertFalse(self.locks(), "every lock was let go of")

    def _delete(self, env):
        env["marketplace.config"].search([("name", "=like", f"{self.prefix}%")]).unlink()
        products = env["product.product"].search([("default_code", "=like", f"{self.prefix}%")])
        templates = products.product_tmpl_id
        if "mrp.bom" in env:
            env["mrp.bom"].search([("product_tmpl_id", "in", templates.ids)]).unlink()
        for table in ("stock_move_line", "stock_move", "stock_quant"):
            env.cr.execute(SQL(
                "DELETE FROM %s WHERE product_id = ANY(%s)", SQL.identifier(table), products.ids))
        templates.unlink()
        env["stock.location"].search([("name", "=", self.prefix)]).unlink()
        env.cr.flush()
        env.cr.execute(SQL("DELETE FROM stock_availability_dirty WHERE product_id = ANY(%s)", products.ids))
