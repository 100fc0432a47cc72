# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # each part is committed by itself, on a cursor of its own
import logging
from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .drain_run import COLLISIONS, MAX_COLLISIONS
from .marketplace_bulk import AT_ONCE, IN_TURN, OPPOSITE
from .trouble import UNFORESEEN, trouble_with
from .words import said

_logger = logging.getLogger(__name__)

PAUSE = timedelta(minutes=1)  # between two looks at what is being pushed, and after too many collisions
PATIENCE = timedelta(hours=1)  # after which nobody goes on watching it
MAX_TRIES = 5  # on end, that something nobody foresaw stops


class MarketplaceBulk(models.Model):
    """Working through what was asked for, a part a transaction."""

    _inherit = "marketplace.bulk"

    @api.model
    def _cron_go_on(self):
        """Go on with all that is not finished, until time is up: the scheduled action."""
        self.env.flush_all()
        with self.env["marketplace.drain"]._own_cursor() as own:
            bulks = own.env[self._name]
            for bulk in bulks.search([("state", "=", "running")], order="id"):
                if not bulk._go_on_regardless():
                    bulks._come_back()
                    own.env.cr.commit()
                    break
        self.env.invalidate_all()

    def _go_on_regardless(self):
        """Go on; what nobody foresaw concerns this one alone, and is tried again later, a few times.

        :return: whether there is time left
        """
        try:
            return self._watch() if self.kind == "sync" else self._go_on()
        except Exception:
            self.env.cr.rollback()
            _logger.exception("marketplace_sync: bulk_failed bulk=%s", self.id)
            self._try_later()
            return True

    def _try_later(self):
        """Have it tried again, or end it where that was done often enough."""
        self.tries += 1
        if self.tries < MAX_TRIES:
            self._leave()
        else:
            self._stop(said(self._in_words_of_user().env, UNFORESEEN))

    def _stop(self, reason):
        """End it before its end, and tell whoever asked for it.

        :param str reason: a sentence
        """
        self._end(reason)
        self.env.cr.commit()  # it has ended, even if telling is what goes wrong
        self._announce(self.position)
        self.env.cr.commit()

    def _may_go_on(self):
        """Whether whoever asked for it still may do it; if not, it is stopped.

        Products that only some may change are no reason to stop: they fail one by one.
        """
        user, own = self.user_id, self.env(user=self.user_id, su=False)
        may = (
            (user.active or user.id == SUPERUSER_ID)  # whom an administrator can become, and who never counts as active
            and set(self.companies or []) <= set(user._get_company_ids())
            and own["marketplace.listing"].has_access("read")
            and (self.kind == "sync" or own["product.product"].has_access("write")))
        if not may:
            self._stop(self._in_words_of_user().env._("Whoever asked for it may not do it any more."))
        return may

    def _go_on(self):
        """Deal with one part after the other; not before an older one that does the opposite, which was left for later.

        :return: whether there is time left
        """
        if self._is_under_way(OPPOSITE[self.kind], self.records, self.platforms.split(","), before=self.id):
            return True
        collisions = 0
        while self.state == "running":
            try:
                self._deal_with_next()
                left = self.env["ir.cron"]._commit_progress(1, remaining=self._parts_left())
            except COLLISIONS:
                # Somebody changed, or holds, the same products. Nothing of this part was stored: it is done again.
                self.env.cr.rollback()
                collisions += 1
                if collisions > MAX_COLLISIONS:
                    self._leave()
                    return True
                continue
            collisions = 0
            if left <= 0:
                return False
        return True

    def _leave(self):
        self._come_back(at=fields.Datetime.now() + PAUSE)
        self.env.cr.commit()

    def _parts_left(self):
        """How many calls of `_deal_with_next` everybody's bulk actions take."""
        return sum(-(-(bulk.total - bulk.position) // AT_ONCE) for bulk in self.search(
            [("state", "=", "running"), ("kind", "!=", "sync")]))

    # === TICKS === #

    def _deal_with_next(self):
        """Deal with the next part, and write down how far that is and what failed."""
        if not self._may_go_on():
            return
        before = self.position
        part = self._without_deleted("product.product", (self.records or [])[before:before + AT_ONCE])
        failures = self._deal_with(part)
        values = {"position": before + len(part), "failed_count": self.failed_count + len(failures), "tries": 0}
        if failures:
            values |= {"failed": [*(self.failed or []), *failures],
                       "error": self.error or next(iter(failures.values()))}
        if before + len(part) >= self.total:
            values |= {"state": "done", "finished_at": self.env.cr.now()}
        self.write(values)
        self._announce(before)

    def _deal_with(self, ids):
        """Deal with all of them together; should that fail, one by one, so that one fails alone.

        :return: dict id of what failed -> the reason
        """
        try:
            with self.env.cr.savepoint():
                self._tick(ids)
            return {}
        except COLLISIONS:
            raise
        except Exception:
            _logger.info("marketplace_sync: bulk_taken_apart bulk=%s", self.id, exc_info=True)
        return {record_id: reason for record_id in ids if (reason := self._reason_of_failure(record_id))}

    def _reason_of_failure(self, record_id):
        """Deal with one; the reason why that fails, or nothing."""
        return trouble_with(
            self._in_words_of_user().env, partial(self._tick, [record_id]), partial(self._log_failure, record_id))

    def _log_failure(self, record_id):
        _logger.exception("marketplace_sync: bulk_product_failed bulk=%s record=%s", self.id, record_id)

    def _tick(self, ids):
        """Do it with the rights that whoever asked for it has now, of which `_may_go_on` has seen the general ones."""
        products = self.env["product.product"].with_user(self.user_id).with_context(
            allowed_company_ids=self.companies, lang=self.user_id.lang, **{IN_TURN: True}).browse(ids)
        products._set_ticks(self.platforms.split(","), self.kind == "publish")

    def _without_deleted(self, model, ids):
        """Take out what was deleted meanwhile: it was neither done nor does it wait.

        :return: those of these ids that are left
        """
        left = self.env[model].browse(ids).exists().ids
        gone = set(ids).difference(left)
        if gone:
            records = [record_id for record_id in self.records if record_id not in gone]
            self.write({"records": records, "total": len(records)})
        return left

    # === PUSHES === #

    def _watch(self):
        """See how many of the listings still wait, and say so; their accounts' scheduled actions push them.

        :return: True, there is time left
        """
        if not self._may_go_on():
            return True
        before = self.position
        # Marks of a deleted listing stay until they are collected: nobody waits for them.
        existing = self._without_deleted("marketplace.listing", self.records)
        waiting = [listing_id for [listing_id] in self.env.execute_query(SQL(
            "SELECT DISTINCT listing_id FROM stock_availability_dirty WHERE listing_id = ANY(%s) AND id <= %s",
            existing, self.last_mark or 0))]
        self.position = self.total - len(waiting)
        if not waiting or self.create_date < fields.Datetime.now() - PATIENCE:
            self._conclude(existing, waiting)
        else:
            self._come_back(at=fields.Datetime.now() + PAUSE)
        self._announce(before)
        self.env.cr.commit()
        return True

    def _conclude(self, ids, waiting):
        """:param ids: of all listings

        :param waiting: ids of those nobody has come to
        """
        listings, chosen = self.env["marketplace.listing"], Domain("id", "in", ids)
        # One that asks which number is right was not marked: it waits for an answer.
        left = {*waiting, *listings.search(chosen & Domain("state", "=", "conflict")).ids}
        failed = listings.search(chosen & Domain("state", "=", "error")).filtered(lambda one: one.id not in left)
        self.write({
            "state": "done", "finished_at": self.env.cr.now(), "position": self.total - len(left),
            "failed": failed.ids, "failed_count": len(failed), "error": failed[:1].error})
