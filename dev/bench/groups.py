# SPDX-License-Identifier: LGPL-3.0-or-later
"""What can be measured by itself, with what it does; the module of that name in this package measures it."""

GROUPS = {
    "marking": "what a stock change costs whoever makes it, with the addon and in a database without it",
    "drains": "10,000 changed products pushed, with and without a slow network, and under a plan's limit",
    "memory": "100,000 changed products pushed: the memory it takes",
    "backlog": "10,000 listings pushed from 1,000,000 rows waiting, and from 10,000",
    "latency": "one change at a time, pushed by the scheduled action of a running server",
}
