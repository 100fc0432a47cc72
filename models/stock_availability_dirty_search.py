# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .stock_availability_dirty import COUNTING, GROUPED

LONG = 5_000  # marks; fewer are looked up one by one
TYPED = ("ilike", "like", "=ilike", "=like")  # how a name is looked for


class StockAvailabilityDirty(models.Model):
    """Keeps searching and grouping quick while everything waits.

    Whether a row can be shown is looked up in three tables: that is done for those alone that are.
    """

    _inherit = "stock.availability.dirty"

    @api.model
    def _search(self, domain, *args, **kwargs):
        return super()._search(Domain(domain).map_conditions(self._look_up_once), *args, **kwargs)

    @api.model
    def _look_up_once(self, condition):
        """Look for names before anything waiting is read, and not for each row of it.

        :param condition: of a domain
        :return: Domain, for records that are archived, too
        """
        field = self._fields.get(condition.field_expr)
        if not field or field.type != "many2one" or condition.operator not in TYPED:
            return condition
        found = self.env[field.comodel_name].with_context(active_test=False)._search(
            [("display_name", condition.operator, condition.value)])
        return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
            "%s = ANY(ARRAY(%s))", SQL.identifier(alias, field.name), found.select()))

    @api.model
    def _read_group(self, domain, groupby=(), *args, **kwargs):
        """Count groups as `search_count` does, unless they are of something that may have been deleted."""
        grouped = {spec.partition(":")[0].partition(".")[0] for spec in groupby}
        is_countable = grouped.isdisjoint({"product_id", "product_tmpl_id", "listing_id"})
        rows = self.with_context(**{COUNTING: GROUPED}) if is_countable else self
        return super(StockAvailabilityDirty, rows)._read_group(domain, groupby, *args, **kwargs)

    @api.model
    def _is_long(self):
        """Whether so much waits that looking it up one by one would take long."""
        [[count]] = self.env.execute_query(SQL(
            "SELECT count(*) FROM (SELECT FROM stock_availability_dirty WHERE listing_id IS NOT NULL LIMIT %s) AS mark",
            LONG + 1))
        return count > LONG
