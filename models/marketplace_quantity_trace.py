# SPDX-License-Identifier: LGPL-3.0-or-later
from dataclasses import asdict

from odoo import api, models

from ..pipeline import kits, steps
from .words import said


class MarketplaceQuantity(models.AbstractModel):
    """The sum behind a number, spelled out by the very code that works it out."""

    _inherit = "marketplace.quantity"

    @api.model
    def _trace(self, account, listing):
        """How the number of one listing comes about, at each mapped location of the shop.

        :param account: the listing's marketplace.config, as superuser
        :return: list of dicts: `place` (marketplace.location id), `place_name`, `reason` (why there is no number, else
            empty), `products` (see `_trace_product`), `held` (pieces of the whole listing kept back), `stock` (Odoo's
            pieces), `pieces` (those this place may show), `share` (dict of `text`, `of` and `got` in pieces, or None),
            `source` (stock field, forecast days), `steps` (pipeline.Step as dicts) and `number` (whole sale units)
        """
        [sold] = self._sold(account, self._variants(listing))
        bills = self._bills(account, sold.product_ids)
        traces = []
        for place in account.location_ids.filtered(lambda place: place._sources()):
            feed = self.env["marketplace.stock"]._feed(place)
            shelf = self._shelf(account, place, feed, sold.source, [sold], bills, settle=False)
            number = self._number(shelf, sold)
            products = [] if number.reason else [
                self._trace_product(shelf, product_id) for product_id in sold.product_ids]
            traces.append({
                "place": place.id, "place_name": place.name, "reason": said(self.env, number.reason),
                "products": products,
                "held": shelf.held.get(-sold.template_id, 0.0), "stock": number.stock, "pieces": number.pieces,
                "share": self._trace_share(place, number, products), "source": sold.source,
                "steps": [asdict(step) for step in steps(number.pieces, sold.rules)] if sold.product_ids else [],
                "number": number.published,
            })
        return traces

    def _trace_product(self, shelf, product_id):
        """What is in stock of one product: Odoo's sums in pieces, of a kit its components'."""
        bill = shelf.bills.get(product_id)
        product = self.env["product.product"].sudo().browse(product_id)
        stocks = [] if bill else shelf.stock[product_id]
        return {
            "product_id": product_id, "name": product.display_name, "uom": product.uom_id.name, "is_kit": bool(bill),
            "held": shelf.in_stock(product_id) - shelf.unsold(product_id), "stock": shelf.in_stock(product_id),
            "shown": shelf.shown(product_id),
            **{name: sum(getattr(stock, name) for stock in stocks)
               for name in ("on_hand", "reserved", "expired", "incoming", "outgoing")},
            "components": [
                self._trace_component(shelf, component, bill.batch) for component in bill.components] if bill else [],
        }

    def _trace_component(self, shelf, component, batch):
        product = self.env["product.product"].sudo().browse(component.product_id)
        stock = kits.number(component.bill, {
            leaf: shelf.in_stock(leaf) for leaf in component.bill.component_ids}
        ) if component.bill else shelf.in_stock(component.product_id)
        return {"product_id": product.id, "name": product.display_name, "uom": product.uom_id.name, "stock": stock,
                "per_kit": component.quantity / batch}

    def _trace_share(self, place, number, products):
        share = place._share()
        if not share:
            return None
        text = self.env._("%s pieces", share.allotment) if share.allotment is not None else f"{share.percentage:g} %"
        held = sum(product["held"] for product in products)
        return {"text": text, "of": number.stock - held, "got": number.pieces}
