# SPDX-License-Identifier: LGPL-3.0-or-later
"""What can be measured by itself, with what it does; the module of that name in this package measures it."""

GROUPS = {
    "marking": "what a stock change costs whoever makes it: with one account, with four, in a database without it",
    "drains": "10,000 changed products pushed, with and without a slow network, and under a plan's limit",
    "markets": "10,000 changed products pushed to eBay and to Cartona over a slow network",
    "recover": "10,000 changed products pushed while a fifth of the shop's answers are faults, and while none are",
    "memory": "100,000 changed products pushed: the memory it takes",
    "backlog": "10,000 listings pushed from 1,000,000 rows waiting, and from 10,000",
    "garbage": "1,000,000 orphaned rows removed from behind 100,000 that are waited for",
    "latency": "one change at a time, pushed by the scheduled action of a running server",
}
