# SPDX-License-Identifier: LGPL-3.0-or-later
"""What can be measured by itself, with what it does; the module of that name in this package measures it."""

GROUPS = {
    "marking": "what a stock change costs whoever makes it: with one account, with four, in a database without it",
    "quantities": "the numbers of 10,000 listings of plain products, and of 10,000 kits",
    "rules": "one rule of 100,000 listings changed beside 5,000 rules for products, and the rules of 10,000 found",
    "drains": "10,000 changed products pushed, with and without a slow network, and under a plan's limit",
    "markets": "10,000 changed products pushed to eBay and to Cartona over a slow network",
    "recover": "10,000 changed products pushed while a fifth of the shop's answers are faults, and while none are",
    "reconcile": "10,000 numbers of a slow shop compared, 1,000 of which were changed there, and set right",
    "memory": "100,000 changed products pushed: the memory it takes",
    "backlog": "10,000 listings pushed from 1,000,000 rows waiting, and from 10,000",
    "garbage": "1,000,000 orphaned rows removed from behind 100,000 that are waited for",
    "shards": "one account pushed in 1, 2 and 4 parts, by one Odoo server and by two",
    "hot": "8 writers on the same 10 products, with the addon and without it",
    "ui": "every screen opened, filtered and searched in a shop with 100,000 listings, all of them waiting",
    "latency": "one change at a time, pushed by the scheduled action of a running server",
}
