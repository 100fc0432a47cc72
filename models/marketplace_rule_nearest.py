# SPDX-License-Identifier: LGPL-3.0-or-later
from collections.abc import Iterable
from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..pipeline import Rules

# A rule's account is the listing's own, or it is for all accounts of the listing's company.
SAME_ACCOUNT = SQL(
    "(rule.config_id = listing.config_id OR (rule.config_id IS NULL AND rule.company_id = listing.company_id))")
# What binds a rule to a listing, from the furthest scope to the nearest, and how deep in its kind that scope is.
SCOPES = (
    ("JOIN %(rules)s AS rule"
     "  ON num_nonnulls(rule.categ_id, rule.product_tmpl_id, rule.product_id, rule.listing_id) = 0", "0"),
    ("""JOIN product_template template ON template.id = listing.product_tmpl_id
        JOIN product_category category ON category.id = template.categ_id
       CROSS JOIN LATERAL unnest(string_to_array(trim(TRAILING '/' FROM category.parent_path), '/')::integer[])
             WITH ORDINALITY AS above (id, depth)
        JOIN %(rules)s AS rule ON rule.categ_id = above.id""", "above.depth::integer"),
    ("JOIN %(rules)s AS rule ON rule.product_tmpl_id = listing.product_tmpl_id", "0"),
    ("JOIN %(rules)s AS rule ON rule.product_id = listing.product_id", "0"),
    ("JOIN %(rules)s AS rule ON rule.listing_id = listing.id", "0"),
)


class MarketplaceRule(models.Model):
    """Which rule of each kind applies to a listing: decided here alone, for pushing and for marking."""

    _inherit = "marketplace.rule"

    @api.model
    def _of_listings(self, account, listing_ids: Iterable[int]) -> dict[int, Rules]:
        """The rules that apply to each of an account's listings, in two queries whatever their number.

        What no rule says, the account's own settings say: its stock field and how far its forecast looks.

        :param account: a marketplace.config
        :param listing_ids: ids of its listings
        :return: for every id given; listings with the same rules share one `Rules`
        """
        listing_ids = list(listing_ids)
        nearest = self._nearest(listing_ids)
        chosen = {rule_id for rule_ids in set(nearest.values()) for rule_id in rule_ids}
        said = {
            rule_id: {kind: stock_field if kind == "stock_field" else int(value) if kind == "forecast_days" else value}
            for rule_id, kind, value, stock_field in self.env.execute_query(SQL(
                "SELECT id, kind, value, stock_field FROM marketplace_rule WHERE id = ANY(%s)", list(chosen)))
        }
        own = Rules(stock_field=account.stock_field, forecast_days=account.forecast_days)
        built = {(): own}
        for rule_ids in set(nearest.values()):
            values = {kind: value for rule_id in rule_ids for kind, value in said[rule_id].items()}
            built[rule_ids] = replace(own, **values)
        return {listing_id: built[nearest.get(listing_id, ())] for listing_id in listing_ids}

    @api.model
    def _nearest(self, listing_ids: list[int]) -> dict[int, tuple[int, ...]]:
        """The ids of the rules that apply to each listing, one of each kind, in their order.

        :return: by listing; listings without any rule are left out
        """
        self.env.flush_all()
        return {listing_id: tuple(rule_ids) for listing_id, rule_ids in self.env.execute_query(SQL(
            """
            WITH concerned AS MATERIALIZED (SELECT * FROM marketplace_listing WHERE id = ANY(%(listing_ids)s))
            SELECT listing_id, array_agg(rule_id ORDER BY rule_id)
              FROM (SELECT DISTINCT ON (listing_id, kind) listing_id, rule_id
                      FROM (%(fitting)s) AS fitting
                     ORDER BY listing_id, kind, nearness DESC) AS nearest
             GROUP BY listing_id
            """,
            listing_ids=listing_ids, fitting=self._fitting(SQL("concerned"), SQL("marketplace_rule")),
        ))}

    @api.model
    def _fitting(self, listings: SQL, rules: SQL) -> SQL:
        """The query for all rules that fit listings, near or far: listing_id, rule_id, kind, nearness.

        :param listings: a relation with the columns of `marketplace_listing`
        :param rules: a relation with the columns of `marketplace_rule`; all of its rules are taken
        """
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT listing.id AS listing_id, rule.id AS rule_id, rule.kind,
                       ARRAY[%(level)s, %(depth)s, num_nonnulls(rule.config_id)] AS nearness
                  FROM %(listings)s AS listing %(joined)s
                 WHERE %(same_account)s
                """,
                level=level, depth=SQL(depth), listings=listings, joined=SQL(joined, rules=rules),
                same_account=SAME_ACCOUNT,
            )
            for level, (joined, depth) in enumerate(SCOPES)
        )
