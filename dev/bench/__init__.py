# SPDX-License-Identifier: LGPL-3.0-or-later
"""Measure what the addon costs and how fast it is, on real Odoo and real PostgreSQL: `make bench`."""
