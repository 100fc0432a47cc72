# SPDX-License-Identifier: LGPL-3.0-or-later
from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL

# The columns that say for which listings, and in what, a rule applies.
BINDING = ("kind", "company_id", "config_id", "categ_id", "product_tmpl_id", "product_id", "listing_id")


class MarketplaceRule(models.Model):
    """A rule that changes has the listings looked at again for which it was, or now is, the nearest of its kind."""

    _inherit = "marketplace.rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._mark_changed({}, rules._said())
        return rules

    def write(self, vals):
        before = self._said()
        result = super().write(vals)
        self._mark_changed(before, self._said())
        return result

    def unlink(self):
        before = self._said()
        result = super().unlink()
        self._mark_changed(before, {})
        return result

    def _said(self):
        """What each rule says, and of what: two rules alike in it have the same effect.

        :return: dict rule id -> (its value, the values of `BINDING`)
        """
        return {
            rule.id: (rule.stock_field if rule.kind == "stock_field" else rule.value,
                      (rule.kind, *(rule[name].id or None for name in BINDING[1:])))
            for rule in self
        }

    @api.model
    def _mark_changed(self, before, after):
        """Mark the listings that another rule, or another value of a rule, applies to now, in one statement.

        :param before, after: what `_said` of the same rules, without those that did not or do not exist
        """
        changed = {rule_id for rule_id in before.keys() | after.keys() if before.get(rule_id) != after.get(rule_id)}
        bindings = {said[rule_id][1] for said in (before, after) for rule_id in changed & said.keys()}
        if bindings:
            self.env["stock.availability.dirty"]._dirty_listings(self._touched(bindings, changed), "rule")

    @api.model
    def _touched(self, bindings, changed):
        """The condition on listings for which a rule that changed is nearer than all others of its kind.

        :param bindings: what `BINDING` names, as tuples, of the rules as they were and as they are
        :param changed: ids of the rules
        """
        columns = [list(column) for column in zip(*sorted(bindings, key=str), strict=True)]
        others = SQL("(SELECT * FROM marketplace_rule WHERE kind = ANY(%s) AND id <> ALL(%s))",
                     sorted(set(columns[0])), sorted(changed))
        return SQL(
            """listing.id IN (
                WITH changed AS (
                    SELECT NULL::integer AS id, *
                      FROM unnest(%(kinds)s::varchar[], %(ids)s) AS changed (%(names)s)
                ), reached AS MATERIALIZED (
                    %(fitting_changed)s
                ), concerned AS MATERIALIZED (
                    SELECT * FROM marketplace_listing WHERE id IN (SELECT listing_id FROM reached)
                )
                SELECT listing_id
                  FROM (SELECT DISTINCT ON (listing_id, kind) listing_id, is_changed
                          FROM (SELECT *, TRUE AS is_changed FROM reached
                                 UNION ALL
                                SELECT *, FALSE FROM (%(fitting_others)s) AS fitting) AS fitting
                         ORDER BY listing_id, kind, nearness DESC) AS nearest
                 WHERE is_changed)
            """,
            kinds=columns[0], ids=SQL(", ").join(SQL("%s::integer[]", ids) for ids in columns[1:]),
            names=SQL(", ").join(map(SQL.identifier, BINDING)),
            fitting_changed=self._fitting(SQL("marketplace_listing"), SQL("changed")),
            fitting_others=self._fitting(SQL("concerned"), others),
        )

    @api.model
    @contextmanager
    def _marking_reclassified(self, condition: SQL):
        """Mark the listings that other rules apply to after the block than before, because of their category.

        Costs one look-up where no rule is for a category.

        :param condition: on the listings that may be concerned, under the alias `listing`
        """
        if not self.sudo().search_count([("categ_id", "!=", False)], limit=1):
            yield
            return
        self.env.flush_all()
        concerned = [listing_id for [listing_id] in self.env.execute_query(SQL(
            "SELECT id FROM marketplace_listing listing WHERE active AND %s", condition))]
        before = self._nearest(concerned)
        yield
        after = self._nearest(concerned)
        moved = [listing_id for listing_id in concerned if before.get(listing_id) != after.get(listing_id)]
        if moved:
            self.env["stock.availability.dirty"]._dirty_listings(SQL("listing.id = ANY(%s)", moved), "category")
