# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether a long queue slows down what is taken from it.

A shop was paused for a day while each of its 100,000 products changed ten times: 1,000,000 marks nobody has sorted
yet, each product's ten far apart. The speed at which the first 10,000 listings leave that queue is compared with the
same 10,000 listings leaving a queue that holds just one mark each. Sorting is part of both. Runs alternate. How long
the whole of such a queue takes is told as well.
"""

import time

from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.say import Trouble

LISTINGS = 100_000
DRAINED = 10_000
TIMES = 10
PAIRS = 5
PATIENCE = 600


def measure(machine: Machine) -> None:
    """Compare a long queue with a short one."""
    with data.selling(machine, LISTINGS) as (name, _shop, account_id):
        pieces = data.PIECES
        ratios = []
        for turn in range(PAIRS + 1):
            speeds = []
            for rounds, up_to in ((TIMES, LISTINGS), (1, DRAINED)):
                pieces += 1
                _queue(name, pieces, rounds, up_to)
                speeds.append(DRAINED / _seconds(name, account_id))
            if turn:  # the first one fills caches
                ratios.append(speeds[0] / speeds[1])
        figures.note("drain.backlog_ratio", ratios)
        _queue(name, pieces + 1, TIMES, LISTINGS)
        figures.note("drain.backlog_clear_s", [_clear(name, account_id)])


def _queue(name: str, pieces: int, rounds: int, up_to: int) -> None:
    """Leave a queue of `rounds` marks for each of the first `up_to` products, and nothing else."""
    with environment(name) as env:
        env.cr.execute("TRUNCATE stock_availability_dirty")
        env.cr.commit()
    for _ in range(rounds):
        data.set_all(name, pieces, up_to=up_to)
    data.tidy(name, "stock_quant", "marketplace_level", "stock_availability_dirty")


def _seconds(name: str, account_id: int) -> float:
    with environment(name) as env:
        account = env["marketplace.config"].browse(account_id)
        started = time.perf_counter()
        done = account._drain(limit=DRAINED)
        seconds = time.perf_counter() - started
    if done["done"] != DRAINED:
        raise Trouble(f"The drain did not push {DRAINED} listings but {done}.")
    return seconds


def _clear(name: str, account_id: int) -> float:
    """Return the seconds until nothing is left."""
    started = time.perf_counter()
    with environment(name) as env:
        account = env["marketplace.config"].browse(account_id)
        while account._drain()["remaining"]:
            if time.perf_counter() - started > PATIENCE:
                raise Trouble(f"The queue was not empty after {PATIENCE} seconds.")
    return time.perf_counter() - started
