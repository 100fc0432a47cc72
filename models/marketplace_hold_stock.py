# SPDX-License-Identifier: LGPL-3.0-or-later
from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from .hold_stock import Counted, Terms
from .marketplace_quantity import Shelf
from .marketplace_stock import Feed, Part


class MarketplaceHold(models.Model):
    """What Odoo has of the items that are kept back, in the stock they were sold from."""

    _inherit = "marketplace.hold"

    def _counted(self, account, place, source):
        """The stock a place sells from, with that of all places whose stock overlaps with it, and so on.

        All of it has one pool: with pools of its own for each place, a fall of what several show would explain a sale
        in each, and goods that are moved from one location to another would look like sold ones.

        :param source: tuple (stock field, forecast days)
        """
        own = {location.parent_path for location in place._sources()}
        others = [paths for place_id, paths in self._mapped(account.company_id) if place_id != place.id]
        while found := [paths for paths in others if _overlap(paths, own)]:
            others = [paths for paths in others if paths not in found]
            own = own.union(*found)
        tops = [path for path in own if not any(path != other and path.startswith(other) for other in own)]
        return Counted(account.company_id, Terms(*source, account.skip_consigned, account.skip_expired),
                       tuple(sorted(int(path.split("/")[-2]) for path in tops)))

    def _mapped(self, company):
        """The Odoo locations of each place of the company's shops: pairs (place id, set of parent paths)."""
        locations, warehouses = (
            self.env["marketplace.location"]._fields[name] for name in ("location_ids", "warehouse_ids"))
        return [(place_id, set(paths)) for place_id, paths in self.env.execute_query(SQL(
            """
            SELECT place.id, array_agg(location.parent_path)
              FROM marketplace_location place
              JOIN marketplace_config account ON account.id = place.config_id AND account.active
              JOIN (SELECT %(own)s AS place_id, %(location)s AS location_id FROM %(locations)s
                     UNION ALL
                    SELECT fed.%(of)s, warehouse.view_location_id
                      FROM %(warehouses)s fed JOIN stock_warehouse warehouse ON warehouse.id = fed.%(warehouse)s
                   ) AS fed ON fed.place_id = place.id
              JOIN stock_location location ON location.id = fed.location_id
             WHERE place.active AND place.company_id = %(company)s
             GROUP BY place.id
            """,
            own=SQL.identifier(locations.column1), location=SQL.identifier(locations.column2),
            locations=SQL.identifier(locations.relation), of=SQL.identifier(warehouses.column1),
            warehouse=SQL.identifier(warehouses.column2), warehouses=SQL.identifier(warehouses.relation),
            company=company.id))]

    def _stocks(self, counted, items):
        """Odoo's pieces now: dict item -> pieces."""
        products = self._products(items)
        wanted = {product_id for product_ids in products.values() for product_id in product_ids}
        quantity, stock = self.env["marketplace.quantity"], self.env["marketplace.stock"]
        bills = quantity._bills(counted, wanted)
        feed = Feed(0, [Part(sorted(self._below(counted)))])
        leaves, terms = quantity._leaves(wanted, bills), counted.terms
        shelf = Shelf(
            feed, stock._read_stock(counted, feed, leaves, terms.stock_field, terms.forecast_days), bills)
        return {item: sum(map(shelf.in_stock, product_ids)) for item, product_ids in products.items()}

    def _products(self, items):
        """What is sold as each item: dict item -> product ids."""
        variants = dict(self.env.execute_query(SQL(
            """SELECT -product_tmpl_id, array_agg(id) FROM product_product
                WHERE active AND product_tmpl_id = ANY(%s) GROUP BY product_tmpl_id""",
            [-item for item in items if item < 0]))) if any(item < 0 for item in items) else {}
        return {item: [item] if item > 0 else variants.get(item, []) for item in items}

    def _below(self, counted):
        """The ids of all Odoo locations that are counted."""
        return set(self.env["stock.location"].sudo().with_context(active_test=False).search(
            [("id", "child_of", list(counted.location_ids))]).ids)

    def _ways(self, counted):
        """The same stock as each of the company's accounts would count it."""
        return [replace(counted, terms=Terms(*terms)) for terms in self.env.execute_query(SQL(
            """SELECT DISTINCT stock_field, coalesce(forecast_days, 0), coalesce(skip_consigned, FALSE),
                      coalesce(skip_expired, FALSE)
                 FROM marketplace_config WHERE company_id = %s AND active""", counted.company_id.id))]


def _overlap(paths, others):
    """Whether one of some locations is above, below or the same as one of some others."""
    return any(path.startswith(other) or other.startswith(path) for path in paths for other in others)
