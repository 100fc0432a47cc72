# SPDX-License-Identifier: LGPL-3.0-or-later
"""docs/trading_day.md: the day's figures side by side, and what they mean."""

from dev import clone
from dev.trading import day
from dev.trading.plot import NAME as PLOT

NO_COMPARISON = "The shops' numbers are read before they are written, and not compared besides."
FILE = clone.ROOT / "docs" / "trading_day.md"
COLUMNS = (
    ("oversold", lambda row: row["units"]["oversold"]),
    ("in flight", lambda row: row["units"]["in_flight"]),
    ("unavoidable", lambda row: row["units"]["unavoidable"]),
    ("miscounted", lambda row: row["units"]["miscounted"]),
    ("sold", lambda row: row["sold"]),
    ("hidden, piece-h", lambda row: row["minutes"]["hidden"] / 60),
    ("promised, piece-h", lambda row: row["minutes"]["promised"] / 60),
    ("wrong, listing-h", lambda row: row["minutes"]["wrong"] / 60),
    ("numbers sent", lambda row: row["pushes"]),
    ("requests", lambda row: row["calls"]),
)
TEXT = """\
# A trading day

What happens to a seller who has little stock on four marketplaces? `make trading-day` spends one simulated day on real
Odoo and the stand-in marketplaces, once for each way of keeping the shops right, with the same buyers each time.

{table}

![The same day with each policy](trading_day.png)

Seed {seed}: {products} products with {stock} pieces in the morning (0 to {most} each), sold in four shops; {visits}
buyers, many of whom want the same few products; their orders reach Odoo {delay} later; {receipts} receipts and {counts}
counts; each marketplace is away once for some minutes, for buyers too, and once refuses numbers for some minutes (HTTP
429) while buyers go on. An answer takes {answers}. {reconcile}

    make trading-day ARGS="--seed 7 --delay 0-900 --policies respect,10min --reconcile 60"

The same seed gives the same table: there is no clock in it. Waiting takes no time, pushes under way at the same time
are interleaved by simulated time, and Odoo, the adapters and PostgreSQL all read the simulated clock. A scheduled
action starts 0.05 s after the commit that triggered it, and there are threads for all four accounts. `--stories` tells
of every piece that was not there what had happened to its product until then.

## Who is to blame

The judge (dev/trading/judge.py) keeps its own books and knows nothing of the addon. For each product: *stock* is what
the warehouse has had so far (morning, receipts and counts committed in Odoo), *sold* what the shops sold so far, and
*heard* the part of it whose orders Odoo has committed. A piece sold while stock - sold is 1 or more is there. Each
other piece is in exactly one class:

- **unavoidable**: stock - heard - what this shop sold itself unheard is 1 or more. Odoo and this shop together could
  not know that it was gone: pieces sold elsewhere emptied it, and Odoo had not heard of those sales.
- **in flight**: they knew, but nobody could have told the marketplace in time. A connector that sends every number in
  the very moment it changes in Odoo would still have shown the piece: the answer was under way, or the marketplace was
  away or refused numbers all the while. The time this addon itself takes is no excuse.
- **oversold**: all others. Odoo, or the shop's own number, had said that it was gone.
- **miscounted** pieces were sold when a count found that they had never been there.

Not only a shop that had counted down to 0 and was put up again is blamed on the connector, but also one that showed 2,
sold 1, was sent 2 again and then sold 2: without that push it would have had but one more to sell, whatever Odoo knew.

*Hidden* are pieces that could be sold and were not shown, *promised* those shown that were not there, in pieces times
hours, all listings together; *wrong* is the time listings showed another number than what was left, whoever could have
known. Where shops have shares, most of what is hidden is meant to be: a quarter of what is left is shown in each.
Orders for pieces that are not there wait for the next receipt, which therefore puts fewer pieces on sale.

## The policies

- **respect** (the default): a shop that shows fewer pieces than it was sent has sold them; they are kept back
  everywhere until Odoo's own stock falls by as many.
- **overwrite**: Odoo is always right.
- **ask**: a listing whose shop shows another number waits; nobody answers, or somebody says after ten minutes that the
  difference was sold.
- **a quarter each**: respect, and every shop may show a quarter of what there is, so that no piece is shown twice.
- **push every 10 minutes**: this addon's own push with *overwrite*, every ten minutes and at no other time.
- **one job per change**: a queue for each marketplace; a job reads Odoo's number, then the shop's, and writes. What
  fails comes back after a minute.
"""


def write(results: dict[str, dict], options: dict) -> None:
    """Write the page.

    :param results: what came of the day, by policy
    :param options: of the command
    """
    planned = day.plan(options["seed"], delay=tuple(options["delay"]), visits=options["visits"])
    low, high = (f"{seconds / 60:g}" for seconds in options["delay"])
    minutes = options["reconcile"]
    FILE.write_text(
        TEXT.format(
            table="\n".join(rows(results)), plot=PLOT, seed=options["seed"], products=len(planned.stock),
            stock=sum(planned.stock.values()), most=day.MOST_STOCK, visits=len(planned.visits),
            delay=f"{low} to {high} minutes", receipts=len(planned.receipts), counts=len(planned.counts),
            answers=", ".join(f"{seconds:g} s ({shop})" for shop, seconds in day.ANSWER_SECONDS.items()),
            reconcile=f"All numbers are compared every {minutes} minutes." if minutes else NO_COMPARISON,
        )
    )  # fmt: skip


def rows(results: dict[str, dict]) -> list[str]:
    """Return the table in Markdown."""
    lines = ["| policy | " + " | ".join(name for name, _value in COLUMNS) + " |", "|---|" + "---:|" * len(COLUMNS)]
    for row in results.values():
        lines.append(f"| {row['title']} | " + " | ".join(f"{value(row):,.0f}" for _name, value in COLUMNS) + " |")
    return lines
