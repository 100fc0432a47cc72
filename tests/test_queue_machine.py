# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # the machine is about what real commits do
"""Whatever happens to the queue, in whatever order: I1, I3, I4 and I6, tried by a state machine of Hypothesis.

Real connections, real commits, the real drain; only the shop is in memory. MARKETPLACE_SYNC_EXAMPLES=2000 tries so many
random stories instead of the same few that every run of the tests tries.
"""

import os
from contextlib import ExitStack, contextmanager, suppress
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.marketplace_sync.models import marketplace_drain
from odoo.addons.marketplace_sync.models.drain_run import COLLISIONS

from .common import DIRTY
from .concurrent import interposed
from .queue_kit import ACTS, FATES, MOMENTS, Book, Crash, QueueCase, Shop

EXAMPLES = os.environ.get("MARKETPLACE_SYNC_EXAMPLES")
PRODUCTS, SESSIONS, LOCK_SECONDS = 3, 2, 0.05  # a drain waits in vain for a row: nobody else goes on meanwhile
products = st.integers(0, PRODUCTS - 1)
sessions = st.integers(0, SESSIONS - 1)
pieces = st.sampled_from((-4, -2, -1, 1, 2, 3, 5, 9))
moments = st.sampled_from(sorted(MOMENTS))
meanwhiles = st.none() | st.tuples(moments, st.sampled_from(ACTS), products, sessions, pieces)


class QueueMachine(RuleBasedStateMachine):
    """One account with some products, whose shop fails, whose drains die, and whose stock changes all the while.

    :param case: the test that has the account
    """

    def __init__(self, case):
        super().__init__()
        self.case = case

    @initialize()
    def open_account(self):
        self.products = self.case.new_products(PRODUCTS)
        self.skus = self.products.mapped("default_code")
        self.book, self.shop = Book(self.skus), Shop()
        self.open = {}  # by session: environment, effects, the products whose listing it changes
        self.case.begin_anew()
        self.world = ExitStack()
        self.world.enter_context(self.shop.served(self.case.registry, self.book))

    # === TRANSACTIONS === #

    @contextmanager
    def transaction(self):
        """A transaction that is committed, and entered in the book, at the end."""
        effects = []
        with self.case.registry.cursor() as cr:
            yield self.case.env(cr=cr), effects
            cr.flush()
            self.book.commit(cr, effects)

    def change_stock(self, env, effects, product, difference):
        sku = self.skus[product]
        self.case.change_stock(env, self.products[product], difference)
        effects.append(lambda wares: setattr(wares[sku], "stock", wares[sku].stock + difference))

    def change_listing(self, env, effects, product, listed):
        sku = self.skus[product]
        self.products[product].with_env(env).shopify_product = listed
        effects.append(lambda wares: setattr(wares[sku], "listed", listed))

    def is_being_listed(self, product):
        """Whether an open transaction lists it, or takes it off: another one would wait for that."""
        return any(product in listings for _env, _effects, listings in self.open.values())

    @rule(product=products, difference=pieces)
    def stock(self, product, difference):
        with self.transaction() as (env, effects):
            self.change_stock(env, effects, product, difference)

    @rule(session=sessions, product=products, difference=pieces)
    def stock_uncommitted(self, session, product, difference):
        """A transaction changes stock and stays open."""
        env, effects, _listings = self.session(session)
        try:
            self.change_stock(env, effects, product, difference)
        except COLLISIONS:  # Odoo's own: another transaction has changed that very quant, the user tries again
            self.roll_back(session)

    @rule(session=sessions, product=products, listed=st.booleans())
    def list_uncommitted(self, session, product, listed):
        """A transaction that stays open lists a product, or takes it off."""
        if not self.is_being_listed(product):
            env, effects, listings = self.session(session)
            listings.add(product)
            try:
                self.change_listing(env, effects, product, listed)
                env.cr.flush()
            except COLLISIONS:
                self.roll_back(session)

    def session(self, number):
        if number not in self.open:
            self.open[number] = self.case.env(cr=self.case.registry.cursor()), [], set()
        return self.open[number]

    @precondition(lambda self: self.open)
    @rule(session=sessions)
    def commit(self, session):
        if session in self.open:
            env, effects, _listings = self.open.pop(session)
            with env.cr:
                try:
                    env.cr.flush()
                    self.book.commit(env.cr, effects)
                except COLLISIONS:
                    env.cr.rollback()

    @precondition(lambda self: self.open)
    @rule(session=sessions)
    def roll_back(self, session):
        if session in self.open:
            self.open.pop(session)[0].cr.close()

    @rule(product=products, listed=st.booleans())
    def list_product(self, product, listed):
        if not self.is_being_listed(product):
            with self.transaction() as (env, effects):
                self.change_listing(env, effects, product, listed)

    @rule(product=products, value=st.integers(0, 4))
    def buffer(self, product, value):
        template, sku = self.products[product].product_tmpl_id, self.skus[product]
        with self.transaction() as (env, effects):
            rules = env["marketplace.rule"]
            found = rules.search([("product_tmpl_id", "=", template.id), ("kind", "=", "buffer")])
            if found:
                found.value = value
            else:
                rules.create({"kind": "buffer", "value": value, "product_tmpl_id": template.id})
            effects.append(lambda wares: setattr(wares[sku], "buffer", value))

    @rule(count=st.integers(1, 3))
    def shards(self, count):
        try:
            with self.transaction() as (env, _effects):
                self.case.account.with_env(env).shards = count
        except UserError:  # it is being pushed
            self.case.assertTrue(self.case.locks())

    # === THE QUEUE === #

    @rule(limit=st.integers(1, 4))
    def sort(self, limit):
        with self.case.transaction() as env:
            env[DIRTY]._sort(limit)

    @rule()
    def collect_garbage(self):
        with self.case.transaction() as env:
            env[DIRTY]._gc_invalid_records()

    @rule(fate=st.sampled_from(FATES), meanwhile=meanwhiles, limit=st.none() | st.integers(1, 2))
    def drain(self, fate, meanwhile, limit):
        self.shop.fate = fate
        self.drain_while(meanwhile, limit)
        self.shop.fate = "accepted"

    @rule(moment=moments, act=st.sampled_from(ACTS[:2]), product=products, before=pieces, after=pieces)
    def drain_is_overtaken(self, moment, act, product, before, after):
        """While it is under way the same stock changes once more, and is sorted, or another drain comes along."""
        self.stock(product, before)
        self.drain_while((moment, act, product, 0, after))

    @rule(when=st.sampled_from([(name, after) for name in ("_store", "_store_links", "_fail") for after in (0, 1)]),
          how=st.sampled_from(("dies", "loses its connection")))
    def drain_dies(self, when, how):
        """It dies just before, or after, it writes something down."""
        name, after = when
        with interposed(self.case.registry["marketplace.drain"], name, self.case.deaths[how], after=bool(after)):
            self.drain_while(None)

    def drain_while(self, meanwhile, limit=None):
        """A drain, in whose course something else happens once."""
        with ExitStack() as stack:
            if meanwhile:
                moment, *act = meanwhile
                owner, name = MOMENTS[moment]
                stack.enter_context(interposed(
                    owner or self.case.registry["marketplace.drain"], name, lambda *_args: self.act(*act)))
            with suppress(Crash, psycopg2.Error):
                self.case.push(limit=limit)
        self.case.reconnect()

    def act(self, act, product, session, difference):
        """What others do in the middle of a drain; another drain among it finds the shop in order."""
        fate, self.shop.fate = self.shop.fate, "accepted"
        if act.startswith("stock"):
            self.stock(product, difference)
        match act:
            case "stock and drain":
                self.case.push()
            case "stock and sort":
                self.sort(4)
            case "commit":
                self.commit(session)
            case "list" | "unlist":
                self.list_product(product, act == "list")
            case "buffer":
                self.buffer(product, abs(difference))
            case "shards":
                self.shards(1 + abs(difference) % 3)
            case "garbage":
                self.collect_garbage()
        self.shop.fate = fate

    # === FAILURES === #

    @rule(product=products, where=st.sampled_from(("refused", "unknown")))
    def turn(self, product, where):
        """The shop begins to refuse an item, or loses it; or has it again, and takes it."""
        getattr(self.shop, where).symmetric_difference_update({self.skus[product]})

    @rule(how=st.sampled_from(("button", "time")))
    def retry(self, how):
        """Failed listings are tried again: by somebody, or because their time has come."""
        self.case.retry(how)

    # === WHAT ALWAYS HOLDS === #

    @invariant()
    def never_older_over_newer(self):
        """I3, and every number is what Odoo had committed by the snapshot it was computed in."""
        for sku in self.skus:
            told = self.shop.told[sku]
            versions = [version for version, _quantity in told]
            assert versions == sorted(versions), f"{sku}: an older number followed a newer one: {told}"
            for version, quantity in told:
                assert quantity == self.book.as_of(version)[sku].published, f"{sku}: {quantity} was never true: {told}"

    @invariant()
    def nothing_vanishes(self):
        """I1, I6: what the shop shows wrongly is marked, or failed with a reason."""
        found = self.case.listings_of(self.products)
        for sku, ware in self.book.now.items():
            listing = found[sku]
            assert bool(listing.active) == ware.listed, f"{sku}: {listing}"
            if ware.listed and self.shop.shown.get(sku) != ware.published:
                assert listing.is_marked or (listing.state == "error" and listing.error), (
                    f"{sku}: the shop shows {self.shop.shown.get(sku)} instead of {ware.published}, and nobody knows")

    def teardown(self):
        """Once everything goes well again, everything becomes equal."""
        if not hasattr(self, "world"):
            return
        try:
            self.settle()
        finally:
            for session in list(self.open):
                self.roll_back(session)
            self.world.close()
            self.case.forget(self.products)

    def settle(self):
        for session in list(self.open):
            self.commit(session)
        self.shop.heal()
        self.case.retry("button")
        self.case.push()
        self.never_older_over_newer()
        for sku, listing in self.case.listings_of(self.products).items():
            ware = self.book.now[sku]
            if ware.listed:
                assert (listing.state, listing.is_marked) == ("linked", False), f"{sku}: {listing}"
                assert self.shop.shown[sku] == ware.published, f"{sku}: {self.shop.told[sku]}"


class TestQueueMachine(QueueCase):
    def test_machine(self):
        clock = SimpleNamespace(monotonic=marketplace_drain.time.monotonic, sleep=lambda _seconds: None)
        how = settings(
            max_examples=int(EXAMPLES or 30), stateful_step_count=25, derandomize=not EXAMPLES, database=None,
            deadline=None, suppress_health_check=list(HealthCheck), print_blob=bool(EXAMPLES))
        with patch.object(marketplace_drain, "time", clock), self.silence(), mute_logger("odoo.sql_db"), \
                patch.object(marketplace_drain, "LOCK_SECONDS", LOCK_SECONDS):
            run_state_machine_as_test(lambda: QueueMachine(self), settings=how)
