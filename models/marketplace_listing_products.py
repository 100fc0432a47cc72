# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain

SHOWN = ["product_id", "product_tmpl_id", "config_id", "state"]


class MarketplaceListing(models.Model):
    """The listings of products, for what products show of them."""

    _inherit = "marketplace.listing"

    product_name = fields.Char("Name", compute="_compute_product_name")

    @api.depends("product_id", "product_tmpl_id")
    @api.depends_context("lang")
    def _compute_product_name(self):
        for listing in self:
            listing.product_name = (listing.product_id or listing.product_tmpl_id).display_name

    def action_open_explanation(self):
        """Show why the listing has its number, what it waits for and what went wrong."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "name": self.env._("Why this number: %s", self.display_name),
            "res_model": self._name, "res_id": self.id, "target": "new",
            "views": [(self.env.ref("marketplace_sync.marketplace_listing_view_explanation").id, "form")],
        }

    def action_stop(self):
        """Ask where the products of these listings are not to be sold any more; their marketplaces are chosen."""
        self.check_access("read")
        return self._products()._open_publishing("stop", sorted(set(self.mapped("platform"))))

    @api.model
    def _of_products(self, products):
        """The domain of the listings of products, or of variants and the whole products they belong to.

        :param products: product.template or product.product
        """
        if products._name == "product.template":
            return Domain("product_tmpl_id", "in", products.ids)
        whole = Domain("product_id", "=", False) & Domain("product_tmpl_id", "in", products.product_tmpl_id.ids)
        return Domain("product_id", "in", products.ids) | whole

    def _products(self):
        """The variants these listings sell; of a whole product all, archived ones included."""
        whole = self.filtered(lambda listing: not listing.product_id).product_tmpl_id
        return self.product_id | whole.with_context(active_test=False).product_variant_ids

    @api.model
    def _tally_by_platform(self, products):
        """How the listings of each product stand, of those the user may see.

        :param products: product.template or product.product
        :return: dict id of the product -> dict platform -> Counter of `listings`, of those that are `waiting`, and of
            each state
        """
        tallies = {}
        variants = products.grouped("product_tmpl_id") if products._name == "product.product" else {}
        for listing in self.search_fetch(self._of_products(products), SHOWN):
            if products._name == "product.template":
                shown_on = listing.product_tmpl_id
            else:
                shown_on = listing.product_id or variants.get(listing.product_tmpl_id, ())
            for product in shown_on:
                tally = tallies.setdefault(product.id, {}).setdefault(listing.platform, Counter())
                tally.update({"listings": 1, "waiting": int(listing.is_waiting), listing.state: 1})
        return tallies
