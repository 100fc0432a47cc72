# SPDX-License-Identifier: LGPL-3.0-or-later
"""How much longer it takes when a fifth of the shop's answers are faults.

10,000 changed listings are pushed until the shop has every number, with faults and without, in turns; every answer
takes 100 ms. The ratio is that of the seconds of such a pair. Which answers are faults, and of which kind, is drawn by
chance, by another seed in each pair but by the same ones in each run of the bench.

Two kinds of trouble are left out. A request that is never answered takes the account's read time-out, 30 seconds,
whatever the addon does then. A token that is refused also when it was just renewed stops the account, as it should, so
that it can't be left to chance.
"""

from statistics import median

from dev import say
from dev.bench import data, figures
from dev.bench.pushing import Pushing
from dev.faults import TROUBLES
from dev.provision import Machine
from dev.sandboxes import Shop

FIGURES = {"shopify": "recover.ratio", "ebay": "recover.ratio.ebay", "cartona": "recover.ratio.cartona"}
LISTINGS = 10_000
PAIRS = 7
SLOW_MS = 100
# Of all answers; each kind as often as the others of its list.
OFTEN, SELDOM = 0.19, 0.01
# Each of these costs a second by itself: the marketplace asks for it, or takes it.
WAITS = (
    {"kind": "429", "retry_after": 1},
    {"kind": "429", "retry_after": 1, "as_date": True},
    {"kind": "latency", "seconds": 1},
    {"kind": "hold", "seconds": 1},
)


def measure(machine: Machine) -> None:
    """Compare, for each marketplace."""
    mixed = [(OFTEN, TROUBLES), (SELDOM, WAITS)]
    for sandbox, figure in FIGURES.items():
        with data.selling(machine, LISTINGS, sandbox) as (name, shop, account_id):
            bench = Pushing(name, shop, account_id)
            bench.push_patiently(LISTINGS)  # the first one fills caches
            shop.post("settings", latency_ms=SLOW_MS)
            figures.note(figure, _ratios(bench, shop, mixed))
            if sandbox == "shopify":
                # The same with as many of those that cost a second as of each other kind.
                figures.note("recover.ratio.equal", _ratios(bench, shop, [(OFTEN + SELDOM, TROUBLES + WAITS)]))


def _ratios(bench: Pushing, shop: Shop, mix: list[tuple[float, tuple[dict, ...]]]) -> list[float]:
    """Return the seconds with faults over those without, for each pair.

    :param mix: shares of all answers, each with the kinds of fault that it is divided among
    """
    ratios, shares, calm = [], [], []
    for seed in range(PAIRS):
        calm.append(bench.push_patiently(LISTINGS))
        before = shop.get("stats")
        shop.post("settings", seed=seed)
        for share, kinds in mix:
            for fault in kinds:
                shop.post("faults", share=share / len(kinds), **fault)
        ratios.append(bench.push_patiently(LISTINGS) / calm[-1])
        shop.delete("faults")
        shares.append(_share(before, shop.get("stats")))
    say.line(f"  {median(shares):.0%} of the answers were faults; without any it took {median(calm):.2f} s")
    return ratios


def _share(before: dict, after: dict) -> float:
    """Return the share of answers that were faults."""
    return (after["faults"] - before["faults"]) / (after["requests"] - before["requests"])
