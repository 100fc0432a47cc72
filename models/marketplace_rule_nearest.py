# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..pipeline import Rules

# A rule is for one account, or for all accounts of a company; `seller` is an account, or a listing with its account's.
SAME_SELLER = SQL(
    "(rule.config_id = seller.config_id OR (rule.config_id IS NULL AND rule.company_id = seller.company_id))")


class MarketplaceRule(models.Model):
    """Which rule of each kind applies to a listing: decided here alone, for pushing and for marking."""

    _inherit = "marketplace.rule"

    @api.model
    def _of_listings(self, account, listing_ids: Iterable[int]) -> dict[int, Rules]:
        """The rules that apply to each of an account's listings, in three queries whatever their number.

        What no rule says, the account's own settings say: its stock field and how far its forecast looks.

        :param account: a marketplace.config
        :param listing_ids: ids of its listings
        :return: for every id given; listings with the same rules share one `Rules`
        """
        nearest = self._nearest(listing_ids)
        chosen = {rule_id for rule_ids in set(nearest.values()) for rule_id in rule_ids}
        said = {
            rule_id: (kind, stock_field if kind == "stock_field" else int(value) if kind == "forecast_days" else value)
            for rule_id, kind, value, stock_field in self.env.execute_query(SQL(
                "SELECT id, kind, value, stock_field FROM marketplace_rule WHERE id = ANY(%s)", list(chosen)))
        }
        own = Rules(stock_field=account.stock_field, forecast_days=account.forecast_days)
        built = {
            rule_ids: replace(own, **dict(said[rule_id] for rule_id in rule_ids)) for rule_ids in set(nearest.values())}
        return {listing_id: built[rule_ids] for listing_id, rule_ids in nearest.items()}

    @api.model
    def _nearest(self, listing_ids: Iterable[int]) -> dict[int, frozenset[int]]:
        """The ids of the rules that apply to each listing, one of each kind, for every id given."""
        listing_ids = list(listing_ids)
        self.env.flush_all()
        listings = self.env.execute_query(SQL(
            """
            SELECT listing.id, listing.config_id,
                   -- Looked up one by one: joined with thousands of listings, all products would be read.
                   (SELECT template.categ_id FROM product_template template WHERE template.id = listing.product_tmpl_id)
              FROM marketplace_listing listing
             WHERE listing.id = ANY(%s)
            """, listing_ids))
        by_scope = defaultdict(dict)
        for *scope, kind, rule_id in self.env.execute_query(SQL(
                """
                %s
                SELECT listing_id, NULL AS config_id, NULL AS categ_id, kind, id FROM for_product
                 UNION ALL
                SELECT NULL, config_id, categ_id, kind, id FROM for_category
                 UNION ALL
                SELECT NULL, config_id, NULL, kind, id FROM for_everything
                """,
                self._with_nearest(
                    rules=SQL("SELECT * FROM marketplace_rule"), listings=SQL("id = ANY(%s)", listing_ids),
                    accounts=SQL("id = ANY(%s)", list({config_id for _id, config_id, _categ_id in listings}))))):
            by_scope[tuple(scope)][kind] = rule_id
        wide = {
            (config_id, categ_id): {**by_scope[None, config_id, None], **by_scope[None, config_id, categ_id]}
            for config_id, categ_id in {(config_id, categ_id) for _id, config_id, categ_id in listings}}
        rules = {seller: frozenset(kinds.values()) for seller, kinds in wide.items()}
        return {
            listing_id: frozenset({**wide[config_id, categ_id], **by_scope[listing_id, None, None]}.values())
            if (listing_id, None, None) in by_scope else rules[config_id, categ_id]
            for listing_id, config_id, categ_id in listings}

    @api.model
    def _with_nearest(self, rules: SQL, listings: SQL, accounts: SQL) -> SQL:
        """The WITH clause in which the nearest wins, in three parts: a listing's rule is in the first that has one.

        `for_product` has, by `listing_id` and `kind`, the `id` of the nearest rule for a listing, its variant or its
        product; `for_category`, by `config_id`, `categ_id` and `kind`, that of the nearest for a category or one above
        it; `for_everything`, by `config_id` and `kind`, that of the rule for none of these.

        :param rules: a query with the columns of `marketplace_rule`
        :param listings, accounts: conditions on the columns of `marketplace_listing` and `marketplace_config`
        """
        return SQL(
            """
            WITH rule AS MATERIALIZED (%(rules)s
            ), listing AS NOT MATERIALIZED (SELECT * FROM marketplace_listing WHERE %(listings)s
            ), account AS (SELECT id AS config_id, company_id FROM marketplace_config WHERE %(accounts)s
            ), for_product AS MATERIALIZED (
                SELECT DISTINCT ON (listing_id, kind) listing_id, kind, id
                  FROM (SELECT seller.id AS listing_id, rule.kind, rule.id, 3 AS nearness, rule.config_id
                          FROM rule JOIN listing seller ON seller.id = rule.listing_id AND %(same_seller)s
                         UNION ALL
                        SELECT seller.id, rule.kind, rule.id, 2, rule.config_id
                          FROM rule JOIN listing seller ON seller.product_id = rule.product_id AND %(same_seller)s
                         UNION ALL
                        SELECT seller.id, rule.kind, rule.id, 1, rule.config_id
                          FROM rule
                          JOIN listing seller ON seller.product_tmpl_id = rule.product_tmpl_id AND %(same_seller)s
                       ) AS fitting
                 ORDER BY listing_id, kind, nearness DESC, config_id IS NULL
            ), for_category AS MATERIALIZED (
                SELECT DISTINCT ON (seller.config_id, category.id, rule.kind)
                       seller.config_id, category.id AS categ_id, rule.kind, rule.id
                  FROM product_category category
                 CROSS JOIN LATERAL
                       unnest(string_to_array(trim(TRAILING '/' FROM category.parent_path), '/')::integer[])
                       WITH ORDINALITY AS above (id, depth)
                  JOIN rule ON rule.categ_id = above.id
                  JOIN account seller ON %(same_seller)s
                 ORDER BY seller.config_id, category.id, rule.kind, above.depth DESC, rule.config_id IS NULL
            ), for_everything AS MATERIALIZED (
                SELECT DISTINCT ON (seller.config_id, rule.kind) seller.config_id, rule.kind, rule.id
                  FROM rule
                  JOIN account seller ON %(same_seller)s
                 WHERE num_nonnulls(rule.categ_id, rule.product_tmpl_id, rule.product_id, rule.listing_id) = 0
                 ORDER BY seller.config_id, rule.kind, rule.config_id IS NULL
            )
            """,
            rules=rules, listings=listings, accounts=accounts, same_seller=SAME_SELLER)
