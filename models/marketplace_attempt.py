# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models
from odoo.tools import SQL

from .. import hooks

# How long the shop may still take a number whose answer was lost; the shop is asked again after that.
DOUBT_SECONDS = 60
# Longer than an account is paused, or a broken one left alone, over holidays.
KEPT_DAYS = 14


class MarketplaceAttempt(models.AbstractModel):
    """Numbers on their way to a shop, written down before they are sent: one row for each chunk.

    A row goes in the transaction that stores what the shop said of its numbers. It stays when the server dies, the
    connection breaks or the shop falls silent in between: nobody knows then which of them the shop has taken, or will
    take late. So a number the shop is found with, and was never acknowledged, is told apart from a sale; and every
    number whose answer was lost is looked at once more when no request can be under way any longer.

    The table is made by hooks.create_attempt_table: arrays, so that 10,000 numbers cost one row.
    """

    _name = "marketplace.attempt"
    _description = "Numbers on their way to a shop"

    def init(self):
        # pylint: disable=missing-return
        super().init()
        hooks.create_attempt_table(self.env.cr)

    @api.model
    def _begin(self, account, levels, numbers):
        """Write down, in the open transaction, what is about to be sent.

        :param levels: list of adapters.base.Level
        :param dict numbers: marketplace_quantity.Number by the levels' keys
        :return: the attempt's id, None when there is nothing to send
        """
        if not levels:
            return None
        [[attempt_id]] = self.env.execute_query(SQL(
            """INSERT INTO marketplace_attempt (config_id, listing_ids, location_ids, quantities, stocks)
               VALUES (%s, %s, %s, %s, %s) RETURNING id""", account.id, *self._columns(levels, numbers)))
        return attempt_id

    @api.model
    def _end(self, attempt_id, unanswered, numbers):
        """Keep only what nothing is known about, in the transaction that stores the rest.

        :param unanswered: list of adapters.base.Level that were sent and have no outcome
        """
        if attempt_id and not unanswered:
            self.env.cr.execute(SQL("DELETE FROM marketplace_attempt WHERE id = %s", attempt_id))
        elif attempt_id:
            self.env.cr.execute(SQL(
                """UPDATE marketplace_attempt SET sent_at = clock_timestamp() AT TIME ZONE 'UTC',
                          listing_ids = %s, location_ids = %s, quantities = %s, stocks = %s
                    WHERE id = %s""", *self._columns(unanswered, numbers), attempt_id))

    @api.model
    def _drop_repeated(self, account, attempt_id):
        """Take out of earlier attempts what this one repeats: an outage of a day means the same numbers a hundred
        times, and all of them would be gone through with each chunk.

        Attempts of other shards, which may be under way, share no listing with this one and are not written.
        """
        # Compared here: what the planner believes to be in an array makes it join them in quadratic time.
        attempts = {found_id: list(zip(*columns, strict=True)) for found_id, *columns in self.env.execute_query(SQL(
            """SELECT id, listing_ids, location_ids, quantities, stocks FROM marketplace_attempt
                WHERE config_id = %s AND id <= %s ORDER BY id""", account.id, attempt_id))}
        known = set(attempts.pop(attempt_id, ()))
        for earlier_id, numbers in attempts.items():
            kept = [sent for sent in numbers if sent not in known]
            if not kept:
                self.env.cr.execute(
                    SQL("DELETE FROM marketplace_attempt WHERE id = %s", earlier_id), log_exceptions=False)
            elif len(kept) < len(numbers):
                self.env.cr.execute(SQL(
                    """UPDATE marketplace_attempt SET listing_ids = %s, location_ids = %s, quantities = %s, stocks = %s
                        WHERE id = %s""", *map(list, zip(*kept, strict=True)), earlier_id), log_exceptions=False)

    @api.model
    def _forget(self, accounts):
        """Another shop, or another seller: what the former one was sent says nothing about it."""
        self.env.cr.execute(SQL("DELETE FROM marketplace_attempt WHERE config_id = ANY(%s)", accounts.ids))

    @api.model
    def _unanswered(self, account, listing_ids, before=None):
        """The numbers some listings were sent and nobody has heard of, in the order they were sent.

        Without those of places that were acknowledged a number so much later that none of these can have followed it:
        who finds one there again has found somebody else's.

        :param int before: only of attempts that were begun before that one
        :return: list of tuples (listing id, marketplace.location id, number, Odoo's pieces then)
        """
        return self.env.execute_query(SQL(
            """
            SELECT sent.*
              FROM marketplace_attempt attempt
             CROSS JOIN LATERAL unnest(listing_ids, location_ids, quantities, stocks)
                   AS sent (listing_id, location_id, quantity, stock)
              LEFT JOIN marketplace_level level
                ON level.listing_id = sent.listing_id AND level.location_id = sent.location_id
             WHERE attempt.config_id = %s AND sent.listing_id = ANY(%s) AND attempt.id < coalesce(%s, attempt.id + 1)
               AND (level.acked_at >= attempt.sent_at + %s * interval '1 second') IS NOT TRUE
             ORDER BY attempt.id
            """, account.id, list(listing_ids), before, DOUBT_SECONDS))

    # === WHAT MAY COME LATE === #

    @api.model
    def _look_again(self, account):
        """Mark what was sent so long ago that no request can be under way any more, and was not looked at since; and
        forget what was."""
        self.env.cr.execute(SQL(
            """
            INSERT INTO stock_availability_dirty (product_id, product_tmpl_id, listing_id, config_id, reason)
            SELECT DISTINCT listing.product_id, listing.product_tmpl_id, listing.id, listing.config_id, 'answer lost'
              FROM (%s) AS doubt
              JOIN marketplace_listing listing ON listing.id = doubt.listing_id
             WHERE NOT EXISTS (SELECT 1 FROM stock_availability_dirty dirty WHERE dirty.listing_id = listing.id)
            """, self._doubts(account)))
        self.env.cr.execute(SQL(
            """
            DELETE FROM marketplace_attempt
             WHERE config_id = %s AND sent_at < (now() AT TIME ZONE 'UTC') - %s * interval '1 second'
               AND id NOT IN (SELECT doubt.attempt_id FROM (%s) AS doubt)
                OR sent_at < (now() AT TIME ZONE 'UTC') - %s * interval '1 day'
            """, account.id, DOUBT_SECONDS, self._doubts(account), KEPT_DAYS), log_exceptions=False)

    @api.model
    def _doubted(self, account, listing_ids):
        """What has to be sent, or looked at, although it was acknowledged already: set of (listing id, place id).

        At once where another number was sent since, and after a while where that may have come late.
        """
        return set(self.env.execute_query(SQL(
            "SELECT doubt.listing_id, doubt.location_id FROM (%s) AS doubt WHERE doubt.listing_id = ANY(%s)",
            self._doubts(account, at_once=True), list(listing_ids))))

    def _doubts(self, account, at_once=False):
        """A query of what was sent long enough ago and not acknowledged since; what failed is tried again anyway.

        :param bool at_once: also of what was sent a moment ago, which may be under way
        """
        return SQL(
            """
            SELECT attempt.id AS attempt_id, sent.listing_id, sent.location_id
              FROM marketplace_attempt attempt
             CROSS JOIN LATERAL unnest(listing_ids, location_ids) AS sent (listing_id, location_id)
              JOIN marketplace_listing listing ON listing.id = sent.listing_id AND listing.active
               AND listing.state = 'linked'
              JOIN marketplace_level level
                ON level.listing_id = sent.listing_id AND level.location_id = sent.location_id
              JOIN marketplace_location place ON place.id = sent.location_id AND place.active
             WHERE attempt.config_id = %(account)s
               AND (attempt.sent_at < (now() AT TIME ZONE 'UTC') - %(doubt)s * interval '1 second'
                    AND level.acked_at < attempt.sent_at + %(doubt)s * interval '1 second' %(or_else)s)
            """, account=account.id, doubt=DOUBT_SECONDS,
            or_else=SQL("OR level.acked_at < attempt.sent_at") if at_once else SQL())

    def _columns(self, levels, numbers):
        listing_ids, location_ids = map(list, zip(*(level.key for level in levels), strict=True))
        return (listing_ids, location_ids, [level.quantity for level in levels],
                [numbers[level.key].stock for level in levels])
