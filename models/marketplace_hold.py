# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..pipeline import Pool, moved, sold
from .hold_stock import Counted

# Minutes in which a fall of Odoo's stock may explain what a shop shows less: every account looks right after a fall.
CREDIT_MINUTES = 5
# The pool's item: a variant's id or, where one listing stands for all variants, its template's, negative.
ITEM = SQL("coalesce(product_id, -product_tmpl_id)")


class MarketplaceHold(models.Model):
    """Sales of the shops that Odoo has not heard of yet: one row an item and stock, for all accounts that show it.

    See `pipeline.holds` for the arithmetic. What is sold in kits is kept back of their components. `stock_key` names
    the stock: what is counted, in which Odoo locations, see `hold_stock.Counted`.
    """

    _name = "marketplace.hold"
    _description = "Sales Odoo has not heard of"
    _order = "noticed_at desc, id desc"
    _rec_name = "product_tmpl_id"

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade", readonly=True)
    product_id = fields.Many2one(
        "product.product", "Product Variant", index="btree_not_null", ondelete="cascade", readonly=True)
    product_tmpl_id = fields.Many2one(
        "product.template", "Product", required=True, index=True, ondelete="cascade", readonly=True)
    stock_key = fields.Char("Stock", required=True, readonly=True)
    quantity = fields.Float("Kept Back", digits="Product Unit", readonly=True, help="Pieces.")
    credit = fields.Float(
        digits="Product Unit", readonly=True,
        help="Pieces Odoo's stock fell by that no shop has shown to have sold yet.")
    credit_until = fields.Datetime(readonly=True)
    seen = fields.Float(
        "Odoo's Stock", digits="Product Unit", readonly=True, help="The quantity in Odoo when it was last looked at.")
    noticed_at = fields.Datetime("Noticed", readonly=True)
    expires_at = fields.Datetime("Until", required=True, index=True, readonly=True)

    _unique_pool = models.UniqueIndex(
        "(company_id, stock_key, (coalesce(product_id, -product_tmpl_id)))", "These sales are kept back already.")

    @api.model
    def _held(self, account, place, source, items):
        """What is kept back at a place, after releasing what Odoo has heard of by now: whichever account looks first
        lets go, that which sold may be away.

        :param place: marketplace.location of the account
        :param source: tuple (stock field, forecast days)
        :param items: those asked about
        :return: dict item -> pieces, and the pools behind it as they are now: dict id of a row -> Pool
        """
        own, held, now = self._counted(account, place, source), defaultdict(float), {}
        by_stock, known = defaultdict(dict), set()
        for hold_id, item, key, pool in self._pools(account.company_id):
            if item in items:
                by_stock[key][item] = hold_id, pool
        below = set(place._below().ids) if by_stock else ()
        # What was sold of one stock is written down once for each way it is counted, see `_observe`: ours comes first.
        # Other stocks that overlap are those of before the mapping was changed.
        for counted in sorted((Counted.parse(account.company_id, key) for key in by_stock),
                              key=lambda counted: (counted.terms != own.terms, counted.key)):
            if below.isdisjoint(self._below(counted)):
                continue
            rows = {item: row for item, row in by_stock[counted.key].items()
                    if (counted.location_ids, item) not in known}
            known |= {(counted.location_ids, item) for item in rows}
            stock = self._stocks(counted, rows)
            for item, (hold_id, pool) in rows.items():
                now[hold_id] = moved(pool, stock[item])
                held[item] += now[hold_id].held
        return held, now

    @api.model
    def _settle(self, pools):
        """Write down what `_held` made of some pools.

        :param pools: dict id of a row -> Pool
        """
        for hold in self.sudo().browse(pools).exists():
            hold._become(pools[hold.id])

    @api.model
    def _observe(self, account, place, source, sales):
        """A shop shows other numbers than it was sent.

        Every way the accounts count this stock has its own pools: what is reserved has left what is free to use, and
        not what is on hand.

        :param sales: list of tuples (item, pieces it shows less, list of how many pieces more than now Odoo had, by
            `source`, when the number it was sent was worked out and whenever they were looked at since)
        :return: the items of which something else is kept back than before
        """
        own, changed = self._counted(account, place, source), set()
        alike = {item: pool for _id, item, key, pool in sorted(self._pools(account.company_id), key=lambda row: row[:3])
                 if Counted.parse(account.company_id, key).location_ids == own.location_ids}
        for counted in dict.fromkeys((own, *self._ways(own))):
            changed |= self._observe_in(account, counted, sales, alike)
        if changed and account.cron_id:
            account.sudo().cron_id._trigger(at=self._until(account))
        return changed

    def _observe_in(self, account, counted, sales, alike):
        """See `_observe`.

        :param alike: dict item -> Pool of the same stock, counted in whatever way: what a new pool begins with
        """
        known = {hold._item(): hold for hold in self._of(counted, [item for item, *_rest in sales])}
        stock = self._stocks(counted, {item for item, *_rest in sales})
        changed = set()
        for item, pieces, more in sales:
            hold = known.get(item) or self.sudo()
            # A pool that is there has seen what happened since, and what is older would look like a rise.
            past = [] if hold or item in alike else [stock[item] + pieces_more for pieces_more in more]
            pool = hold._pool() if hold else replace(alike.get(item) or Pool(0.0), seen=(*past, stock[item])[0])
            for looked_at in (*past[1:], stock[item]):
                pool = moved(pool, looked_at)
            after = sold(pool, pieces)
            if after.held != hold.quantity:
                changed.add(item)
            if not hold and pieces > 0:
                hold = known[item] = self._begin(counted, item, self._until(account))
            if hold:
                hold._become(after, **({"noticed_at": fields.Datetime.now(), "expires_at": self._until(account)}
                                       if pieces > 0 else {}))
        return changed

    def _until(self, account):
        return fields.Datetime.now() + timedelta(minutes=account.hold_minutes)

    @api.model
    def _expire(self):
        """Let go of what never reached Odoo in time, and have the shops told.

        :return: how many rows
        """
        over = self.sudo().search([("expires_at", "<=", fields.Datetime.now())])
        kept = over.filtered("quantity")
        items = [hold._item() for hold in kept]
        over.unlink()
        self._mark(items)
        return len(over)

    @api.model
    def _mark(self, items):
        """Have everything looked at that is sold of some items: alone, in kits, as a whole product."""
        if items:
            self.env["stock.availability.dirty"]._dirty(
                {product_id for product_ids in self._products(items).values() for product_id in product_ids},
                "sold in a shop")

    # === ROWS === #

    def _pools(self, company):
        """All pools of a company that count: they are few, what was sold within the last hour or so."""
        now = fields.Datetime.now()
        for hold_id, item, key, seen, quantity, credit in self.env.execute_query(SQL(
                """SELECT id, %s, stock_key, seen::float, quantity::float,
                          CASE WHEN credit_until > %s THEN credit::float ELSE 0 END
                     FROM marketplace_hold WHERE company_id = %s AND expires_at > %s""",
                ITEM, now, company.id, now)):
            yield hold_id, item, key, Pool(seen, quantity, credit)

    def _of(self, counted, items):
        return self.sudo().search([
            ("company_id", "=", counted.company_id.id), ("stock_key", "=", counted.key),
            "|", ("product_id", "in", [item for item in items if item > 0]),
            "&", ("product_id", "=", False), ("product_tmpl_id", "in", [-item for item in items if item < 0])])

    def _begin(self, counted, item, until):
        """An empty pool. That of an account which begins the same one right now is a collision, not an error."""
        template_id = self.env["product.product"].sudo().browse(item).product_tmpl_id.id if item > 0 else -item
        [[hold_id]] = self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_hold (company_id, product_id, product_tmpl_id, stock_key, expires_at, create_date)
            VALUES (%s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (company_id, stock_key, (coalesce(product_id, -product_tmpl_id))) DO NOTHING
            RETURNING id
            """,
            counted.company_id.id, item if item > 0 else None, template_id, counted.key, until))
        return self.sudo().browse(hold_id)

    def _item(self):
        return self.product_id.id or -self.product_tmpl_id.id

    def _pool(self):
        now = fields.Datetime.now()
        return Pool(self.seen, self.quantity if self.expires_at > now else 0.0,
                    self.credit if self.credit_until and self.credit_until > now else 0.0)

    def _become(self, pool, **more):
        """Store a pool; where a fall was not explained yet, it may be for a while."""
        if pool.credit > self._pool().credit:
            more["credit_until"] = fields.Datetime.now() + timedelta(minutes=CREDIT_MINUTES)
        if more or pool != self._pool():
            self.write({"seen": pool.seen, "quantity": pool.held, "credit": pool.credit, **more})
