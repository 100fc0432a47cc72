# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long it takes to mark what a rule touches, and to find the rules of a drain's listings.

100,000 listings of products in 100 categories, one account-wide rule of each kind, 20 rules for categories, and rules
for 5,000 products, 1,000 of them of the kind that changes. A change counts from the write until its commit has
returned.
"""

import time

from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.say import Trouble

LISTINGS = 100_000
CATEGORIES = 100
RULED_CATEGORIES = 20
RULED_PRODUCTS = 5_000
SHADOWING = 1_000  # of these, the products whose rule is of the kind that changes
CHUNK = 10_000
RUNS = 9


def measure(machine: Machine) -> None:
    """Change one rule for everything again and again, and ask for the rules of a chunk of listings."""
    with data.selling(machine, LISTINGS) as (name, _shop, account_id):
        touched = _fill(name, account_id)
        data.tidy(name, "marketplace_rule", "product_template", "product_category")
        _change(name, account_id, touched)  # the first one fills caches
        figures.note("rules.remark_s", [_change(name, account_id, touched) for _ in range(RUNS)])
        _find(name, account_id)
        figures.note("rules.ms_per_listing", [_find(name, account_id) for _ in range(RUNS)])


def _fill(name: str, account_id: int) -> int:
    """Make the categories and the rules; return how many listings the rule that changes is the nearest for."""
    with environment(name) as env:
        category = env["product.category"]
        tops = category.create([{"name": f"Bench {number}"} for number in range(CATEGORIES // 10)])
        below = category.create([
            {"name": f"Bench {number}", "parent_id": tops[number % len(tops)].id}
            for number in range(CATEGORIES - len(tops))
        ])
        products = env["product.template"].search([("default_code", "like", "BENCH-")], order="id")
        env.cr.execute(
            "UPDATE product_template SET categ_id = (%s)[1 + id %% %s] WHERE default_code LIKE 'BENCH-%%'",
            [below.ids, len(below)],
        )
        rule = env["marketplace.rule"]
        rule.create([
            {"kind": kind, "value": value, "config_id": account_id}
            for kind, value in (("buffer", 2), ("percentage", 95), ("minimum", 3), ("maximum", 80))
        ])
        ruled = below[:RULED_CATEGORIES]
        rule.create([{"kind": "maximum", "value": 60, "categ_id": category.id} for category in ruled])
        rule.create([
            {"kind": "buffer" if number < SHADOWING else "minimum", "value": 4, "product_tmpl_id": product.id}
            for number, product in enumerate(products[:RULED_PRODUCTS])
        ])
        env.cr.commit()
        return len(products) - SHADOWING


def _change(name: str, account_id: int, touched: int) -> float:
    """Return the seconds one change of the account's buffer takes."""
    with environment(name) as env:
        env.cr.execute("TRUNCATE stock_availability_dirty")
        env.cr.commit()
        rule = env["marketplace.rule"].search([
            ("kind", "=", "buffer"), ("config_id", "=", account_id), ("product_tmpl_id", "=", False)])
        started = time.perf_counter()
        rule.value += 1
        env.cr.commit()
        seconds = time.perf_counter() - started
        env.cr.execute("SELECT count(*) FROM stock_availability_dirty")
        [marked] = env.cr.fetchone()
    if marked != touched:
        raise Trouble(f"The change did not mark {touched:,} listings but {marked:,}.")
    return seconds


def _find(name: str, account_id: int) -> float:
    """Return the milliseconds it takes to find the rules of a listing, a chunk of them at a time."""
    with environment(name) as env:
        account = env["marketplace.config"].browse(account_id)
        ids = account.listing_ids.ids[:CHUNK]
        started = time.perf_counter()
        found = env["marketplace.rule"]._of_listings(account, ids)
        seconds = time.perf_counter() - started
    if len(found) != CHUNK or len(set(found.values())) < 2:
        raise Trouble("The rules of the listings were not found.")
    return seconds * 1000 / CHUNK
