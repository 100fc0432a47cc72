# SPDX-License-Identifier: LGPL-3.0-or-later
"""What differs from one marketplace to the next, as far as Odoo's side is concerned."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """A kind of marketplace.

    :param name: as people know it
    :param address: where its API is, empty when every seller has an address of their own
    :param sandbox_address: where its API for trying things out is, empty when there is none
    :param item_id_field: the product's field that holds the marketplace's own id, empty when there is none
    """

    name: str
    address: str = ""
    sandbox_address: str = ""
    item_id_field: str = ""


PLATFORMS = {
    "shopify": Platform("Shopify"),
    "ebay": Platform("eBay", "https://api.ebay.com", "https://api.sandbox.ebay.com", "ebay_item_id"),
    # The staging host stands in the vendor's own Odoo module; whether it takes everybody's tokens is not known.
    "cartona": Platform(
        "Cartona", "https://supplier-integrations.cartona.com", "https://supplier-integrations.cartona.space",
        "cartona_id"),
    "rest": Platform("Other (REST)"),
}
# The tick on products that lists them on the accounts of a platform.
TICKS = {f"{key}_product": key for key in PLATFORMS}
# The products' fields with marketplaces' own ids.
ITEM_ID_FIELDS = tuple(platform.item_id_field for platform in PLATFORMS.values() if platform.item_id_field)
BLANKS = " \t\r\n\u00a0\u200b\ufeff"  # what copying an id from a page or a sheet brings along, unseen
