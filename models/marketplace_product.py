# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .platforms import PLATFORMS

USER = "marketplace_sync.group_marketplace_user"
FEW = 5_000  # listings that are looked up one by one


class MarketplaceProduct(models.AbstractModel):
    """What products, and variants alike, show of their listings, and what can be done with many of them at once.

    A variant shows the listing of its whole product, too.
    """

    _name = "marketplace.product"
    _description = "Product on marketplaces"

    # A list of dicts, one a marketplace: `platform`, `name`, and how many `listings` it has, how many of them are
    # `error`, `conflict`, `waiting` and `pending`.
    marketplace_badges = fields.Json(
        "Marketplaces", compute="_compute_marketplace_badges", exportable=False, groups=USER)
    marketplace_listing_count = fields.Integer("Listings", compute="_compute_marketplace_badges", groups=USER)
    marketplace_error_count = fields.Integer("Failed Listings", compute="_compute_marketplace_badges", groups=USER)
    marketplace_listed = fields.Boolean(
        "Listed on Marketplaces", compute="_compute_marketplace_badges", search="_search_marketplace_listed",
        groups=USER)
    marketplace_failing = fields.Boolean(
        "Failing on Marketplaces", compute="_compute_marketplace_badges", search="_search_marketplace_failing",
        groups=USER)
    marketplace_waiting = fields.Boolean(
        "Waiting for Marketplaces", compute="_compute_marketplace_badges", search="_search_marketplace_waiting",
        groups=USER)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_marketplace_badges(self):
        tallies = self.env["marketplace.listing"]._tally_by_platform(self._origin)
        for product in self:
            badges = [{
                "platform": platform, "name": PLATFORMS[platform].name,
                **{name: tally[name] for name in ("listings", "error", "conflict", "waiting", "pending")},
            } for platform, tally in sorted(tallies.get(product._origin.id, {}).items())]
            product.marketplace_badges = badges
            product.marketplace_listing_count = sum(badge["listings"] for badge in badges)
            product.marketplace_error_count = sum(badge["error"] for badge in badges)
            product.marketplace_listed = bool(badges)
            product.marketplace_failing = bool(product.marketplace_error_count)
            product.marketplace_waiting = any(badge["waiting"] for badge in badges)

    # === SEARCH === #

    def _search_marketplace_listed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._search_many(value, Domain.TRUE)

    def _search_marketplace_failing(self, operator, value):
        return self._search_few_or_many(operator, value, Domain("state", "=", "error"))

    def _search_marketplace_waiting(self, operator, value):
        return self._search_few_or_many(operator, value, Domain("is_waiting", "=", True))

    def _search_few_or_many(self, operator, value, condition):
        if operator != "in":
            return NotImplemented
        # PostgreSQL can't know how many there are: it would look up each of a hundred thousand, or join because of ten.
        if self.env["marketplace.listing"].search_count(condition, limit=FEW + 1) > FEW:
            return self._search_many(value, condition)
        # As an array they are looked up one by one: a join would read all products because of a few.
        ids = SQL("(SELECT found.id FROM unnest(ARRAY%s) AS found (id))", self._with_listings(condition))
        return [("id", "in" if True in value else "not in", ids)]

    def _search_many(self, value, condition):
        # Nearly all may be meant, or hardly any: as a condition it is joined, or looked up, whichever is less, also
        # where it is not to hold; NOT IN would compare each product with each listing.
        wanted = SQL() if True in value else SQL("NOT ")
        return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
            "%s%s", wanted, self._has_listings(alias, condition)))

    def _has_listings(self, alias, condition):
        """The condition that a product has such listings.

        :param str alias: of its table
        :param Domain condition: on the listing
        """
        return SQL("EXISTS (SELECT FROM %s AS listed (id) WHERE listed.id = %s)",
                   self._with_listings(condition), SQL.identifier(alias, "id"))

    def _with_listings(self, condition):
        """A query of the ids that have such listings, of those the user may see.

        :param Domain condition: on the listing
        """
        return self._listings_query(condition).subselect(SQL.identifier("marketplace_listing", "product_tmpl_id"))

    def _listings_query(self, condition):
        # Of a list of archived products, too, the listings that count are those that are not archived.
        return self.env["marketplace.listing"].with_context(active_test=True)._search(condition)

    # === ACTIONS === #

    def _open_listings(self):
        """Open the listings of these products."""
        self.check_access("read")
        listings = self.env["marketplace.listing"]
        listings.check_access("read")
        return {
            **self.env["ir.actions.actions"]._for_xml_id("marketplace_sync.marketplace_listing_action"),
            "domain": list(listings._of_products(self)), "context": {},
        }

    def _sync_listings(self):
        """Push the listings of these products now; see marketplace.listing's `action_sync_now`."""
        self.check_access("read")
        listings = self.env["marketplace.listing"]
        return listings.search(listings._of_products(self)).action_sync_now()

    def _open_publishing(self, mode, platforms=()):
        """Ask where these products are to be sold, or not to be sold any more.

        :param str mode: publish or stop
        :param platforms: that are chosen already
        :raise AccessError: for whoever may not change the products, or has nothing to do with marketplaces
        """
        self.env["marketplace.listing"].check_access("read")
        self.check_access("write")
        return self.env["marketplace.publish"]._open(mode, self._variants_to(mode), platforms)
