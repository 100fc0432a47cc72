# SPDX-License-Identifier: LGPL-3.0-or-later
"""What reacts to a committed stock change: this addon, or one of the ways others have."""

from collections import deque
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import fields

from odoo.addons.marketplace_sync.adapters.base import Acknowledged, Adapter, AdapterError, Level

from dev.bench.inside import environment
from dev.trading.clock import Clock
from dev.trading.day import ANSWER_SECONDS, SHOP_OF
from dev.trading.policies import Policy

WAKE_SECONDS = 0.05  # from the commit to the beginning of a scheduled action
INTERVAL = 300  # seconds: the account's scheduled action comes by itself
EVERY = 600  # seconds between two pushes of the baseline
ANSWER_ROUND = 60  # seconds between two looks at the listings that ask
RETRY = 60  # seconds until a failed job runs again


# Whose scheduled action would find something to do. The others' need not be simulated.
NEEDED = """
    SELECT cron_id FROM marketplace_config account
     WHERE EXISTS (SELECT 1 FROM stock_availability_dirty WHERE config_id = account.id OR config_id IS NULL)
        OR EXISTS (SELECT 1 FROM marketplace_listing WHERE config_id = account.id AND next_attempt <= %(now)s)
        OR EXISTS (SELECT 1 FROM marketplace_hold WHERE expires_at <= %(now)s)
"""
DUE = "SELECT cron_id, extract(epoch FROM min(call_at) - %(now)s)::float FROM ir_cron_trigger GROUP BY cron_id"
USED = "DELETE FROM ir_cron_trigger WHERE cron_id = %(cron)s AND call_at <= %(now)s"


class Ours:
    """The addon: scheduled actions run when they were triggered, and those of accounts every five minutes besides.

    As many accounts are pushed side by side as there are; each by one at a time.

    :param clock: the day's
    :param database: its name
    :param policy: `answer_after` is how long listings ask before somebody answers
    :param minutes: between two comparisons of all numbers; 0 for none
    """

    def __init__(self, clock: Clock, database: str, policy: Policy, minutes: int):
        self._clock, self._database, self._minutes = clock, database, minutes
        self._answer_after = policy.answer_after
        self._busy: set[int] = set()
        self._wakes: dict[int, float] = {}  # when each scheduled action is woken next
        with environment(database) as env:
            accounts = env["marketplace.config"].search([])
            accounts.reconcile_hours = 0  # their own schedule goes by whole hours
            self._works = {account.cron_id.id: (account._name, account.id, "_cron_drain") for account in accounts}
            comparing = env.ref("marketplace_sync.ir_cron_reconcile")
            self._works[comparing.id] = ("marketplace.reconcile", [], "_cron_compare")
            env["ir.cron.trigger"].search([]).unlink()
            env.cr.commit()

    def begin(self) -> None:
        """Start the clock work."""
        self._clock.at(INTERVAL, self._interval)
        if self._minutes:
            self._clock.at(self._minutes * 60, self._compare)
        if self._answer_after:
            self._clock.at(self._answer_after, self._answer)

    def changed(self, _skus: Iterable[str]) -> None:
        """Odoo has committed something: see what that triggered."""
        for cron_id, seconds in self._ask(DUE):
            self._wake_at(cron_id, self._clock.now + max(seconds, 0) + WAKE_SECONDS)

    def _ask(self, query: str) -> list[tuple]:
        with environment(self._database) as env:
            env.cr.execute(query, {"now": fields.Datetime.now()})
            return env.cr.fetchall()

    def _wake_at(self, cron_id: int, when: float) -> None:
        if cron_id in self._works and cron_id not in self._busy and when < self._wakes.get(cron_id, float("inf")):
            self._wakes[cron_id] = when
            self._clock.at(when, lambda: self._wake(cron_id, when))

    def _wake(self, cron_id: int, when: float) -> None:
        if self._wakes.get(cron_id) == when and cron_id not in self._busy:
            del self._wakes[cron_id]
            self._busy.add(cron_id)
            self._clock.spawn(lambda: self._run(cron_id))

    def _run(self, cron_id: int) -> None:
        """Do as the scheduler does: use up the triggers, then run."""
        model, record_id, method = self._works[cron_id]
        with environment(self._database) as env:
            env.cr.execute(USED, {"cron": cron_id, "now": fields.Datetime.now()})
            env.cr.commit()
            if method == "_cron_compare" or (cron_id,) in self._ask(NEEDED):
                getattr(env[model].browse(record_id), method)()
                env.cr.commit()
        self._busy.discard(cron_id)
        self.changed(())

    def _interval(self) -> None:
        self._clock.at(self._clock.now + INTERVAL, self._interval)
        for (cron_id,) in self._ask(NEEDED):
            self._wake_at(cron_id, self._clock.now)

    def _compare(self) -> None:
        """Begin a comparison of every account that can be asked."""
        self._clock.at(self._clock.now + self._minutes * 60, self._compare)
        with environment(self._database) as env:
            runs = env["marketplace.reconcile"]
            for account in env["marketplace.config"].search([("state", "=", "connected")]):
                if runs._can_read(account):
                    runs._begin(account)._come_back()
            env.cr.commit()
        self.changed(())

    def _answer(self) -> None:
        """Say of every listing that has asked for long enough that its shop sold the difference."""
        self._clock.at(self._clock.now + ANSWER_ROUND, self._answer)
        with environment(self._database) as env:
            asked = fields.Datetime.now() - timedelta(seconds=self._answer_after)
            env["marketplace.listing"].search(
                [("state", "=", "conflict"), ("conflict_since", "<=", asked)]
            ).action_count_as_sold()
            env.cr.commit()
        self.changed(())


class EveryTenMinutes:
    """All accounts are pushed every ten minutes, and in between nothing is.

    :param clock: the day's
    :param database: its name
    """

    def __init__(self, clock: Clock, database: str, _policy: Policy, _minutes: int):
        self._clock, self._database = clock, database
        with environment(database) as env:
            self._accounts = env["marketplace.config"].search([]).ids

    def begin(self) -> None:
        """Start the clock work."""
        self._clock.at(EVERY, self._push_all)

    def changed(self, skus: Iterable[str]) -> None:
        """Odoo has committed something: that waits."""

    def _push_all(self) -> None:
        self._clock.at(self._clock.now + EVERY, self._push_all)
        for account_id in self._accounts:
            self._clock.spawn(lambda account_id=account_id: self._push(account_id))

    def _push(self, account_id: int) -> None:
        with environment(self._database) as env:
            env["marketplace.config"].browse(account_id)._drain()


class OneJobPerChange:
    """A queue of jobs for each account, one product each, worked off one after the other.

    A job reads Odoo's number when it begins, reads the shop's (a call), writes (another call) and takes whatever the
    shop sold in between for an error to be overwritten. A change whose job has not begun needs no other job; a job that
    fails comes back after a minute.

    :param clock: the day's
    :param database: its name
    """

    def __init__(self, clock: Clock, database: str, _policy: Policy, _minutes: int):
        self._clock, self._database = clock, database
        self._stack = ExitStack()
        with environment(database) as env:
            accounts = env["marketplace.config"].search([])
            self._queues = {account.id: Queue(self._stack.enter_context(account._adapter())) for account in accounts}
            self._platforms = {account.id: account.platform for account in accounts}

    def begin(self) -> None:
        """Nothing is done before something changes."""

    def changed(self, skus: Iterable[str]) -> None:
        """Odoo has committed something: a job for each product and account."""
        for account_id in self._queues:
            for sku in skus:
                self._enqueue(account_id, sku)

    def _enqueue(self, account_id: int, sku: str) -> None:
        queue = self._queues[account_id]
        if sku not in queue.jobs:
            queue.jobs.append(sku)
        if not queue.busy:
            queue.busy = True
            self._clock.spawn(lambda: self._work(account_id))

    def _work(self, account_id: int) -> None:
        queue = self._queues[account_id]
        while queue.jobs:
            sku = queue.jobs.popleft()
            if not self._is_done(account_id, sku, queue.adapter):
                self._clock.at(self._clock.now + RETRY, lambda sku=sku: self._enqueue(account_id, sku))
        queue.busy = False

    def _is_done(self, account_id: int, sku: str, adapter) -> bool:
        level = self._level(account_id, sku)
        try:
            if self._platforms[account_id] != "shopify":
                # Reading what is then overwritten changes nothing but the time. Shopify's adapter does it by itself.
                self._clock.sleep(ANSWER_SECONDS[SHOP_OF[self._platforms[account_id]]])
            [outcome] = adapter.push([level])
        except AdapterError:
            return False
        return isinstance(outcome, Acknowledged)

    def _level(self, account_id: int, sku: str) -> Level:
        with environment(self._database) as env:
            listing = env["marketplace.listing"].search([("config_id", "=", account_id), ("sku", "=", sku)])
            [(key, number)] = (
                env["marketplace.quantity"]
                ._of_listings(listing.config_id, {listing.id: listing.product_id.ids})
                .items()
            )
            place = env["marketplace.location"].browse(key[1]).external_id
            return Level(key, listing.external_id, place, number, sku=sku)


@dataclass
class Queue:
    """One account's jobs, by SKU, and its adapter."""

    adapter: Adapter
    jobs: deque[str] = field(default_factory=deque)
    busy: bool = False
