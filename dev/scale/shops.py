# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shops for databases that were kept: they have the 10,000 items that are pushed, and not the million others."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from dev import sandboxes
from dev.bench.inside import environment
from dev.provision import Machine
from dev.sandboxes import Shop
from dev.scale.comparing import Database
from dev.scale.goods import PIECES, SHELVES


@contextmanager
def open_for(machine: Machine, databases: tuple[Database, ...]) -> Iterator[None]:
    """Give each database's connected account a shop of its own, which agrees with what Odoo has."""
    with ExitStack() as stack:
        for database in databases:
            _move(database, stack.enter_context(sandboxes.running(machine, "shopify")))
        yield


def change(database: Database) -> None:
    """Have one piece more, or one less, of each of the 10,000 products, and mark them."""
    database.mark()
    database.execute(
        """
        UPDATE stock_quant SET quantity = 2 * %(pieces)s + 1 - quantity
         WHERE product_id = ANY(%(products)s)
           AND location_id = (SELECT res_id FROM ir_model_data WHERE name = 'stock_location_stock')
        """, pieces=PIECES)


def _move(database: Database, shop: Shop) -> None:
    """Make the account one of this shop, as if it always had been: what it last acknowledged is still true."""
    together = PIECES * (SHELVES + 1)
    with environment(database.name) as env:
        skus = env["product.product"].browse(database.product_ids).mapped("default_code")
        place = shop.post("locations", name="Main Street")["id"]
        items = shop.post("items", skus=skus, quantities={place: together})["ids"]
        env["marketplace.config"].browse(database.account_id)._forget_token()
        env.cr.commit()
    ours = "(SELECT id FROM marketplace_listing WHERE config_id = %(account)s AND product_id = ANY(%(products)s))"
    database.execute(
        "UPDATE stock_quant SET quantity = %(pieces)s WHERE product_id = ANY(%(products)s)"
        " AND quantity <> %(pieces)s AND quantity > 0",
        "UPDATE marketplace_config SET base_url = %(url)s, allow_private = TRUE, state = 'connected', retry_at = NULL,"
        " failures = 0 WHERE id = %(account)s",
        "UPDATE marketplace_location SET external_id = %(place)s WHERE config_id = %(account)s",
        f"""
        UPDATE marketplace_listing SET external_id = item.id, state = 'linked', active = TRUE
          FROM unnest(%(skus)s, %(items)s) AS item (sku, id)
         WHERE marketplace_listing.id IN {ours} AND marketplace_listing.sku = item.sku
        """,
        f"UPDATE marketplace_level SET quantity = %(together)s, stock = %(together)s WHERE listing_id IN {ours}",
        "VACUUM ANALYZE stock_quant", "VACUUM ANALYZE marketplace_listing", "VACUUM ANALYZE marketplace_level",
        pieces=PIECES, url=shop.url, place=place, skus=skus, items=items, together=together)
