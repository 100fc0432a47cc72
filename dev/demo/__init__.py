# SPDX-License-Identifier: LGPL-3.0-or-later
"""Odoo with its own demo data, this addon, and four stand-in marketplaces to sell on: `make demo`."""
