# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is sold in the chaos, where it is kept, and the four shops it is sold in."""

from dev.bench.data import connect
from dev.bench.inside import environment
from dev.sandboxes import Shop

HOT = 8  # products that every writer touches
PLAIN = 56
PIECES = 60  # of each, in each of the two locations
KIT, WHOLE, UNKNOWN = "CHAOS-KIT", "CHAOS-WHOLE", "CHAOS-UNKNOWN"
BACK_ROOM = "Chaos Back Room"
MODEL = {"type": "consu", "is_storable": True}
# More of the hot products' changes than eBay takes of a listing in a day are made in a long run; calls are no limit.
OPTIONS = {"ebay": ("--daily-calls", "1000000")}
SHARDS = {"shopify": 3}
LATENCY_MS = 20


def skus() -> list[str]:
    """Return the SKUs the shops know: those of the products, of the kit, of the product that is listed as one."""
    return [f"CHAOS-{number:03}" for number in range(1, HOT + PLAIN + 1)] + [KIT, WHOLE]


def make(database: str) -> None:
    """Make products and a second place to keep them, in a database without the addon."""
    with environment(database) as env:
        stock = env.ref("stock.stock_location_stock")
        back_room = env["stock.location"].create(
            {"name": BACK_ROOM, "usage": "internal", "location_id": stock.location_id.id}
        )
        products = env["product.product"].create(
            [
                {**MODEL, "name": sku, "default_code": sku}
                for sku in [*skus()[: HOT + PLAIN], UNKNOWN]
            ]
        )  # fmt: skip
        products |= _variants(env)
        for product in products:
            for location in stock | back_room:
                env["stock.quant"]._update_available_quantity(product, location, PIECES)
        kit = env["product.product"].create({**MODEL, "name": KIT, "default_code": KIT})
        env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    (0, 0, {"product_id": part.id, "product_qty": pieces})
                    for part, pieces in zip(products[:2], (1, 2), strict=True)
                ],
            }
        )
        env.cr.commit()


def _variants(env):
    """Make a product with two variants."""
    size = env["product.attribute"].create(
        {"name": "Chaos", "value_ids": [(0, 0, {"name": name}) for name in ("this", "that")]}
    )
    line = {"attribute_id": size.id, "value_ids": [(6, 0, size.value_ids.ids)]}
    template = env["product.template"].create({**MODEL, "name": WHOLE, "attribute_line_ids": [(0, 0, line)]})
    for variant, name in zip(template.product_variant_ids, ("THIS", "THAT"), strict=True):
        variant.default_code = f"{WHOLE}-{name}"
    return template.product_variant_ids


def open_shop(shop: Shop, seed: int) -> None:
    """Put everything but UNKNOWN on sale in a shop, with nothing in stock."""
    shop.post("settings", latency_ms=LATENCY_MS, seed=seed)
    levels = {"quantities": {shop.post("locations", name="Main Street")["id"]: 0}} if shop.sandbox == "shopify" else {}
    shop.post("items", skus=skus(), **levels)


def sell(database: str, shops: dict[str, Shop]) -> dict[str, int]:
    """Connect an account for each shop and tick everything for all of them; return the accounts' ids."""
    with environment(database) as env:
        accounts = {}
        for name, shop in shops.items():
            account = connect(env, shop)
            account.name = f"Chaos {name}"
            account.shards = SHARDS.get(name, 1)
            account.cron_id.write({"interval_number": 1, "interval_type": "minutes"})
            accounts[name] = account.id
        products = env["product.product"].search([("default_code", "like", "CHAOS-")])
        whole = products.product_tmpl_id.filtered(lambda template: template.name == WHOLE)
        whole.write({"marketplace_as_one": True, "marketplace_sku": WHOLE})
        products.write({shop.tick: True for shop in shops.values()})
        env.cr.commit()
        return accounts


def secrets(database: str) -> set[str]:
    """Return what the accounts keep secret now, tokens among them."""
    with environment(database) as env:
        accounts = env["marketplace.config"].with_context(active_test=False).search([])
        return {value for account in accounts for value in account._secrets().values() if value}
