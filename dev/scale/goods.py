# SPDX-License-Identifier: LGPL-3.0-or-later
"""A database with goods by the million: five quants and two listings to each product.

Each product has quants in five locations of one warehouse's stock. It is listed on two accounts: on a Shopify shop that
is connected, and on a Cartona account that is paused. 100 are ticked for eBay, where there is no account.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from dev import clone, odoo, postgres, run, sandboxes, say
from dev.bench import data, inside
from dev.bench.inside import environment
from dev.ground import Ground
from dev.provision import Machine

SMALL = 10_000  # products of the database that is compared with
PIECES = 100  # in each of a product's quants
SHELVES = 4  # locations below WH/Stock
SKU = "SCALE-"
CONNECTED, PAUSED = "Scale connected", "Scale paused"
READY = "goods by the million"
TABLES = ("product_template", "product_product", "stock_quant", "marketplace_listing", "marketplace_level",
          "marketplace_history")


def have(machine: Machine, ground: Ground, name: str, products: int) -> None:
    """Make a database of that size, or bring one that was kept up to date with the addon."""
    with postgres.connected() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        kept = cursor.fetchone() == (READY,)
    if kept:
        say.line(f"  bringing the database of {products:,} products up to date")
        _update(machine, name)
        return
    say.line(f"  making a database of {products:,} products, {2 * products:,} listings, {5 * products:,} quants")
    started = time.perf_counter()
    ground.copy(ground.template, name)
    odoo.install_cleanly(machine, name)
    inside.child(machine, "dev.scale.goods", name, str(products))
    with postgres.connected() as cursor:
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{READY}'")
        cursor.execute("SELECT pg_database_size(%s) / 1e9", [name])
        [[gigabytes]] = cursor.fetchall()
    say.line(f"  it took {time.perf_counter() - started:.0f} s and {gigabytes:.1f} GB")


def measure(machine: Machine, name: str, products: str) -> None:
    """Fill a database in which the addon was just installed."""
    with sandboxes.running(machine, "shopify") as shop:
        shop.post("locations", name="Main Street")
        _set_up(name, shop)
    with postgres.connected(name) as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET synchronous_commit = off")
        with _bare(cursor):
            _add_products(cursor, int(products))
            _list(cursor)
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _update(machine: Machine, name: str) -> None:
    log = clone.LOGS / f"update-{name}.log"
    run.followed(
        [*odoo.command(machine), "-c", odoo.configure(machine), "-d", name, "-u", clone.ADDON, "--stop-after-init",
         "--no-http"],
        lambda text: None, failure=f"Odoo could not update {clone.ADDON}, its log is {log}", log=log,
        env=odoo.pythonpath(machine))


def _set_up(name: str, shop: sandboxes.Shop) -> None:
    """Make what there is one of: the locations, the accounts, and the user who looks at them."""
    with environment(name) as env:
        stock = env.ref("stock.stock_location_stock")
        env["stock.location"].create([
            {"name": f"Scale {number}", "location_id": stock.id} for number in range(1, SHELVES + 1)])
        connected = data.connect(env, shop)
        connected.name = CONNECTED
        paused = env["marketplace.config"].create({
            "name": PAUSED, "base_url": "https://paused.example", **sandboxes.ACCOUNTS["cartona"], "sandbox": True})
        env["marketplace.location"].create({
            "config_id": paused.id, "name": "Cartona", "external_id": "cartona", "location_ids": stock.ids})
        paused.state = "paused"
        groups = ("marketplace_sync.group_marketplace_manager", "stock.group_stock_manager")
        env["res.users"].create({
            "name": "Scale", "login": "scale", "group_ids": [env.ref(group).id for group in groups]})
        env.cr.commit()


@contextmanager
def _bare(cursor) -> Iterator[None]:
    """Take foreign keys and indexes away while rows come in by the million, and put them back."""
    cursor.execute(
        """
        SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
               format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
          FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%(tables)s::regclass[])
         UNION ALL
        SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
          FROM pg_index
         WHERE indrelid = ANY(%(tables)s::regclass[])
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        """, {"tables": list(TABLES)})
    statements = cursor.fetchall()
    for drop, _restore in statements:
        cursor.execute(drop)
    yield
    for _drop, restore in statements[::-1]:  # indexes first: they serve the keys
        cursor.execute(restore)


def _add_products(cursor, products: int) -> None:
    cursor.execute(
        "SELECT id, product_tmpl_id FROM product_product WHERE id = (SELECT res_id FROM ir_model_data"
        " WHERE module || '.' || name = %s)", [data.MODEL])
    [(variant, template)] = cursor.fetchall()
    data.copy(cursor, "product_template", template, f"generate_series(1, {products}) AS n", {
        "default_code": f"'{SKU}' || lpad(n::text, 7, '0')", "name": "jsonb_build_object('en_US', 'Box ' || n)"})
    made = f"(SELECT id, default_code FROM product_template WHERE default_code LIKE '{SKU}%' ORDER BY id) AS t"
    data.copy(cursor, "product_product", variant, made, {
        "product_tmpl_id": "t.id", "default_code": "t.default_code", "barcode": "NULL", "shopify_product": "TRUE",
        "cartona_product": "TRUE", "ebay_product": f"t.id % {products // 100} = 0"})
    # Place by place, as goods come in: a product's quants do not lie side by side.
    cursor.execute(
        "SELECT id FROM stock_quant WHERE product_id = %s AND location_id IN (SELECT id FROM stock_location"
        " WHERE usage = 'internal') LIMIT 1", [variant])
    [[quant]] = cursor.fetchall()
    places = f"""
        (SELECT p.id AS product_id, place.id AS location_id
           FROM product_product p
          CROSS JOIN (SELECT id FROM stock_location
                       WHERE id = (SELECT location_id FROM stock_quant WHERE id = {quant})
                          OR name LIKE 'Scale %') AS place
          WHERE p.default_code LIKE '{SKU}%' ORDER BY place.id, p.id) AS p"""
    data.copy(cursor, "stock_quant", quant, places, {
        "product_id": "p.product_id", "location_id": "p.location_id", "quantity": str(PIECES),
        "reserved_quantity": "0"})


def _list(cursor) -> None:
    """List each product on both accounts; what the shops have is what Odoo has."""
    cursor.execute(
        """
        INSERT INTO marketplace_listing (config_id, company_id, product_id, product_tmpl_id, active, state, sku,
                                         external_id)
        SELECT account.id, account.company_id, product.id, product.product_tmpl_id, TRUE, 'linked',
               product.default_code, product.default_code
          FROM product_product product CROSS JOIN marketplace_config account
         WHERE product.default_code LIKE %s
         ORDER BY product.id, account.id
        """, [f"{SKU}%"])
    cursor.execute(
        """
        INSERT INTO marketplace_level (listing_id, location_id, quantity, stock, acked_at)
        SELECT listing.id, place.id, %(pieces)s, %(pieces)s, now() AT TIME ZONE 'UTC'
          FROM marketplace_listing listing JOIN marketplace_location place ON place.config_id = listing.config_id
        """, {"pieces": PIECES * (SHELVES + 1)})
    cursor.execute(
        """
        INSERT INTO marketplace_history (listing_id, location_id, at, quantity, odoo_quantity)
        SELECT listing_id, location_id, acked_at, quantity, stock FROM marketplace_level
        """)
    cursor.execute("TRUNCATE stock_availability_dirty")
