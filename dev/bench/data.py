# SPDX-License-Identifier: LGPL-3.0-or-later
"""Goods by the hundred thousand, made by SQL as copies of a product of Odoo's demo data, and shops that have them."""

from collections.abc import Iterator
from contextlib import contextmanager

from dev import clone, database, odoo, postgres, sandboxes, say
from dev.bench.inside import environment
from dev.provision import Machine
from dev.sandboxes import Shop

MODEL = "product.product_product_7"  # the Storage Box: storable, no variants, no bill of materials
PIECES = 100
# More than one day's calls are made here in a minute; that eBay then wants calls saved is not what is measured.
OPTIONS = {"ebay": ("--daily-calls", "1000000")}
SKU = "BENCH-%06d"


@contextmanager
def selling(machine: Machine, listings: int, sandbox: str = "shopify") -> Iterator[tuple[str, Shop, int]]:
    """Give a database that sells `listings` products, a shop that has them all, and the account's id.

    Steady state: every listing is linked, and Odoo, the shop and the number last acknowledged agree.
    """
    name = clone.database("bench")
    say.line(f"  making a database and a shop ({sandbox}) with {listings:,} listings")
    database.fresh(machine, name)
    try:
        odoo.install_cleanly(machine, name)
        with sandboxes.running(machine, sandbox, *OPTIONS.get(sandbox, ())) as shop:
            items = stock_shop(shop, [SKU % number for number in range(1, listings + 1)])
            add_products(name, listings)
            yield name, shop, list_all(name, shop, items)
    finally:
        database.drop(name)


def stock_shop(shop: Shop, skus: list[str]) -> dict[str, str]:
    """Put PIECES pieces of each SKU on sale; return by what its listing in Odoo knows it."""
    if shop.sandbox == "shopify":
        place = shop.post("locations", name="Main Street")["id"]
        ids = shop.post("items", skus=skus, quantities={place: PIECES})["ids"]
    else:
        ids = shop.post("items", skus=skus, quantity=PIECES)["ids"]
    if shop.sandbox == "ebay":
        from odoo.addons.marketplace_sync.adapters.ebay.targets import Inventory

        ids = [str(Inventory(sku, (offer,))) for sku, offer in zip(skus, ids, strict=True)]
    return dict(zip(skus, ids, strict=True))


def add_products(name: str, number: int, prefix: str = "BENCH") -> None:
    """Add products with PIECES pieces each in WH/Stock; their SKUs are `<prefix>-000001` and so on."""
    with environment(name) as env:
        model = env.ref(MODEL)
        values = {"default_code": f"'{prefix}-' || lpad(n::text, 6, '0')"}
        series = f"generate_series(1, {number}) AS n"
        copy(env.cr, "product_template", model.product_tmpl_id.id, series, values)
        ours = f"WHERE default_code LIKE '{prefix}-%' ORDER BY id"
        created = f"(SELECT id, default_code FROM product_template {ours}) AS t"
        values = {"product_tmpl_id": "t.id", "default_code": "t.default_code", "barcode": "NULL"}
        copy(env.cr, "product_product", model.id, created, values)
        created = f"(SELECT id FROM product_product {ours}) AS p"
        quant = env["stock.quant"].search([("product_id", "=", model.id), ("location_id.usage", "=", "internal")])
        values = {"product_id": "p.id", "quantity": str(PIECES), "reserved_quantity": "0"}
        copy(env.cr, "stock_quant", quant.id, created, values)
        env.cr.commit()
    tidy(name, "product_template", "product_product", "stock_quant")


def make_kits(name: str, kits: str, parts: str, components: int) -> None:
    """Make kits of the products with one prefix, each of so many with another prefix, taken in turns."""
    with environment(name) as env:
        first = env["product.product"].search([("default_code", "=like", f"{kits}-%")], order="id", limit=1)
        part = env["product.product"].search([("default_code", "=like", f"{parts}-%")], order="id", limit=1)
        bill = env["mrp.bom"].create({
            "product_tmpl_id": first.product_tmpl_id.id,
            "type": "phantom",
            "bom_line_ids": [(0, 0, {"product_id": part.id})],
        })
        env.flush_all()
        others = (
            f"(SELECT product_tmpl_id FROM product_product WHERE default_code LIKE '{kits}-%' AND id != {first.id} "
            "ORDER BY id) AS kit"
        )
        copy(env.cr, "mrp_bom", bill.id, others, {"product_tmpl_id": "kit.product_tmpl_id"})
        # A kit's first part comes after the last one of the kit before it.
        dealt = f"""
            (SELECT bom.id AS bom_id, part.id AS part_id, part.product_tmpl_id
               FROM (SELECT mrp_bom.id, row_number() OVER (ORDER BY mrp_bom.id) - 1 AS number
                       FROM mrp_bom JOIN product_template kit ON kit.id = mrp_bom.product_tmpl_id
                      WHERE kit.default_code LIKE '{kits}-%') AS bom
              CROSS JOIN generate_series(0, {components - 1}) AS place
               JOIN (SELECT id, product_tmpl_id, row_number() OVER (ORDER BY id) - 1 AS number,
                            count(*) OVER () AS total
                       FROM product_product WHERE default_code LIKE '{parts}-%') AS part
                 ON part.number = (bom.number * {components} + place) % part.total
              ORDER BY bom.id, place) AS dealt
            """
        values = {"bom_id": "dealt.bom_id", "product_id": "dealt.part_id", "product_tmpl_id": "dealt.product_tmpl_id"}
        copy(env.cr, "mrp_bom_line", bill.bom_line_ids.id, dealt, values)
        bill.bom_line_ids.browse(bill.bom_line_ids.ids[0]).unlink()
        env.cr.commit()
    tidy(name, "mrp_bom", "mrp_bom_line")


def connect(env, shop: Shop):
    """Make an account of the shop, connected, its one location fed by WH/Stock; its settings are Odoo's defaults."""
    values = {"name": f"Bench {shop.sandbox}", **shop.account}
    if shop.sandbox == "odd":
        values["rest_profile_id"] = env.ref(sandboxes.ODD_PRESET).id
    account = env["marketplace.config"].create(values)
    if shop.sandbox == "ebay":
        token = shop.post("refresh_tokens")["refresh_token"]
        env["marketplace.credential"]._set(account, "refresh_token", token)
    account.action_test_connection()
    account.location_ids.location_ids = env.ref("stock.stock_location_stock")
    return account


def set_all(name: str, pieces: int, *, up_to: int | None = None) -> None:
    """Change what Odoo has of the products, all or the first `up_to`, and mark them, in one transaction.

    In one statement that leaves the marks the addon would: whoever measures memory is not to hold 100,000 products.
    """
    with postgres.connected(name) as cursor:
        cursor.execute(
            """
            WITH changed AS (
                UPDATE stock_quant SET quantity = %s WHERE product_id IN (
                    SELECT id FROM product_product WHERE default_code LIKE 'BENCH-%%' ORDER BY id LIMIT %s)
                RETURNING product_id)
            INSERT INTO stock_availability_dirty (product_id, product_tmpl_id, reason)
            SELECT product.id, product.product_tmpl_id, 'quant'
              FROM changed JOIN product_product product ON product.id = changed.product_id
             ORDER BY product.id
            """,
            [pieces, up_to],
        )


def tidy(name: str, *tables: str) -> None:
    """Do what autovacuum does in a quiet moment."""
    with postgres.connected(name) as cursor:
        for table in tables:
            cursor.execute(f"VACUUM ANALYZE {table}")


def copy(cr, table: str, record_id: int, source: str, values: dict[str, str]) -> None:
    """Copy a row for every row of `source`, with other `values`, which are SQL."""
    cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    columns = [column for (column,) in cr.fetchall() if column != "id"]
    picked = ", ".join(values.get(column, f'model."{column}"') for column in columns)
    quoted = ", ".join(f'"{column}"' for column in columns)
    rows = f"SELECT {picked} FROM {table} model, {source} WHERE model.id = {record_id}"
    cr.execute(f"INSERT INTO {table} ({quoted}) {rows}")


def list_all(name: str, shop: Shop, items: dict[str, str]) -> int:
    """Connect the shop and link `items`, the external id of each SKU; return the account's id."""
    with environment(name) as env:
        account = connect(env, shop)
        env.cr.execute(f"UPDATE product_product SET {shop.tick} = TRUE WHERE default_code LIKE 'BENCH-%'")
        env.cr.execute(
            """
            INSERT INTO marketplace_listing (config_id, company_id, product_id, product_tmpl_id, active, state, sku,
                                             external_id)
            SELECT %s, %s, product.id, product_tmpl_id, TRUE, 'linked', item.sku, item.gid
              FROM unnest(%s, %s) AS item (sku, gid) JOIN product_product product ON default_code = item.sku
             ORDER BY product.id
            """,
            [account.id, account.company_id.id, list(items), list(items.values())],
        )
        env.cr.execute(
            """
            INSERT INTO marketplace_level (listing_id, location_id, quantity, acked_at)
            SELECT id, %s, %s, now() AT TIME ZONE 'UTC' FROM marketplace_listing
            """,
            [account.location_ids.id, PIECES],
        )
        env.cr.execute("TRUNCATE stock_availability_dirty")
        env.cr.commit()
        tidy(name, "product_product", "marketplace_listing", "marketplace_level", "stock_availability_dirty")
        return account.id
