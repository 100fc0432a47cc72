# SPDX-License-Identifier: LGPL-3.0-or-later
"""Odoo with its own demo data, this addon, and a stand-in Shopify to sell on: `make demo`."""
