# SPDX-License-Identifier: LGPL-3.0-or-later
from .cartona import CartonaAdapter
from .ebay import EbayAdapter
from .rest import RestAdapter
from .shopify import ShopifyAdapter

PLATFORMS = {"shopify": ShopifyAdapter, "ebay": EbayAdapter, "cartona": CartonaAdapter, "rest": RestAdapter}
