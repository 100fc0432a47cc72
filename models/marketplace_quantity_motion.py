# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import defaultdict
from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..pipeline import published


class MarketplaceQuantity(models.AbstractModel):
    """Shares in motion: what one shop gives away, another shows only when the first has acknowledged to show less.

    Until then both would sell it. It comes to rest: only a number that was lowered has other listings looked at, and
    numbers are lowered only to what they should be. What a shop is being told at this very moment, and has not
    acknowledged yet, is not known here. Kits are compared with the same kit, not with what is in it.
    """

    _inherit = "marketplace.quantity"

    @api.model
    def _let_go(self, account, numbers):
        """The numbers to send now: those of places with a share rise no further than what the other places that have
        one show too much at this moment leaves room for.

        :param numbers: dict (listing id, place id) -> `Number`, see `_numbers`
        :return: the same, with some of them lower, but none lower than what was last acknowledged
        """
        sharing = {place.id: place.sudo()._sharing() - place
                   for place in account.location_ids if place._share() and place._sources()}
        sharing = {place_id: others for place_id, others in sharing.items() if others}
        raised = self._raised({key: number for key, number in numbers.items() if key[1] in sharing})
        if not raised:
            return numbers
        sold = {one.listing_id: one for one in self._sold(account, self._variants(
            self.env["marketplace.listing"].browse({listing_id for listing_id, _place_id in raised})))}
        too_much = self._too_much(
            self.env["marketplace.location"].union(*sharing.values()), {one.template_id for one in sold.values()})
        lowered = {}
        for (listing_id, place_id), acked in raised.items():
            one, number = sold[listing_id], numbers[listing_id, place_id]
            pieces = number.pieces - sum(
                excess for (other_id, place, item, template_id), excess in too_much.items()
                if place in sharing[place_id].ids and template_id == one.template_id
                and (item == one.item or item < 0 or one.item < 0))
            if pieces < number.pieces:
                lowered[listing_id, place_id] = replace(
                    number, published=min(number.published, max(acked, published(pieces, one.rules))))
        return numbers | lowered

    def _raised(self, numbers):
        """Those higher than what was last acknowledged: dict key -> the number then, 0 where there was none."""
        known = {(listing_id, place_id): quantity for listing_id, place_id, quantity in self.env.execute_query(SQL(
            "SELECT listing_id, location_id, quantity FROM marketplace_level WHERE listing_id = ANY(%s)",
            list({listing_id for listing_id, _place_id in numbers})))} if numbers else {}
        return {key: known.get(key, 0) for key, number in numbers.items() if number.published > known.get(key, 0)}

    def _too_much(self, places, template_ids):
        """What some places show above what they should: dict (listing id, place id, item, template id) -> pieces."""
        levels = defaultdict(dict)
        for listing_id, place_id, quantity, account_id in self.env.execute_query(SQL(
                """SELECT level.listing_id, level.location_id, level.quantity, listing.config_id
                     FROM marketplace_level level
                     JOIN marketplace_listing listing ON listing.id = level.listing_id AND listing.active
                    WHERE level.location_id = ANY(%s) AND listing.product_tmpl_id = ANY(%s) AND level.quantity > 0""",
                places.ids, list(template_ids))):
            levels[account_id][listing_id, place_id] = quantity
        too_much = {}
        for account in self.env["marketplace.config"].sudo().browse(levels):
            variants = self._variants(self.env["marketplace.listing"].browse(
                {listing_id for listing_id, _place_id in levels[account.id]}))
            numbers, sold = self._numbers(account, variants), {
                one.listing_id: one for one in self._sold(account, variants)}
            for (listing_id, place_id), quantity in levels[account.id].items():
                one, number = sold[listing_id], numbers.get((listing_id, place_id))
                excess = quantity - (number.published if number else 0)
                if excess > 0:
                    too_much[listing_id, place_id, one.item, one.template_id] = excess * one.rules.unit_factor
        return too_much

    @api.model
    def _tell_sharing(self, account, lowered):
        """Have the listings looked at that may show what some places with a share show no longer.

        :param lowered: pairs (listing id, place id)
        """
        by_place = defaultdict(set)
        for listing_id, place_id in lowered:
            by_place[place_id].add(listing_id)
        for place in account.location_ids.filtered(lambda place: place.id in by_place and place._share()):
            others = (place.sudo()._sharing() - place).config_id
            if others:
                self.env["stock.availability.dirty"]._dirty_listings(SQL(
                    """listing.config_id = ANY(%s) AND listing.product_tmpl_id IN (
                           SELECT product_tmpl_id FROM marketplace_listing WHERE id = ANY(%s))""",
                    others.ids, list(by_place[place.id])), "share")
