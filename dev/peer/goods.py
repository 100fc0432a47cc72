# SPDX-License-Identifier: LGPL-3.0-or-later
"""Three databases alike but for the connector, and one shop: the same products everywhere."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dev import clone, database, odoo, postgres, sandboxes, say
from dev.bench import data
from dev.bench.inside import environment
from dev.peer import install, tls
from dev.peer.connectors import Connector, Ours, Theirs
from dev.peer.market import TOKEN, Market
from dev.provision import Machine

OFF, OURS, THEIRS = "off", "ours", "theirs"
# What is installed last in each database.
ADDONS = {OFF: "stock_delivery", OURS: clone.ADDON, THEIRS: install.ADDON}
LARGE = 10_000
PEM = clone.RUN / "peer.pem"


@dataclass(frozen=True)
class Goods:
    """What is measured: a database without any connector, the two connectors by their names, and their shop."""

    off: str
    connectors: dict[str, Connector]
    market: Market

    @property
    def is_large(self) -> bool:
        """Whether the other connector takes minutes for all of it."""
        return len(self.market.items) >= LARGE


def prepare(machine: Machine) -> None:
    """Make the databases that are copied for each number of products: the same modules, and a connector or none.

    Those that were kept are used again.
    """
    for role, addon in ADDONS.items():
        if _has(_database(role), addon):
            continue
        say.line(f"making the database {role}")
        database.fresh(machine, _database(role), install.MODULES)
        if role == OURS:
            odoo.install_cleanly(machine, _database(role))
        elif role == THEIRS:
            odoo.install(machine, _database(role), addon)


def remove() -> None:
    """Remove them."""
    for role in (OFF, OURS, THEIRS):
        database.drop(_database(role))


@contextmanager
def stocked(machine: Machine, number: int) -> Iterator[Goods]:
    """Give copies of the databases with so many products, all of them on sale in a shop.

    Steady state: Odoo, the shop and what each connector remembers agree.
    """
    say.line(f"making {number:,} products in three databases and a shop")
    names = {role: f"{_database(role)}_{number}" for role in (OFF, OURS, THEIRS)}
    try:
        for role, name in names.items():
            _copy(_database(role), name)
            data.add_products(name, number)
            _give_to_company(name)
        with sandboxes.running(machine, "shopify", "--tls", str(PEM), "--older-versions") as shop:
            items = data.stock_shop(shop, [data.SKU % count for count in range(1, number + 1)])
            market = Market(shop, items)
            ours = Ours(machine, names[OURS], data.list_all(names[OURS], shop, items))
            theirs = Theirs(machine, names[THEIRS], _link_theirs(names[THEIRS], market))
            for name in names.values():
                _postpone(name)
            yield Goods(names[OFF], {OURS: ours, THEIRS: theirs}, market)
    finally:
        for name in names.values():
            database.drop(name)


def certify() -> None:
    """Let this process and those it starts trust the shop, which speaks HTTPS."""
    os.environ[tls.TRUSTED] = str(tls.write(PEM))


def _database(role: str) -> str:
    return clone.database(f"peer_{role}")


def _has(name: str, addon: str) -> bool:
    """Whether a database is there, and finished."""
    if name not in database.ours():
        return False
    with postgres.connected(name) as cursor:
        cursor.execute("SELECT 1 FROM ir_module_module WHERE name = %s AND state = 'installed'", [addon])
        return bool(cursor.fetchone())


def _copy(origin: str, name: str) -> None:
    database.drop(name)
    with postgres.connected() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {origin}")


def _give_to_company(name: str) -> None:
    """The other connector wants a shop and its products to be of one company."""
    with environment(name) as env:
        env.cr.execute(
            "UPDATE product_template SET company_id = %s WHERE default_code LIKE 'BENCH-%%'", [env.company.id]
        )
        env.cr.commit()


def _postpone(name: str) -> None:
    """Have none of the daily scheduled actions, of Odoo or of a connector, run while something is measured."""
    with postgres.connected(name) as cursor:
        cursor.execute("UPDATE ir_cron SET nextcall = (now() AT TIME ZONE 'UTC') + interval '1 day'")


def _link_theirs(name: str, market: Market) -> int:
    """Bind the products to the shop's items, as an import of its products would; return the shop's id."""
    with environment(name) as env:
        instance = env["shopify.instance"].create(
            {"name": "Bench", "shop_url": market.shop.url, "access_token": TOKEN, "state": "connected"}
        )
        stock = env.ref("stock.stock_location_stock")
        location = env["shopify.location"].create({
            "name": "Main Street", "instance_id": instance.id, "shopify_id": market.place, "state": "synced",
            "odoo_location_id": stock.id,
        })
        products = env["product.product"].search([("default_code", "like", "BENCH-")], order="id")
        common = {"instance_id": instance.id, "state": "synced"}
        templates = env["shopify.product.template"].create([
            {**common, "shopify_id": f"gid://shopify/Product/{product.id}", "status": "ACTIVE",
             "odoo_id": product.product_tmpl_id.id}
            for product in products
        ])
        variants = env["shopify.product.variant"].create([
            {**common, "shopify_id": f"gid://shopify/ProductVariant/{product.id}", "odoo_id": product.id,
             "template_binding_id": template.id, "inventory_tracked": True,
             "inventory_item_shopify_id": market.items[product.default_code]}
            for product, template in zip(products, templates, strict=True)
        ])
        env["shopify.inventory.state"].create([
            {"instance_id": instance.id, "variant_binding_id": variant.id, "location_binding_id": location.id,
             "last_pushed_quantity": data.PIECES, "last_shopify_quantity": data.PIECES}
            for variant in variants
        ])
        env.cr.execute("TRUNCATE queue_job CASCADE")
        env.cr.commit()
        tidy = ("shopify_product_template", "shopify_product_variant", "shopify_inventory_state", "queue_job")
        data.tidy(name, *tidy)
        return instance.id
