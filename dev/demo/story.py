# SPDX-License-Identifier: LGPL-3.0-or-later
"""What happens in the demo: goods come in, are sold and are counted, by the clicks a user would do in Odoo."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from psycopg2 import sql

from dev import postgres, say
from dev.demo.stalls import Stall
from dev.rpc import Client
from dev.say import Trouble

# Odoo's demo products by their SKU: two with variants, some reserved for orders, a part of a kit, the kit.
TICKED = ("FURN_7800", "FURN_0096", "E-COM12", "E-COM08", "FURN_0269", "FURN_7023", "FURN_78236")
RECEIVED = {"E-COM08": 12, "FURN_7023": 10}
DELIVERED = {"E-COM12": 4, "FURN_0098": 5}
COUNTED = {"FURN_0269": 25, "E-COM13": 28}
PATIENCE = 30  # seconds, for one shop in the whole story; then a number that has not arrived counts as different
GLANCE = 0.05


@dataclass(frozen=True)
class Product:
    """A variant that is sold."""

    id: int
    sku: str
    name: str


@dataclass(frozen=True)
class Arrival:
    """What one shop showed before and after; `milliseconds` is None where there was nothing to tell it."""

    before: int
    after: int
    milliseconds: float | None = None


@dataclass(frozen=True)
class Row:
    """What one step did to one product, in Odoo and in each shop, by the shop's name."""

    step: str
    product: Product
    odoo: int
    arrivals: dict[str, Arrival]

    @property
    def differing(self) -> list[str]:
        """The names of the shops that have another number than Odoo."""
        return [name for name, arrival in self.arrivals.items() if arrival.after != self.odoo]


class Story:
    """The demo, told once.

    :param client: signed in as the user who does all this
    :param stalls: where goods are sold, still empty
    :param database: where to ask PostgreSQL when something was committed
    """

    def __init__(self, client: Client, stalls: Sequence[Stall], database: str):
        self._odoo, self._stalls, self._database = client, stalls, database
        self._stock_id = client.external("stock.stock_location_stock")
        self._patience = {stall.name: float(PATIENCE) for stall in stalls}
        self.rows: list[Row] = []

    def play(self) -> None:
        """Do all of it; `rows` then says what came of it."""
        self._products = self._choose()
        for stall in self._stalls:
            stall.stock({product.sku: product.id for product in self._products.values()})
            stall.connect(self._stock_id)
            say.line(f"Odoo: account {stall.name} connected, its location fed by WH/Stock")
        say.line(f"Odoo: ticking {len(TICKED)} products ({len(self._products)} with their variants) for all of them")
        self._tell("first push", "product_product", list(self._products), self._tick)
        say.line("Odoo: receiving goods")
        self._tell("received", "stock_quant", [*RECEIVED, "FURN_78236"], self._transfer("in", RECEIVED, validate=True))
        say.line("Odoo: reserving goods for a delivery, then delivering them")
        delivery = self._transfer("out", DELIVERED, validate=False)
        self._tell("reserved", "stock_quant", list(DELIVERED), delivery)
        self._tell("delivered", "stock_quant", list(DELIVERED), self._validate)
        say.line("Odoo: counting an inventory")
        self._tell("counted", "stock_quant", list(COUNTED), self._count)
        self._tell("in the end", "stock_quant", list(self._products), lambda: None)

    # === SETTING UP === #

    def _choose(self) -> dict[str, Product]:
        """Return the variants of the products to sell by SKU; a variant without one is given one."""
        chosen = self._odoo.find("product.product", [("default_code", "in", TICKED)], ["product_tmpl_id"])
        templates = [product["product_tmpl_id"][0] for product in chosen]
        found = self._odoo.find(
            "product.product", [("product_tmpl_id", "in", templates)], ["default_code", "display_name"], order="id"
        )
        if len(templates) < len(TICKED):
            raise Trouble("This Odoo's demo data lacks products the demo sells: it needs those of Odoo 19.0.")
        products = {}
        for product in found:
            sku = product["default_code"]
            if not sku:
                sku = f"DEMO-{product['id']}"
                self._odoo.call("product.product", "write", [product["id"]], {"default_code": sku})
            products[sku] = Product(product["id"], sku, product["display_name"].removeprefix(f"[{sku}] "))
        return products

    # === STEPS === #

    def _tick(self) -> None:
        ids = [product.id for product in self._products.values()]
        self._odoo.call("product.product", "write", ids, {stall.shop.tick: True for stall in self._stalls})

    def _transfer(self, direction: str, goods: dict[str, int], *, validate: bool) -> Callable[[], None]:
        """Prepare a receipt ("in") or a delivery ("out"); return the click that makes it happen."""
        partner = self._odoo.external(f"stock.stock_location_{'suppliers' if direction == 'in' else 'customers'}")
        source, target = (partner, self._stock_id) if direction == "in" else (self._stock_id, partner)
        ends = {"location_id": source, "location_dest_id": target}
        moves = [
            (0, 0, {"product_id": self._products[sku].id, "product_uom_qty": pieces, **ends})
            for sku, pieces in goods.items()
        ]
        kind = self._odoo.external(f"stock.picking_type_{direction}")
        values = {"picking_type_id": kind, "move_ids": moves, **ends}
        [self._picking_id] = self._odoo.call("stock.picking", "create", [values])
        if validate:
            self._press("action_confirm")
            return self._validate
        return lambda: self._press("action_confirm")

    def _validate(self) -> None:
        self._press("button_validate")
        [picking] = self._odoo.call("stock.picking", "read", [self._picking_id], ["state", "name"])
        if picking["state"] != "done":
            raise Trouble(f"Odoo did not complete {picking['name']}: it is {picking['state']}.")

    def _press(self, button: str) -> None:
        self._odoo.call("stock.picking", button, [self._picking_id])

    def _count(self) -> None:
        counted = []
        for sku, pieces in COUNTED.items():
            here = [("product_id", "=", self._products[sku].id), ("location_id", "=", self._stock_id)]
            [quant] = self._odoo.find("stock.quant", here, ["id"])
            self._odoo.call("stock.quant", "write", [quant["id"]], {"inventory_quantity": pieces})
            counted.append(quant["id"])
        self._odoo.call("stock.quant", "action_apply_inventory", counted)

    # === COMPARING === #

    def _tell(self, step: str, table: str, skus: list[str], click: Callable[[], None]) -> None:
        """Do a step, wait until the shops have Odoo's numbers, and note a row for each of its products.

        :param table: whose rows of these products the step writes, to know when it was committed
        """
        products = [self._products[sku] for sku in skus]
        before = {stall.name: (stall.numbers(skus), stall.written()) for stall in self._stalls}
        click()
        answered = time.time()
        committed = self._committed_at(table, products) or answered
        numbers = self._numbers(products)
        arrivals = {
            stall.name: self._arrivals(stall, numbers, *before[stall.name], committed) for stall in self._stalls
        }
        self.rows += [
            Row(step, product, numbers[product.sku], {name: found[product.sku] for name, found in arrivals.items()})
            for product in products
        ]

    def _arrivals(
        self, stall: Stall, numbers: dict[str, int], before: dict[str, int], since: int, committed: float
    ) -> dict[str, Arrival]:
        """Wait until a shop has these numbers or patience with it has run out; return what came of each.

        :param before: the shop's numbers before the step
        :param since: how many numbers it had accepted by then
        :param committed: seconds since 1970
        """
        while (after := stall.numbers(numbers)) != numbers and self._patience[stall.name] > 0:
            self._patience[stall.name] -= GLANCE
            time.sleep(GLANCE)
        received = {sku: write["received_at"] for sku, write in stall.writes(since)}
        return {
            sku: Arrival(before[sku], after[sku], (received[sku] - committed) * 1000 if sku in received else None)
            for sku in numbers
        }

    def _numbers(self, products: list[Product]) -> dict[str, int]:
        """Return what Odoo itself says is free to sell, as a user reads it on the product."""
        found = self._odoo.call(
            "product.product", "read", [product.id for product in products], ["default_code", "free_qty"],
            context={"location": self._stock_id},
        )  # fmt: skip
        return {product["default_code"]: int(product["free_qty"]) for product in found}

    def _committed_at(self, table: str, products: list[Product]) -> float | None:
        """Return when the newest row of these products was committed; None when PostgreSQL does not keep that."""
        column = "id" if table == "product_product" else "product_id"
        with postgres.connected(self._database) as cursor:
            cursor.execute("SHOW track_commit_timestamp")
            if cursor.fetchone() != ("on",):
                return None
            query = sql.SQL(
                "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin)))::float FROM {} WHERE {} = ANY(%s)"
            ).format(sql.Identifier(table), sql.Identifier(column))
            cursor.execute(query, [[product.id for product in products]])
            return cursor.fetchone()[0]
