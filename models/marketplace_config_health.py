# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
import random
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..adapters import PLATFORMS
from ..adapters.base import Connection

_logger = logging.getLogger(__name__)

MAX_BACKOFF = 600  # seconds
MAX_RETRY_AFTER = 24 * 3600  # seconds, whatever a shop asks for


class MarketplaceConfig(models.Model):
    """How an account reaches its shop, and what becomes of it when the shop can't be reached."""

    _inherit = "marketplace.config"

    # === REACHING THE SHOP === #

    @contextmanager
    def _adapter(self):
        """The adapter of this account, closed at the end.

        Needs the rights to read secrets: call it as superuser.
        """
        adapter = PLATFORMS[self.platform](self._connection())
        try:
            yield adapter
        finally:
            adapter.close()

    def _keep_token(self, adapter):
        """Store an access token the adapter obtained, for the next one to use."""
        if adapter.token:
            self.env["marketplace.credential"]._set(self, "token", adapter.token.value, adapter.token.expires_at)

    def _connection(self):
        secrets = {credential.key: credential.value for credential in self.credential_ids}
        token = self.credential_ids.filtered(lambda credential: credential.key == "token")
        if token.expires_at:
            secrets["token_expires_at"] = token.expires_at.isoformat()
        if self.client_id:
            secrets["client_id"] = self.client_id.strip()
        return Connection(
            base_url=self.base_url, api_version=self.api_version, credentials=secrets,
            batch_size=self.batch_size, parallel=self.parallel,
        )

    # === PUSHING === #

    def _cron_drain(self):
        """Push what waits for this account: its scheduled action."""
        if self.exists() and self.active and self.state == "connected" and not self._is_backing_off():
            self._drain()

    def _drain(self, limit=None):
        """Push what waits for this account until nothing is left, time is up or `limit` listings were taken.

        Works on a cursor of its own, which it commits: it sees what is committed, and commits nothing of the
        caller's. Trouble with the marketplace is never raised; it shows on the account and in the log.

        :param int limit: listings
        :return: dict of `done` (listings acknowledged or found up to date), `failed`, `remaining` (listings
            still waiting), `busy` (somebody else is pushing), and the account's `state` and `trouble` afterwards
        """
        self.ensure_one()
        self.env.flush_all()
        result = self.env["marketplace.drain"]._drain_account(self, limit)
        self.env.invalidate_all()
        return result

    @api.model
    def _wake(self):
        """Start the scheduled actions of all accounts that push at once."""
        crons = self.env.execute_query(SQL(
            """
            SELECT account.cron_id,
                   -- A trigger that is locked is being used up by a run that may have looked already.
                   (SELECT waiting.create_date FROM ir_cron_trigger waiting
                     WHERE waiting.cron_id = account.cron_id AND waiting.call_at <= %(now)s
                     ORDER BY waiting.id DESC LIMIT 1
                       FOR KEY SHARE SKIP LOCKED)
              FROM marketplace_config account
             WHERE account.active AND account.state = 'connected' AND account.push_mode = 'immediate'
               AND account.cron_id IS NOT NULL
               AND (account.retry_at IS NULL OR account.retry_at <= %(now)s)
            """,
            now=fields.Datetime.now(),
        ))
        cron_model = self.env["ir.cron"].sudo()
        overlooked = self.env.cr.now() - timedelta(seconds=1)
        for cron_id, triggered_at in crons:
            if not triggered_at:
                cron_model.browse(cron_id)._trigger()
            elif triggered_at < overlooked:
                self.env.cr.postcommit.add(cron_model._notifydb)

    # === TROUBLE === #

    def _is_backing_off(self):
        return bool(self.retry_at and self.retry_at > fields.Datetime.now())

    def _backoff_delay(self, error):
        """How long to leave the shop alone: exponentially longer each time, at random within that (full jitter).

        :param error: an `Unavailable`
        :return: seconds until the next try
        """
        delay = random.uniform(0.5, min(MAX_BACKOFF, 2 ** min(self.failures + 1, 12)))
        return min(max(delay, error.retry_after or 0), MAX_RETRY_AFTER)

    def _back_off(self, error, delay, leave):
        """Say that the shop can't be reached, and when it is tried again.

        :param error: an `Unavailable`
        :param delay: seconds until then
        :param leave: whether the scheduled action has to come back for it
        """
        self.write({
            "failures": self.failures + 1, "last_error": error.reason,
            "retry_at": fields.Datetime.now() + timedelta(seconds=delay),
        })
        if leave and self.cron_id:
            self.cron_id._trigger(at=self.retry_at)
        self._log("warning", "account", error.reason, request_id=error.request_id)
        _logger.warning("marketplace_sync: unavailable account=%r reason=%r retry_in_s=%.1f request_id=%s",
                        self.name, error.reason, delay, error.request_id or "-")

    def _stop(self, error):
        """Only a person can help: say so where people look. Marks are kept.

        :param error: an `AdapterError`
        """
        self.write({"state": "error", "last_error": error.reason})
        self._log("error", "account", error.reason, request_id=error.request_id)
        _logger.error("marketplace_sync: stopped account=%r reason=%r request_id=%s",
                      self.name, error.reason, error.request_id or "-")
        self.activity_schedule(
            "marketplace_sync.mail_activity_account_stopped",
            user_id=(self.responsible_id or self.env.ref("base.user_admin")).id,
            note=self.env._("No stock is sent to this shop until this is solved: %s", error.reason),
        )

    def _log(self, level, kind, message, **values):
        self.env["marketplace.sync.log"].sudo().create({
            "config_id": self.id, "level": level, "kind": kind, "message": message, **values})
