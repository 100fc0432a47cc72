# SPDX-License-Identifier: LGPL-3.0-or-later
"""Put one policy's day together: a copy of the database, shops of its own, the connector, the judge."""

from pathlib import Path
from unittest import mock

from dev.bench.inside import environment
from dev.provision import Machine
from dev.trading import ready
from dev.trading.clock import Clock, Inline
from dev.trading.day import ANSWER_SECONDS, SHOPS, Day, plan
from dev.trading.judge import Judge
from dev.trading.market import Markets, running
from dev.trading.policies import Policy
from dev.trading.simulate import Simulation
from dev.trading.warehouse import Warehouse

WORKERS = "odoo.addons.marketplace_sync.adapters.wire.workers.ThreadPoolExecutor"


def load_odoo(log: Path) -> None:
    """Configure Odoo in this process."""
    from odoo.tools import config

    from dev import clone

    config.parse_config(["-c", str(clone.CONFIG), "--logfile", str(log)], setup_logging=True)


def planned(options: dict) -> Day:
    """Return the day that the command's options describe."""
    return plan(options["seed"], delay=tuple(options["delay"]), visits=options["visits"])


def everywhere(day: Day) -> dict[tuple[str, str], int]:
    """Return what all shops show when each shows everything."""
    return {(shop, sku): pieces for shop in SHOPS for sku, pieces in day.stock.items()}


def prepare(machine: Machine, options: dict) -> None:
    """Make the database all policies begin with."""
    day = planned(options)
    with running(machine) as markets:
        markets.stock(everywhere(day))
        ready.make(machine, day, markets)


def spend(machine: Machine, clock: Clock, policy: Policy, name: str, options: dict) -> dict:
    """Spend a day with a policy; return what came of it, ready for JSON."""
    day = planned(options)
    with running(machine) as markets:
        markets.stock(everywhere(day))
        with ready.copied(name, markets) as database, ready.telling_time(database, clock), mock.patch(WORKERS, Inline):
            _set_up(database, policy)
            return _watched(day, clock, markets, database, policy, options["reconcile"])


def _set_up(database: str, policy: Policy) -> None:
    """Give the accounts their policy; what that changes in the shops is pushed before the day begins."""
    with environment(database) as env:
        accounts = env["marketplace.config"].search([])
        accounts.conflict_policy = policy.conflicts
        if policy.share:
            accounts.location_ids.write({"share_kind": "percent", "share_percent": policy.share})
        env.cr.commit()
        for account in accounts:
            account._drain()


def _watched(day: Day, clock: Clock, markets: Markets, database: str, policy: Policy, minutes: int) -> dict:
    from dev.trading import connectors  # imports the addon, which has to find time frozen and Odoo configured

    before = markets.requests()
    judge = Judge(day.stock, markets.shown(), ANSWER_SECONDS, {shop: day.closed(shop) for shop in SHOPS})
    for shop in SHOPS:
        list(markets.news(shop))
    connector = getattr(connectors, policy.connector)(clock, database, policy, minutes)
    simulation = Simulation(day, clock, markets, Warehouse(database), judge, connector)
    simulation.run()
    return {
        "title": policy.title,
        "sold": simulation.sold,
        "visits": simulation.visits,
        "units": judge.units(),
        "minutes": judge.minutes(),
        "calls": markets.requests() - before,
        "pushes": sum(" is told " in text for rows in simulation.diary.values() for _at, text, *_rest in rows),
        "samples": simulation.samples,
        "stories": simulation.stories(),
    }
