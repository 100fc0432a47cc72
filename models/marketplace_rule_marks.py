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
        """The condition on listings for which a rule that changed is the nearest of its kind.

        :param bindings: what `BINDING` names, as tuples, of the rules as they were and as they are
        :param changed: ids of the rules
        """
        kinds, companies, *ids = (list(column) for column in zip(*sorted(bindings, key=str), strict=True))
        columns = SQL(", ").join(map(SQL.identifier, BINDING))
        # As they were and as they are, they have the id 0.
        rules = SQL(
            """
            SELECT 0 AS id, * FROM unnest(%s::varchar[], %s) AS changed (%s)
             UNION ALL
            SELECT id, %s FROM marketplace_rule WHERE kind = ANY(%s) AND id <> ALL(%s)
            """,
            kinds, SQL(", ").join(SQL("%s::integer[]", column) for column in (companies, *ids)), columns,
            columns, list(set(kinds)), list(changed))
        _accounts, _categories, *products = ids
        if all(any(scope) for scope in zip(*products, strict=True)):
            return SQL("listing.id IN (%s)", self._touched_products(rules, *products))
        return SQL("listing.id IN (%s)", self._touched_widely(rules, set(kinds), set(companies)))

    def _touched_products(self, rules, template_ids, product_ids, listing_ids):
        """The same as a query, where only rules for products changed: others are not even looked at."""
        return SQL(
            "%s SELECT listing_id FROM for_product WHERE id = 0",
            self._with_nearest(rules, accounts=SQL("FALSE"), listings=SQL(
                "(id = ANY(%s) OR product_id = ANY(%s) OR product_tmpl_id = ANY(%s))",
                *([record_id for record_id in ids if record_id] for ids in (listing_ids, product_ids, template_ids)))))

    def _touched_widely(self, rules, kinds, company_ids):
        """The same as a query, where a rule changed that is for everything or for a category."""
        own = SQL("company_id = ANY(%s)", list(company_ids))
        # IN, not joins: these are hashed whatever the planner believes. Right after an import it takes a table of
        # thousands of rules for one of three rows, and looks through all of it for each of 100,000 listings.
        return SQL(
            """
            %s
            SELECT listing.id
              FROM listing
              JOIN product_template template ON template.id = listing.product_tmpl_id
             CROSS JOIN unnest(%s::varchar[]) AS changed (kind)
             WHERE CASE
                   WHEN (listing.id, kind) IN (SELECT listing_id, kind FROM for_product)
                   THEN (listing.id, kind) IN (SELECT listing_id, kind FROM for_product WHERE id = 0)
                   WHEN (config_id, COALESCE(categ_id, 0), kind) IN (SELECT config_id, categ_id, kind FROM for_category)
                   THEN (config_id, categ_id, kind) IN (SELECT config_id, categ_id, kind FROM for_category WHERE id = 0)
                   ELSE (config_id, kind) IN (SELECT config_id, kind FROM for_everything WHERE id = 0)
                   END
            """,
            self._with_nearest(rules, listings=own, accounts=own), list(kinds))

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
