# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
import random
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..adapters import PLATFORMS as ADAPTERS
from ..adapters.base import AdapterError, Connection
from ..adapters.wire.recording import blame
from .error_kinds import kind_of
from .log_words import word
from .pace import DatabasePace
from .words import said

_logger = logging.getLogger(__name__)

CALL_SECONDS = 1  # after which a trigger counts as overlooked, and between two calls of this process for it
MIN_BACKOFF, MAX_BACKOFF = 0.5, 600  # seconds
MAX_RETRY_AFTER = 24 * 3600  # seconds, whatever a shop asks for

_called_at: dict[str, float] = {}  # when this process last called the cron workers, by database, on time.monotonic()


class MarketplaceConfig(models.Model):
    """How an account reaches its shop, and what becomes of it when the shop can't be reached."""

    _inherit = "marketplace.config"

    # === REACHING THE SHOP === #

    @contextmanager
    def _adapter(self, witness=None, **changes):
        """The adapter of this account, closed at the end.

        Needs the rights to read secrets: call it as superuser.

        :param witness: a Witness of its requests, None for nobody
        :param changes: of adapters.base.Connection
        """
        connection = replace(self._connection(), recorder=witness and witness.recorder, **changes)
        adapter = ADAPTERS[self.platform](connection)
        try:
            yield adapter
        except AdapterError as error:
            blame(error.reason)
            raise
        finally:
            adapter.close()

    def _keep_token(self, adapter, base_url=None):
        """Store an access token the adapter obtained, for the next one to use.

        :param str base_url: the shop it is of, where the account may have been moved to another one meanwhile
        """
        if adapter.token and base_url in (None, self.base_url):
            self.env["marketplace.credential"]._set(self, "token", adapter.token.value, adapter.token.expires_at)

    def _connection(self):
        secrets = self._secrets()
        token = self.credential_ids.filtered(lambda credential: credential.key == "token")
        if token.expires_at:
            secrets["token_expires_at"] = token.expires_at.isoformat()
        for name in ("client_id", "username"):
            if self[name]:
                secrets[name] = self[name].strip()
        pace = DatabasePace(self.env.cr.dbname, self.id, self.calls_per_second) if self.calls_per_second else None
        return Connection(
            base_url=self.base_url, api_version=self.api_version, credentials=secrets, options=self._adapter_options(),
            batch_size=self.batch_size, parallel=self.parallel, probe=self.failures > 0, pace=pace,
            allow_private=self.allow_private,
        )

    # === PUSHING === #

    def _cron_drain(self):
        """Push what waits for this account: its scheduled action."""
        if not (self.exists() and self.active and self.state == "connected"):
            return
        part = self._part()
        if not part:  # once is enough
            self.env["marketplace.drain"]._look_after(self)
        # The others are woken with the first by every change: most often it has pushed it before they look.
        if not self._is_backing_off() and (not part or self.env["marketplace.drain"]._may_have_waiting(self)):
            self._drain()

    def _drain(self, limit=None, listing_ids=None):
        """Push what waits for this account until nothing is left, time is up or `limit` listings were taken.

        Works on a cursor of its own, which it commits: it sees what is committed, and commits nothing of the
        caller's. Trouble with the marketplace is never raised; it shows on the account and in the log.

        :param int limit: listings
        :param listing_ids: of this account; they are marked and pushed ahead of all others, which are left alone
        :return: dict of `done` (listings acknowledged or found up to date), `failed`, `remaining` (listings
            still waiting), `busy` (somebody else is pushing), and the account's `state` (see `_standing`) and
            `trouble` afterwards
        """
        self.ensure_one()
        self.env.flush_all()
        result = self.env["marketplace.drain"]._drain_account(self, limit, listing_ids)
        self.env.invalidate_all()
        return result

    def _standing(self):
        """Its state; `archived`, which pushes nothing either, whatever the state; that, too, where it was deleted."""
        return self.state if self.active else "archived"

    @api.model
    def _say_switched_off(self, standing):
        """:param standing: see `_standing`"""
        names = {**dict(self._fields["state"]._description_selection(self.env)), "archived": self.env._("Archived")}
        return self.env._("The account is switched off: %s.", names[standing])

    @api.model
    def _wake(self):
        """Start the scheduled actions of all accounts that push at once."""
        crons = self.env.execute_query(SQL(
            """
            SELECT cron.id,
                   -- A trigger that is locked is being used up by a run that may have looked already.
                   (SELECT waiting.create_date FROM ir_cron_trigger waiting
                     WHERE waiting.cron_id = cron.id AND waiting.call_at <= %(now)s
                     ORDER BY waiting.id DESC LIMIT 1
                       FOR KEY SHARE SKIP LOCKED)
              FROM marketplace_config account
             CROSS JOIN LATERAL (
                SELECT account.cron_id
                 UNION ALL
                SELECT part.cron_id FROM marketplace_config_part_rel part WHERE part.config_id = account.id
             ) AS own
              JOIN ir_cron cron ON cron.id = own.cron_id AND cron.active
             WHERE account.active AND account.state = 'connected' AND account.push_mode = 'immediate'
               AND (account.retry_at IS NULL OR account.retry_at <= %(now)s)
            """,
            now=fields.Datetime.now(),
        ))
        cron_model = self.env["ir.cron"].sudo()
        overlooked = self.env.cr.now() - timedelta(seconds=CALL_SECONDS)
        asleep = [cron_id for cron_id, triggered_at in crons if not triggered_at]
        # As ir.cron's `_trigger` does, but once for all accounts: whoever moved the stock waits for this.
        self.env["ir.cron.trigger"].sudo().create([
            {"cron_id": cron_id, "call_at": fields.Datetime.now()} for cron_id in asleep])
        # While the workers are busy it goes on being overlooked: telling them costs PostgreSQL a flush to disk.
        is_due = time.monotonic() - _called_at.get(self.env.cr.dbname, -CALL_SECONDS) >= CALL_SECONDS
        if asleep or is_due and any(triggered_at < overlooked for _cron_id, triggered_at in crons):
            _called_at[self.env.cr.dbname] = time.monotonic()
            self.env.cr.postcommit.add(cron_model._notifydb)

    # === FAILED LISTINGS === #

    def _retry_due(self):
        """Mark the failed listings whose time has come: what was wrong may have been mended meanwhile."""
        due = SQL("listing.config_id = %s AND listing.state = 'error' AND listing.next_attempt <= %s",
                  self.id, fields.Datetime.now())
        if self.env.execute_query(SQL("SELECT 1 FROM marketplace_listing listing WHERE %s LIMIT 1", due)):
            self.env["stock.availability.dirty"]._dirty_listings(due, "retry")
            self.env.cr.execute(SQL("UPDATE marketplace_listing listing SET next_attempt = NULL WHERE %s", due))
            self.env["marketplace.listing"].invalidate_model(["next_attempt"])

    def _report_failures(self):
        """Give the responsible an activity when listings have failed for too long, and take it back when none does."""
        kind = "marketplace_sync.mail_activity_listings_failing"
        [[count]] = self.env.execute_query(SQL(
            """SELECT count(*) FROM marketplace_listing
                WHERE config_id = %s AND state = 'error' AND active AND coalesce(failed_since, error_at) < %s""",
            self.id, fields.Datetime.now() - timedelta(hours=self.alert_hours))) if self.alert_hours else [[0]]
        if not count:
            self.activity_unlink([kind])
        elif not self.activity_search([kind]):
            self.activity_schedule(
                kind, user_id=self._whom_to_tell().id,
                note=self.env._(
                    "%(count)s listings have failed for more than %(hours)s hours: the shop shows old numbers for "
                    "them. Open Failed on the account; they are grouped by their reason.",
                    count=count, hours=self.alert_hours))

    # === TROUBLE === #

    def _whom_to_tell(self):
        """Who gets the activities: somebody who left would not see them."""
        return self.responsible_id.filtered("active") or self.env.ref("base.user_admin")

    def _is_backing_off(self):
        return bool(self.retry_at and self.retry_at > fields.Datetime.now())

    def _is_counted(self, known_failures):
        """Whether another part of the account has met the same outage, and counted it, since this one's try began.

        :param known_failures: in a row, when it began; None when nobody else tries
        """
        return known_failures is not None and self.failures > known_failures

    def _backoff_delay(self, error, known_failures=None):
        """How long to leave the shop alone: exponentially longer each time, at random within that (full jitter).

        :param error: an `Unavailable`
        :param known_failures: see `_is_counted`; parts that meet one outage try again together
        :return: seconds until the next try
        """
        if self._is_counted(known_failures):
            delay = (self.retry_at - fields.Datetime.now()).total_seconds() if self.retry_at else 0
            delay = max(delay, MIN_BACKOFF)
        else:
            delay = random.uniform(MIN_BACKOFF, min(MAX_BACKOFF, 2 ** min(self.failures + 1, 12)))
        return min(max(delay, error.retry_after or 0), MAX_RETRY_AFTER)

    def _back_off(self, error, delay, leave, known_failures=None):
        """Say that the shop can't be reached, and when it is tried again.

        :param error: an `Unavailable`
        :param delay: seconds until then
        :param leave: whether the scheduled action has to come back for it
        :param known_failures: see `_is_counted`
        """
        retry_at = fields.Datetime.now() + timedelta(seconds=delay)
        if leave and self.cron_id:
            self._own_cron()._trigger(at=retry_at)
        if self._is_counted(known_failures):
            if self.retry_at and self.retry_at < retry_at:
                self.retry_at = retry_at
            return
        reason = said(self.env, error.reason)
        self.write({"failures": self.failures + 1, "last_error": reason, "retry_at": retry_at})
        self._log("warning", "account", reason, request_id=error.request_id, error_kind=kind_of(error))
        _logger.warning(
            "marketplace_sync: unavailable account=%r account_id=%s reason=%r retry_in_s=%.1f failures=%s "
            "request_id=%s", self.name, self.id, error.reason, delay, self.failures, word(error.request_id))

    def _stop(self, error):
        """Only a person can help: say so where people look. Marks are kept.

        :param error: an `AdapterError`
        """
        reason = said(self.env, error.reason)
        self.write({"state": "error", "last_error": reason})
        self._log("error", "account", reason, request_id=error.request_id, error_kind=kind_of(error))
        _logger.error("marketplace_sync: stopped account=%r account_id=%s reason=%r request_id=%s",
                      self.name, self.id, error.reason, word(error.request_id))
        self.activity_schedule(
            "marketplace_sync.mail_activity_account_stopped",
            user_id=self._whom_to_tell().id,
            note=self.env._("No stock is sent to this shop until this is solved: %s", reason),
        )

    def _log(self, level, kind, message, **values):
        self.env["marketplace.sync.log"].sudo().create({
            "config_id": self.id, "level": level, "kind": kind, "message": message, **values})
