# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..pipeline import Pool, moved, sold

# Minutes in which a fall of Odoo's stock may explain what a shop shows less: every account looks right after a fall.
CREDIT_MINUTES = 5
# The pool's item: a variant's id or, where one listing stands for all variants, its template's, negative.
ITEM = SQL("coalesce(product_id, -product_tmpl_id)")


class MarketplaceHold(models.Model):
    """Sales of the shops that Odoo has not heard of yet: one row an item and stock, for all accounts that show it.

    See `pipeline.holds` for the arithmetic. `stock_key` names the stock: what is counted, in which Odoo locations.
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
    seen = fields.Float("Odoo's Stock", digits="Product Unit", readonly=True, help="When it was last looked at.")
    noticed_at = fields.Datetime("Noticed", readonly=True)
    expires_at = fields.Datetime("Until", required=True, index=True, readonly=True)

    _unique_pool = models.UniqueIndex(
        "(company_id, stock_key, (coalesce(product_id, -product_tmpl_id)))", "These sales are kept back already.")

    @api.model
    def _held(self, account, place, source, items, stock):
        """What is kept back at a place, from its own stock and from any that overlaps with it, after releasing what
        Odoo has heard of by now.

        :param place: marketplace.location of the account
        :param source: tuple (stock field, forecast days)
        :param items: those asked about
        :param stock: function item -> Odoo's pieces now, in the place's own stock
        :return: dict item -> pieces, and the pools of the place's own stock as they are now: dict item -> Pool
        """
        own_key, held, own = self._key(account, place, source), defaultdict(float), {}
        for item, key, pool in self._pools(account.company_id):
            if item not in items:
                continue
            if key == own_key:
                own[item] = pool = moved(pool, stock(item))
            elif not self._overlaps(place, key):
                continue
            held[item] += pool.held
        return held, own

    @api.model
    def _settle(self, account, place, source, pools):
        """Write down what `_held` made of the pools of a place's own stock.

        :param pools: dict item -> Pool
        """
        for hold in self._of(account, self._key(account, place, source), pools):
            hold._become(pools[hold._item()])

    @api.model
    def _observe(self, account, place, source, sales):
        """A shop shows other numbers than it was sent.

        :param sales: list of tuples (item, template id, pieces it shows less, list of Odoo's pieces when the number it
            was sent was worked out and whenever they were looked at since, Odoo's pieces now)
        :return: the items of which something else is kept back than before
        """
        key = self._key(account, place, source)
        known = {hold._item(): hold for hold in self._of(account, key, [item for item, *_rest in sales])}
        until, changed = fields.Datetime.now() + timedelta(minutes=account.hold_minutes), set()
        for item, template_id, pieces, before, now in sales:
            hold = known.get(item) or self.sudo()
            # A pool that is there has seen what happened since, and what is older would look like a rise.
            pool = hold._pool() if hold else Pool(before[0])
            for stock in (now,) if hold else (*before[1:], now):
                pool = moved(pool, stock)
            after = sold(pool, pieces)
            if after.held != hold.quantity:
                changed.add(item)
            if not hold and pieces > 0:
                hold = known[item] = self._begin(account.company_id, key, item, template_id, until)
            if hold:
                noticed = {"noticed_at": fields.Datetime.now(), "expires_at": until} if pieces > 0 else {}
                hold._become(after, **noticed)
        if changed and account.cron_id:
            account.sudo().cron_id._trigger(at=until)
        return changed

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
        """Have all listings of some items looked at, in one statement."""
        if items:
            self.env["stock.availability.dirty"]._dirty_listings(SQL(
                "(listing.product_id = ANY(%s) OR listing.product_id IS NULL AND listing.product_tmpl_id = ANY(%s))",
                [item for item in items if item > 0], [-item for item in items if item < 0]), "sold in a shop")

    # === ROWS === #

    def _pools(self, company):
        """All pools of a company that count: they are few, what was sold within the last hour or so."""
        now = fields.Datetime.now()
        for item, key, seen, quantity, credit in self.env.execute_query(SQL(
                """SELECT %s, stock_key, seen::float, quantity::float,
                          CASE WHEN credit_until > %s THEN credit::float ELSE 0 END
                     FROM marketplace_hold WHERE company_id = %s AND expires_at > %s""",
                ITEM, now, company.id, now)):
            yield item, key, Pool(seen, quantity, credit)

    def _of(self, account, key, items):
        return self.sudo().search([
            ("company_id", "=", account.company_id.id), ("stock_key", "=", key),
            "|", ("product_id", "in", [item for item in items if item > 0]),
            "&", ("product_id", "=", False), ("product_tmpl_id", "in", [-item for item in items if item < 0])])

    def _begin(self, company, key, item, template_id, until):
        """An empty pool. That of an account which begins the same one right now is a collision, not an error."""
        [[hold_id]] = self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_hold (company_id, product_id, product_tmpl_id, stock_key, expires_at, create_date)
            VALUES (%s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (company_id, stock_key, (coalesce(product_id, -product_tmpl_id))) DO NOTHING
            RETURNING id
            """,
            company.id, item if item > 0 else None, template_id, key, until))
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

    @api.model
    def _key(self, account, place, source):
        stock_field, forecast_days = source
        counted = [stock_field, forecast_days, int(account.skip_consigned), int(account.skip_expired)]
        return f"{'/'.join(map(str, counted))}:{','.join(map(str, sorted(place._sources().ids)))}"

    def _overlaps(self, place, key):
        ids = [int(location_id) for location_id in key.partition(":")[2].split(",") if location_id]
        return bool(self.env["stock.location"].sudo().with_context(active_test=False).search_count(
            [("id", "child_of", ids), ("id", "in", place._below().ids)], limit=1))
