# SPDX-License-Identifier: LGPL-3.0-or-later
"""The same work done by OCA's `shopify_connector` and by this addon, side by side: `make bench-peer`."""

PARTS = ("quants", "delivery", "drain", "reconcile", "lost", "oversold")
