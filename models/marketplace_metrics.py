# SPDX-License-Identifier: LGPL-3.0-or-later
import hashlib
import hmac

from prometheus_client import CollectorRegistry, generate_latest

from odoo import api, models
from odoo.tools import SQL

from .. import hooks
from .marketplace_config_counts import COUNTED
from .marketplace_drain_queue import COUNTED_MARKS
from .metrics_families import Figures, families

PARAMETER = "marketplace_sync.metrics_token"  # holds the SHA-256 of the token, in hexadecimal digits
LIMIT_SECONDS = 5  # a statement may take: Prometheus gives up after ten, and asks again


class MarketplaceMetrics(models.AbstractModel):
    """What operators watch, read from the database whenever Prometheus asks.

    Everything is counted up to a limit, so that asking costs the same whatever the accounts have. Nothing is kept in
    the worker: there are many, on several hosts, and each may be asked. What has to rise and never fall is counted in
    a table of its own, made by hooks.create_total_table: the logs that could be summed up are deleted after some days.
    """

    _name = "marketplace.metrics"
    _description = "Metrics for Prometheus"

    def init(self):
        # pylint: disable=missing-return
        super().init()
        hooks.create_total_table(self.env.cr)

    # === WHO MAY ASK === #

    @api.model
    def _is_on(self):
        return bool(self._kept())

    @api.model
    def _switch(self, token):
        """Answer whoever brings this token from now on; nobody, when it is empty.

        :param str token: of at least 256 random bits, so that a plain hash keeps it
        """
        digest = hashlib.sha256(token.encode()).hexdigest() if token else False
        self.env["ir.config_parameter"].sudo().set_param(PARAMETER, digest)

    @api.model
    def _is_token(self, token):
        """Whether somebody has brought the token; takes the same time for each that is wrong."""
        return hmac.compare_digest(hashlib.sha256(token.encode()).hexdigest(), self._kept() or "")

    def _kept(self):
        return self.env["ir.config_parameter"].sudo().get_param(PARAMETER)

    # === COUNTING UP === #

    @api.model
    def _count(self, run):
        """Add what a drain has done to its account's totals, unless that was deleted meanwhile.

        :param run: drain_run.Run
        :raise psycopg2.errors.SerializationFailure: another part of the account has written them since the snapshot
        """
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_total AS total
                        (config_id, pushes, acknowledged, unchanged, failed, calls, seconds)
            SELECT id, 1, %s, %s, %s, %s, %s FROM marketplace_config WHERE id = %s
                ON CONFLICT (config_id) DO UPDATE
               SET pushes = total.pushes + 1, acknowledged = total.acknowledged + excluded.acknowledged,
                   unchanged = total.unchanged + excluded.unchanged, failed = total.failed + excluded.failed,
                   calls = total.calls + excluded.calls, seconds = total.seconds + excluded.seconds
            """,
            run.acknowledged, run.unchanged, run.failed, run.adapter.calls, run.seconds, run.account.id,
        ), log_exceptions=False)

    @api.model
    def _forget(self, accounts):
        self.env.cr.execute(SQL("DELETE FROM marketplace_total WHERE config_id = ANY(%s)", accounts.ids))

    @api.autovacuum
    def _gc_orphans(self):
        """Delete the totals of accounts that are gone: a push under way may have counted after its account was deleted.

        :return: how many were deleted, and whether there may be more
        """
        self.env.cr.execute("""
            DELETE FROM marketplace_total total
             WHERE NOT EXISTS (SELECT FROM marketplace_config account WHERE account.id = total.config_id)""")
        return self.env.cr.rowcount, False

    # === TELLING === #

    @api.model
    def _text(self):
        """What Prometheus reads: bytes in its text format, of all accounts of all companies.

        :raise psycopg2.errors.QueryCanceled: a statement took longer than LIMIT_SECONDS
        """
        self.env.flush_all()
        self.env.cr.execute(SQL("SET LOCAL statement_timeout = %s", f"{LIMIT_SECONDS}s"))
        figures = self._figures()
        self.env.cr.execute("SET LOCAL statement_timeout TO DEFAULT")
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collector(figures))
        return generate_latest(registry)

    def _figures(self):
        states = [state for state, _label in self.env["marketplace.config"]._fields["state"].selection]
        [unsorted] = self._rows(self._unsorted_query())
        return Figures(
            accounts=self._rows(self._accounts_query()), states=states,
            listings=self._rows(self._listings_query()), allowances=self._rows(self._allowances_query()),
            unsorted=unsorted)

    def _rows(self, query):
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.dictfetchall()

    def _accounts_query(self):
        # Archived listings' marks go at night; there are few, and an index of them.
        return SQL(
            """
            SELECT account.id, account.name, account.platform, company.name AS company, account.state,
                   coalesce(account.failures, 0) AS failures,
                   extract(epoch FROM account.last_success AT TIME ZONE 'UTC')::float AS last_success,
                   waiting.marks, extract(epoch FROM now() - waiting.oldest AT TIME ZONE 'UTC')::float AS age,
                   coalesce(total.pushes, 0) AS pushes, coalesce(total.acknowledged, 0) AS acknowledged,
                   coalesce(total.unchanged, 0) AS unchanged, coalesce(total.failed, 0) AS failed,
                   coalesce(total.calls, 0) AS calls, coalesce(total.seconds, 0) AS seconds
              FROM marketplace_config account
              JOIN res_company company ON company.id = account.company_id
              LEFT JOIN marketplace_total total ON total.config_id = account.id
             CROSS JOIN LATERAL (
                SELECT count(*) AS marks, min(mark.marked_at) AS oldest
                  FROM (SELECT dirty.marked_at
                          FROM stock_availability_dirty dirty
                         WHERE dirty.config_id = account.id
                           AND (SELECT TRUE FROM marketplace_listing listing
                                 WHERE listing.id = dirty.listing_id AND listing.active IS NOT TRUE) IS NULL
                         ORDER BY dirty.id LIMIT %s) AS mark
             ) AS waiting
             WHERE account.active
             ORDER BY account.id
            """, COUNTED_MARKS + 1)

    def _unsorted_query(self):
        return SQL(
            """
            SELECT count(*) AS marks, extract(epoch FROM now() - min(marked_at) AT TIME ZONE 'UTC')::float AS age
              FROM (SELECT marked_at FROM stock_availability_dirty
                     WHERE listing_id IS NULL ORDER BY id LIMIT %s) AS mark
            """, COUNTED_MARKS + 1)

    def _listings_query(self):
        states = [state for state, _label in self.env["marketplace.listing"]._fields["state"].selection]
        return SQL(
            """
            SELECT account.id, wanted.state,
                   (SELECT count(*)
                      FROM (SELECT 1 FROM marketplace_listing listing
                             WHERE listing.config_id = account.id AND listing.state = wanted.state
                               AND listing.active IS TRUE
                             LIMIT %s) AS found) AS listings
              FROM marketplace_config account
             CROSS JOIN unnest(%s::varchar[]) AS wanted (state)
             WHERE account.active
            """, COUNTED + 1, states)

    def _allowances_query(self):
        return SQL(
            """
            SELECT allowance.config_id AS id, allowance.name, allowance.granted,
                   CASE WHEN allowance.resets_at > now() AT TIME ZONE 'UTC' THEN allowance.used ELSE 0 END AS used
              FROM marketplace_allowance allowance
              JOIN marketplace_config account ON account.id = allowance.config_id AND account.active
             ORDER BY allowance.config_id, allowance.name
            """)


class _Collector:
    """What a registry of prometheus-client asks."""

    def __init__(self, figures):
        self._figures = figures

    def collect(self):
        """The families of metrics."""
        return families(self._figures)
