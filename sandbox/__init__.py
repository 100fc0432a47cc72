# SPDX-License-Identifier: LGPL-3.0-or-later
"""Stand-in marketplaces on 127.0.0.1, for the demo, the tests and the benchmarks.

Plain Python: nothing in here imports Odoo, and nothing in here imports `adapters`, so that neither side can
hide the other's mistake. `python -m sandbox shopify --help` says how to run one as a process; marketplace.py shows how
a new one is written, in one file.
"""
