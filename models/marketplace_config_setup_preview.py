# SPDX-License-Identifier: LGPL-3.0-or-later
import time
from collections import Counter
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..adapters.base import AdapterError
from .drain_run import Run
from .marketplace_config_setup import ACCESS
from .words import Refusal

SHOWN = 20  # rows of the table
# Listings that are looked up in the shop: where one call finds many, and where each takes a call or two of its own.
LOOKED_UP = {"shopify": 1_000, "cartona": 1_000}
LOOKED_UP_ONE_BY_ONE = 100
# What a preview is about, besides which locations feed the shop: it says nothing any more once one of them is changed.
PREVIEWED = ACCESS | {"setup_choice", "setup_domain", "state"}


class Undone(Exception):
    """What was done to look at it is taken back."""


class MarketplaceConfig(models.Model):
    """What an account would push if it went live now.

    The very code that links and counts says so: the listings there would be are made, read and taken back within one
    transaction, then looked up in the shop, to which nothing is written.
    """

    _inherit = "marketplace.config"

    # What `_setup_preview` found when the products were chosen.
    setup_preview = fields.Json(
        readonly=True, copy=False, groups="marketplace_sync.group_marketplace_manager")
    setup_preview_html = fields.Html(
        "What Would Be Pushed", compute="_compute_setup_preview_html", sanitize=False,
        groups="marketplace_sync.group_marketplace_manager")

    @api.depends("setup_preview")
    @api.depends_context("lang")
    def _compute_setup_preview_html(self):
        for account in self:
            account.setup_preview_html = account.setup_preview and self.env["marketplace.listing"]._render_panel(
                "marketplace_sync.setup_preview", preview=account.setup_preview)

    def write(self, vals):
        result = super().write(vals)
        if not PREVIEWED.isdisjoint(vals):
            self._forget_preview()
        return result

    def action_setup_look(self):
        """Look again at what would be pushed. Nothing is sent."""
        self._check_setup()
        self._setup_look()
        return True

    def _setup_look(self):
        """Keep what would be pushed for the form.

        :raise UserError: nothing is chosen, or what the shop said
        """
        self._check_setup_locations()
        self._check_setup_products()
        try:
            self.setup_preview = self._setup_preview()
        except AdapterError as error:
            raise Refusal(self.env, error.reason) from None

    def _forget_preview(self):
        self.sudo().filtered("setup_preview").write({"setup_preview": False})

    def _check_setup_preview(self):
        """:raise UserError: nobody has looked at what would be pushed as it is chosen now"""
        if not self.setup_preview:
            raise UserError(self.env._("What would be pushed was never shown, or has changed: press Look Again."))

    def _setup_preview(self):
        """What would become of the listings there would be, counted among the first of them.

        :return: dict of `looked_up` (listings), `more` (whether there are others besides), `is_blind` (the shop can't
            be asked for a SKU: each is taken to be there), `counts` (listings by kind, see `_would_link` of
            marketplace.drain), `places` (names of the shop's locations that are fed) and `rows`, the first of them:
            `sku`, `product`, `kind`, `reason`, and `numbers`, sale units in the order of `places`, None where there is
            no number
        :raise AdapterError: the shop can't be asked
        """
        limit = LOOKED_UP.get(self.platform, LOOKED_UP_ONE_BY_ONE)
        waiting, names, numbers = self._as_if_listed(limit + 1)
        account, looked_up = self.sudo(), waiting[:limit]
        with account._adapter() as adapter:
            run = Run(account, adapter, account.base_url, deadline=time.monotonic())
            found = self.env["marketplace.drain"].sudo()._would_link(run, looked_up)
            account._keep_token(adapter)
        places = account.location_ids.filtered(lambda place: place._sources())
        return {
            "looked_up": len(looked_up), "more": len(waiting) > limit,
            "is_blind": self.platform == "rest" and not self.rest_profile_id.lookup_path,
            "counts": dict(Counter(kind for kind, _reason in found.values())),
            "places": places.mapped("name"),
            "rows": [{
                "sku": one.sku or one.item_id or "", "product": names[one.listing_id],
                "kind": found[one.listing_id][0], "reason": found[one.listing_id][1],
                "numbers": [numbers.get((one.listing_id, place.id)) for place in places],
            } for one in looked_up[:SHOWN]],
        }

    def _as_if_listed(self, limit):
        """The first listings there would be, as a push would see them. Nothing of it stays.

        :param int limit: listings
        :return: list of drain_run.Waiting; the products' names by listing id; and, of the first `SHOWN`, the numbers by
            (listing id, marketplace.location id)
        """
        account = self.sudo().with_context(tracking_disable=True)
        quantity = account.env["marketplace.quantity"]
        with suppress(Undone), self.env.cr.savepoint():
            listings = account._listings_there_would_be(limit)
            names = {listing.id: (listing.product_id or listing.product_tmpl_id).display_name for listing in listings}
            waiting = [one for one, _last in account.env["marketplace.drain"]._read_listings(self.platform, SQL(
                """SELECT id AS listing_id, ARRAY[]::bigint[] AS ids, 0 AS last
                     FROM marketplace_listing WHERE id = ANY(%s)""", listings.ids))]
            numbers = quantity._of_listings(account, quantity._variants(listings.sorted("id")[:SHOWN]))
            raise Undone
        return waiting, names, numbers

    def _listings_there_would_be(self, limit):
        """The account's listings and those of the products chosen, made if they are not there yet."""
        listings = self.env["marketplace.listing"].search([("config_id", "=", self.id)], order="id", limit=limit)
        chosen = self._chosen(self.env.user, limit=limit).sudo()
        known = self.env["marketplace.listing"].with_context(active_test=False).search([
            ("config_id", "=", self.id), ("product_tmpl_id", "in", chosen.ids)])
        by_item = {listing.product_id or listing.product_tmpl_id: listing for listing in known}
        items = [item for product in chosen
                 for item in (product if product.marketplace_as_one else product.product_variant_ids)]
        revived = self.env["marketplace.listing"].union(*(by_item[item] for item in items if item in by_item))
        new = [{"config_id": self.id,
                "product_id" if item._name == "product.product" else "product_tmpl_id": item.id}
               for item in items if item not in by_item]
        together = (listings | revived)[:limit]
        return together | self.env["marketplace.listing"].create(new[:limit - len(together)])
