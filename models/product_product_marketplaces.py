# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class ProductProduct(models.Model):
    """A variant on the marketplaces."""

    _name = "product.product"
    _inherit = ["product.product", "marketplace.product"]

    def action_open_marketplace_listings(self):
        """Open the listings of these variants, and of the whole products they belong to."""
        return self._open_listings()

    def action_sync_with_marketplaces(self):
        """Push the listings of these variants now, and say what happened."""
        return self._sync_listings()

    def action_publish_on_marketplaces(self):
        """Ask where these variants are to be sold."""
        return self._open_publishing("publish")

    def action_stop_on_marketplaces(self):
        """Ask where these variants are not to be sold any more."""
        return self._open_publishing("stop")

    def _variants_to(self, _mode):
        """What a tick, or its removal, on these variants concerns."""
        return self

    def _with_listings(self, condition):
        own, whole = self._own_and_whole(condition)
        return SQL(
            """(%s UNION ALL
                SELECT variant.id FROM product_product variant WHERE variant.product_tmpl_id = ANY(ARRAY%s))""",
            own, whole)

    def _has_listings(self, alias, condition):
        own, whole = self._own_and_whole(condition)
        return SQL(
            """(EXISTS (SELECT FROM %s AS listed (id) WHERE listed.id = %s)
                OR EXISTS (SELECT FROM %s AS listed (id) WHERE listed.id = %s))""",
            own, SQL.identifier(alias, "id"), whole, SQL.identifier(alias, "product_tmpl_id"))

    def _own_and_whole(self, condition):
        """Queries of the variants that have such listings, and of the products that have some as a whole."""
        own = self._listings_query(condition & Domain("product_id", "!=", False))
        whole = self._listings_query(condition & Domain("product_id", "=", False))
        return (own.subselect(SQL.identifier("marketplace_listing", "product_id")),
                whole.subselect(SQL.identifier("marketplace_listing", "product_tmpl_id")))

    def _set_ticks(self, platforms, value):
        """Sell these variants on some platforms, or do so no more; those that do already are left alone.

        :param platforms: keys of marketplace.config's `platform`
        :param bool value: whether they are sold there
        """
        for platform in platforms:
            tick = f"{platform}_product"
            self.filtered(lambda product, tick=tick: product[tick] != value).write({tick: value})
