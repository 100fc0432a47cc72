# SPDX-License-Identifier: LGPL-3.0-or-later
import logging

from odoo import api, models
from odoo.tools import SQL

from .drain_run import COLLISIONS
from .words import said

_logger = logging.getLogger(__name__)

GC_CHUNK = 1_000  # messages


class MarketplaceListing(models.Model):
    """A chatter that tells when a listing failed, recovered, or was changed in the shop.

    Odoo's tracking of fields is not used: it compares every record that is written, and a drain writes 100,000 of them
    with one statement, past the ORM. Instead those who change a state say so, for the listings whose state really is
    another one now, all of them in one batch: a note costs about what the line in the log beside it costs, and a
    listing that stays as it is costs nothing. Notes notify nobody; the account's activities and e-mails do.
    """

    _name = "marketplace.listing"
    _inherit = ["marketplace.listing", "mail.thread"]

    @api.model_create_multi
    def create(self, vals_list):
        # A product list brings 100,000 listings: neither a note nor a follower for each.
        listings = super(MarketplaceListing, self.with_context(tracking_disable=True)).create(vals_list)
        return listings.with_env(self.env)

    @api.model
    def _tell_failed(self, reasons):
        """:param reasons: dict listing id -> why it failed, for people"""
        self.browse(reasons)._tell({
            listing_id: self.env._("Failed: %s", said(self.env, reason)) for listing_id, reason in reasons.items()})

    def _tell_recovered(self):
        self._tell(dict.fromkeys(self.ids, self.env._("Works again.")))

    def _tell(self, notes):
        """Write a note each; what was deleted meanwhile is passed over. Whatever is wrong with notes, pushing goes on.

        :param notes: dict listing id -> text
        """
        if not notes:
            return
        try:
            with self.env.cr.savepoint():
                self.exists()._message_log_batch(notes)
        except COLLISIONS:
            raise
        except Exception:
            _logger.exception("marketplace_sync: notes_failed listings=%s", len(notes))

    def _take_note(self):
        # Who answers a question is named beside the note.
        result = super()._take_note()
        self._tell(dict.fromkeys(self.ids, self.env._("Answered: pushed again.")))
        return result

    @api.autovacuum
    def _gc_notes(self):
        """Delete notes that are older than the days logs are kept, and those of listings that went with their product,
        which the database deletes by itself. What people wrote stays as long as its listing.

        :return: how many were deleted, and whether there may be more
        """
        # Odoo has an index of messages by model and record: only those of listings are looked at.
        ids = [message_id for [message_id] in self.env.execute_query(SQL(
            """
            SELECT message.id
              FROM mail_message message
              LEFT JOIN marketplace_listing listing ON listing.id = message.res_id
              LEFT JOIN marketplace_config account ON account.id = listing.config_id
             WHERE message.model = %s AND (
                   listing.id IS NULL
                   OR message.message_type = 'notification'
                      AND message.date < (now() AT TIME ZONE 'UTC') - interval '1 day' * account.log_days)
             LIMIT %s
            """, self._name, GC_CHUNK))]
        self.env["mail.message"].sudo().browse(ids).unlink()
        return len(ids), len(ids) == GC_CHUNK
