# SPDX-License-Identifier: LGPL-3.0-or-later
from .shopify import ShopifyAdapter

PLATFORMS = {"shopify": ShopifyAdapter}
