# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shopify, spoken to through its Admin GraphQL API (2026-04 or newer)."""

from .adapter import ShopifyAdapter

__all__ = ["ShopifyAdapter"]
