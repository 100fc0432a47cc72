# SPDX-License-Identifier: LGPL-3.0-or-later
"""What happens in Odoo, by real stock moves: orders come in and are reserved, goods arrive, are counted, delivered."""

from dev.bench.inside import environment
from dev.say import Trouble
from dev.trading.day import Count, Receipt, Visit


class Warehouse:
    """One database's WH/Stock. Every method is a transaction, committed when it returns.

    :param database: its name
    """

    def __init__(self, database: str):
        self._database = database
        with environment(database) as env:
            products = env["product.product"].search([("default_code", "like", "DAY-")])
            self._ids = {product.default_code: product.id for product in products}
            refs = ("stock.stock_location_stock", "stock.stock_location_customers", "stock.stock_location_suppliers")
            self._stock, self._customers, self._suppliers = (env.ref(name).id for name in refs)

    def order(self, visit: Visit, pieces: int) -> int:
        """Import an order: a confirmed move, reserved as far as there is something; return its id."""
        with environment(self._database) as env:
            move = self._move(env, visit.sku, pieces, self._stock, self._customers)
            move._action_confirm(merge=False)
            move._action_assign()
            env.cr.commit()
            return move.id

    def receive(self, receipt: Receipt) -> None:
        """Put goods on the shelf; orders that wait for them are reserved by Odoo itself."""
        with environment(self._database) as env:
            move = self._move(env, receipt.sku, receipt.pieces, self._suppliers, self._stock)
            move._action_confirm(merge=False)
            self._do(move)
            move._trigger_assign()  # as a receipt's picking does: back orders come first
            env.cr.commit()

    def count(self, count: Count) -> int:
        """Correct what Odoo believes to be on the shelf, which is never less than none; return by how many pieces."""
        with environment(self._database) as env:
            product = env["product.product"].browse(self._ids[count.sku])
            on_hand = product.with_context(location=self._stock).qty_available
            counted = max(0, on_hand + count.difference)
            if counted == on_hand:
                return 0
            quant = env["stock.quant"].with_context(inventory_mode=True).create({
                "product_id": product.id, "location_id": self._stock, "inventory_quantity": counted})  # fmt: skip
            quant.action_apply_inventory()
            env.cr.commit()
            return int(counted - on_hand)

    def deliver(self, move_ids: list[int]) -> list[int]:
        """Deliver those orders that are wholly reserved; return the others."""
        with environment(self._database) as env:
            moves = env["stock.move"].browse(move_ids)
            ready = moves.filtered(lambda move: move.state == "assigned")
            if ready:
                self._do(ready)
            env.cr.commit()
            return (moves - ready).ids

    def check(self, free: dict[str, int]) -> None:
        """Refuse a simulation whose ledger has got out of step with Odoo.

        :param free: what Odoo should say is free to use, by SKU
        """
        with environment(self._database) as env:
            products = env["product.product"].with_context(location=self._stock).browse(self._ids.values())
            odoo = {product.default_code: int(product.free_qty) for product in products}
        differing = {sku: (odoo[sku], pieces) for sku, pieces in free.items() if odoo[sku] != pieces}
        if differing:
            raise Trouble(f"Odoo's free quantity is not the ledger's: {differing}")

    def _move(self, env, sku: str, pieces: int, origin: int, destination: int):
        return env["stock.move"].create({
            "product_id": self._ids[sku], "product_uom_qty": pieces, "location_id": origin,
            "location_dest_id": destination,
            # Without an operation type Odoo reserves later only what has a date.
            "reservation_date": "2000-01-01",
        })  # fmt: skip

    def _do(self, moves) -> None:
        for move in moves:
            move.quantity = move.product_uom_qty
        moves.picked = True
        moves._action_done()
