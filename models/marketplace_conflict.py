# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from .log_words import word

_logger = logging.getLogger(__name__)


class MarketplaceConflict(models.AbstractModel):
    """What to make of a shop that shows another number than the one it was sent last: the account's policy decides."""

    _name = "marketplace.conflict"
    _description = "Numbers changed in the shop"

    @api.model
    def _meet(self, account, differences, seen=None, attempt=None):
        """Apply the account's policy, in the caller's transaction, to levels whose number was changed in the shop.

        A level that was acknowledged anew meanwhile is passed over: what was read of the shop is older than that.

        :param account: marketplace.config
        :param differences: list of tuples (listing id, marketplace.location id, the number last acknowledged, the
            number the shop has, its request id), in sale units
        :param dict seen: Odoo's pieces by (listing id, place id) as they were shortly before the shop was asked, where
            that is known
        :param attempt: the id of the marketplace.attempt whose outcomes these are, None where nothing was sent
        """
        differences = self._current(differences)
        if not differences:
            return
        unanswered = self.env["marketplace.attempt"]._unanswered(account, {row[0] for row in differences}, attempt)
        differences = self._without_ours(account, differences, unanswered)
        if not differences:
            return
        for listing_id, place_id, acked, actual, request_id in differences:
            _logger.info(
                "marketplace_sync: changed_in_shop account=%r account_id=%s listing=%s location=%s sent=%s shown=%s "
                "policy=%s request_id=%s", account.name, account.id, listing_id, place_id, acked, actual,
                account.conflict_policy, word(request_id))
        if account.conflict_policy == "ask":
            agreed = self._agreed(account, differences)
            self._accept(account, agreed)
            self._ask([row for row in differences if row not in agreed])
        else:
            if account.conflict_policy == "respect":
                self._respect(account, differences, seen or {}, unanswered)
            self._accept(account, differences)
        concerned = SQL("listing.id = ANY(%s)", list({listing_id for listing_id, *_rest in differences}))
        self.env["stock.availability.dirty"]._dirty_listings(concerned, "changed in the shop")

    def _current(self, differences):
        """Those whose level still has the number that the shop's was compared with."""
        known = {(listing_id, place_id): quantity for listing_id, place_id, quantity in self.env.execute_query(SQL(
            "SELECT listing_id, location_id, quantity FROM marketplace_level WHERE listing_id = ANY(%s)",
            [listing_id for listing_id, *_rest in differences]))}
        return [row for row in differences if known.get(row[:2]) == row[2] and row[2] != row[3]]

    # === OURS === #

    def _without_ours(self, account, differences, unanswered):
        """The differences but for numbers that we have sent and whose answer was lost: these are known from now on.

        :param unanswered: see marketplace.attempt's `_unanswered`
        """
        sent = {(listing_id, place_id, quantity): stock for listing_id, place_id, quantity, stock in unanswered}
        ours = [row for row in differences if (row[0], row[1], row[3]) in sent]
        if ours:
            _logger.info(
                "marketplace_sync: taken_without_answer account=%r account_id=%s levels=%r", account.name, account.id,
                " ".join(f"{listing_id}@{place_id}={actual}"
                         for listing_id, place_id, _acked, actual, _request_id in ours))
            self._accept(account, ours)
            self.env["marketplace.level"]._note_stock([
                (row[0], row[1], sent[row[0], row[1], row[3]]) for row in ours])
            self.env["stock.availability.dirty"]._dirty_listings(
                SQL("listing.id = ANY(%s)", list({row[0] for row in ours})), "answer lost")
        return [row for row in differences if row not in ours]

    # === POLICIES === #

    def _respect(self, account, differences, seen, unanswered=()):
        """Pieces that are fewer were sold there; more came back from a cancelled order."""
        places = {place.id: place for place in account.location_ids if place._sources()}
        quantity = self.env["marketplace.quantity"]
        variants = quantity._variants(self.env["marketplace.listing"].browse(
            {listing_id for listing_id, *_rest in differences}))
        sold = {one.listing_id: one for one in quantity._sold(account, variants)}
        bills = quantity._bills(account, {product_id for one in sold.values() for product_id in one.product_ids})
        numbers = quantity._numbers(account, variants)
        before = self._stock_before(differences)
        # Between the two, whenever a number was worked out that the shop may have had for a while.
        between = defaultdict(list)
        for listing_id, place_id, _quantity, stock in unanswered:
            between[listing_id, place_id].append(stock)
        sales = defaultdict(list)
        for listing_id, place_id, acked, actual, _request_id in differences:
            one, key = sold.get(listing_id), (listing_id, place_id)
            # Without knowing Odoo's stock then, nobody can say what of the difference it has heard of since.
            if place_id in places and key in before and one and one.rules.fixed is None and not numbers[key].reason:
                more = [stock - numbers[key].stock for stock in (
                    before[key], *between[key], *([seen[key]] if key in seen else []))]
                sales[place_id, one.source] += [
                    (item, (acked - actual) * one.rules.unit_factor * each, [pieces * each for pieces in more])
                    for item, each in self._contents(one, bills)]
        holds = self.env["marketplace.hold"]
        for (place_id, source), rows in sales.items():
            holds._mark(holds._observe(account, places[place_id], source, rows))

    def _contents(self, one, bills):
        """What leaves the stock when one piece of a listing is sold: pairs (item, pieces of it)."""
        bill = bills.get(one.item)
        return bill.contents() if bill else [(one.item, 1.0)]

    def _agreed(self, account, differences):
        """Those where the shop shows what Odoo's stock makes of it by now: no question to ask.

        What is right only because other shops' sales are kept back is a question: these may be further ones.
        """
        quantity = self.env["marketplace.quantity"]
        numbers = quantity._numbers(account, quantity._variants(self.env["marketplace.listing"].browse(
            {listing_id for listing_id, *_rest in differences})))
        shared = account.location_ids.filtered(lambda place: place.share_kind != "all").ids
        return [(listing_id, place_id, *rest) for listing_id, place_id, *rest in differences
                if (number := numbers.get((listing_id, place_id))) and number.published == rest[1]
                and (number.pieces == number.stock or place_id in shared)]

    def _accept(self, account, differences):
        """The shop's number is the one known from now on: the next one is compared with it."""
        if not differences:
            return
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_level level SET quantity = found.actual, request_id = found.request_id
              FROM unnest(%s::integer[], %s::integer[], %s::integer[], %s::varchar[])
                   AS found (listing_id, location_id, actual, request_id)
             WHERE level.listing_id = found.listing_id AND level.location_id = found.location_id
            """,
            *self._columns(differences)))
        self.env["marketplace.level"].invalidate_model()
        self.env["marketplace.quantity"]._tell_sharing(account, [
            (listing_id, place_id) for listing_id, place_id, acked, actual, _request_id in differences
            if actual < acked])

    def _ask(self, differences):
        """Have the listings wait for somebody's answer, see marketplace.listing's `action_...` buttons."""
        if not differences:
            return
        self.env.cr.execute(SQL(
            """
            WITH found AS (
                SELECT * FROM unnest(%s::integer[], %s::integer[], %s::integer[], %s::varchar[])
                    AS found (listing_id, location_id, actual, request_id)
            ), levels AS (
                UPDATE marketplace_level level SET shown = found.actual, differs = TRUE
                  FROM found
                 WHERE level.listing_id = found.listing_id AND level.location_id = found.location_id
            )
            UPDATE marketplace_listing listing
               SET state = 'conflict', conflict_since = coalesce(conflict_since, now() AT TIME ZONE 'UTC'),
                   conflict_quantity = found.actual, request_id = found.request_id
              FROM found
             WHERE listing.id = found.listing_id
            """,
            *self._columns(differences)))
        self.env["marketplace.level"].invalidate_model()
        self.env["marketplace.listing"].invalidate_model()

    # === HELPERS === #

    def _columns(self, differences):
        listing_ids, place_ids, _acked, actual, request_ids = map(list, zip(*differences, strict=True))
        return listing_ids, place_ids, actual, request_ids

    def _stock_before(self, differences):
        """Odoo's pieces when the numbers last acknowledged were worked out: dict (listing id, place id) -> pieces."""
        return {(listing_id, place_id): stock for listing_id, place_id, stock in self.env.execute_query(SQL(
            """SELECT listing_id, location_id, stock::float FROM marketplace_level
                WHERE listing_id = ANY(%s) AND stock IS NOT NULL""",
            [listing_id for listing_id, *_rest in differences]))}
