# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import defaultdict
from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

from ..pipeline import Rules, kits, published


@dataclass(slots=True)
class Sold:
    """A listing and what it sells.

    :param product_ids: the products whose stock it is the sum of; none for a product that is archived
    :param item: what is kept back of it goes by this name, see marketplace.hold
    """

    listing_id: int
    template_id: int
    product_ids: list[int]
    item: int
    rules: Rules

    @property
    def source(self):
        return self.rules.stock_field, self.rules.forecast_days


@dataclass(frozen=True, slots=True)
class Number:
    """What is published at one place.

    :param stock: Odoo's pieces, before shares and what is kept back
    :param pieces: what this place may show of them
    :param published: whole sale units
    :param reason: why there is no number at all, for people
    """

    stock: float
    pieces: float
    published: int
    reason: str = ""


class Shelf:
    """What one place may show of each product, from data that was read in bulk.

    :param feed: marketplace.stock's Feed
    :param stock: product id -> list of Stock, one a part of the feed
    :param bills: kit product id -> Bill
    """

    def __init__(self, feed, stock, bills):
        self.feed, self.stock, self.bills = feed, stock, bills
        self.held = {}

    def in_stock(self, product_id):
        """Odoo's pieces, of a kit those that can be made."""
        return self._number(product_id, self._all_of)

    def unsold(self, product_id):
        """Odoo's pieces less what is kept back."""
        return self._number(product_id, lambda leaf_id: self._all_of(leaf_id) - self.held.get(leaf_id, 0.0))

    def shown(self, product_id):
        """Pieces this place may show."""
        return self._number(product_id, self._share_of)

    def _number(self, product_id, of_product):
        bill = self.bills.get(product_id)
        if not bill:
            return of_product(product_id)
        return kits.number(bill, {component_id: of_product(component_id) for component_id in bill.component_ids})

    def _all_of(self, product_id):
        return sum(stock.number for stock in self.stock[product_id])

    def _share_of(self, product_id):
        numbers, held = [], self.held.get(product_id, 0.0)
        for stock in self.stock[product_id]:
            taken = min(held, max(0.0, stock.number))
            numbers.append(stock.number - taken)
            held -= taken
        return self.feed.dealt(numbers) - held


class MarketplaceQuantity(models.AbstractModel):
    """The number to publish for a listing: thousands at a time, or one with the whole sum behind it."""

    _name = "marketplace.quantity"
    _description = "Sellable quantities"

    @api.model
    def _of_listings(self, account, variants):
        """The number to publish for each listing at each mapped location of the shop.

        :param account: a marketplace.config
        :param dict variants: for each listing id, the ids of the products whose stock it sells
        :return: dict (listing id, marketplace.location id) -> whole sale units, never negative (I7); a listing that
            has no number, see `Number.reason`, is left out
        """
        return {key: number.published for key, number in self._numbers(account, variants).items() if not number.reason}

    @api.model
    def _numbers(self, account, variants, settle=False):
        """The same with what is behind it.

        :param bool settle: write down which sales Odoo has heard of by now, for the accounts that look next
        :return: dict (listing id, marketplace.location id) -> `Number`
        """
        listings, numbers = self._sold(account, variants), {}
        bills = self._bills(account, {product_id for sold in listings for product_id in sold.product_ids})
        by_source = defaultdict(list)
        for sold in listings:
            by_source[sold.source].append(sold)
        for place in account.location_ids.filtered(lambda place: place._sources()):
            feed = self.env["marketplace.stock"]._feed(place)
            for source, group in by_source.items():
                shelf = self._shelf(account, place, feed, source, group, bills, settle)
                for sold in group:
                    numbers[sold.listing_id, place.id] = self._number(shelf, sold)
        return numbers

    def _number(self, shelf, sold):
        for product_id in sold.product_ids:
            if product_id in shelf.bills and shelf.bills[product_id].loop:
                return Number(0.0, 0.0, 0, self.env["marketplace.bill"]._reason_of_loop(shelf.bills[product_id]))
        stock = sum(map(shelf.in_stock, sold.product_ids))
        # Of which variant a sale of the whole product was, nobody knows: it may have been this one.
        pieces = sum(map(shelf.shown, sold.product_ids)) - shelf.held.get(-sold.template_id, 0.0)
        # What is archived is not made to order either.
        return Number(stock, pieces, published(pieces, sold.rules) if sold.product_ids else 0)

    # === READING === #

    def _sold(self, account, variants):
        rules = self.env["marketplace.rule"]._of_listings(account, list(variants))
        return [
            Sold(listing_id, template_id, variants[listing_id], item, rules[listing_id])
            for listing_id, template_id, item in self.env.execute_query(SQL(
                """SELECT id, product_tmpl_id, coalesce(product_id, -product_tmpl_id) FROM marketplace_listing
                    WHERE id = ANY(%s) ORDER BY id""", list(variants)))
        ]

    @api.model
    def _variants(self, listings):
        """Which products' stock listings sell: dict listing id -> product ids, as `_of_listings` wants."""
        return {listing.id: [] if not listing.product_tmpl_id.active
                else (listing.product_id or listing.product_tmpl_id.product_variant_ids).filtered("active").ids
                for listing in listings.sudo()}

    def _bills(self, account, product_ids):
        """Kits are made of what is in stock, unless an addon we know nothing about has its say: Odoo is asked then."""
        bills = self.env["marketplace.bill"]._of_products(account.company_id, sorted(product_ids))
        if self.env["marketplace.stock"]._has_foreign_override() or not self.env["marketplace.bill"]._is_ours():
            return {product_id: bill for product_id, bill in bills.items() if bill.loop}
        return bills

    @api.model
    def _kit_ids(self, product_ids):
        """Which of these products are kits in some company: sold as one, stored as their components."""
        if "mrp.bom" not in self.env:
            return set()
        return {product_id for [product_id] in self.env.execute_query(SQL(
            """
            SELECT product.id
              FROM product_product product
              JOIN mrp_bom bom ON bom.product_tmpl_id = product.product_tmpl_id
             WHERE bom.type = 'phantom' AND bom.active AND product.id = ANY(%s)
            """,
            product_ids,
        ))}

    @api.model
    def _leaves(self, product_ids, bills):
        """Which products' stock decides how many there are of some products: their own, or their components'."""
        kits_among = product_ids & bills.keys()
        return sorted((product_ids - kits_among).union(*(bills[product_id].component_ids for product_id in kits_among)))

    def _shelf(self, account, place, feed, source, group, bills, settle):
        leaves = self._leaves({product_id for sold in group for product_id in sold.product_ids}, bills)
        shelf = Shelf(feed, self.env["marketplace.stock"]._read_stock(account, feed, leaves, *source), bills)
        holds = self.env["marketplace.hold"]
        shelf.held, pools = holds._held(account, place, source, {*leaves, *(-sold.template_id for sold in group)})
        if settle:
            holds._settle(pools)
        return shelf
