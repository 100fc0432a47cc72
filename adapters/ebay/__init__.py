# SPDX-License-Identifier: LGPL-3.0-or-later
"""eBay, spoken to through its Sell Inventory API and, for listings made elsewhere, its Trading API."""

from .adapter import EbayAdapter

__all__ = ["EbayAdapter"]
