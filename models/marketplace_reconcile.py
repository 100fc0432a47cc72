# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..adapters.base import AdapterError
from .log_words import moment
from .marketplace_drift import REASONS
from .words import said

_logger = logging.getLogger(__name__)

CRON = "marketplace_sync.ir_cron_reconcile"
SLACK = timedelta(minutes=10)  # the scheduled action does not start to the second
GC_CHUNK = 1_000  # runs


class MarketplaceReconcile(models.Model):
    """One comparison of all numbers of an account: how far it has come, and what it found.

    Its cursor and its counters are committed together with what each part of it found, so that a run that was killed
    goes on where it stopped: no listing is compared twice, none is left out.
    """

    _name = "marketplace.reconcile"
    _description = "Comparison with a shop"
    _order = "id desc"

    config_id = fields.Many2one(
        "marketplace.config", "Account", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="config_id.company_id")
    state = fields.Selection(
        [("running", "Under Way"), ("done", "Done")], default="running", required=True, index=True, readonly=True)
    started_at = fields.Datetime("Started", default=fields.Datetime.now, required=True, readonly=True)
    finished_at = fields.Datetime("Finished", readonly=True)
    shards = fields.Integer(readonly=True, help="Parts the account had when this began.")
    shard = fields.Integer(readonly=True, help="The part that is being compared.")
    last_listing_id = fields.Integer(readonly=True, help="The last listing of this part that was compared.")
    total = fields.Integer("Listings", readonly=True, help="Linked listings when it began.")
    checked = fields.Integer("Compared", readonly=True, help="Listings.")
    drifted = fields.Integer("Differ", readonly=True, help="Numbers that are not what they should be.")
    waiting = fields.Integer(
        readonly=True, help="Numbers that differ only because a change has not been pushed yet: no drift.")
    calls = fields.Integer(readonly=True, help="Requests sent to the shop.")
    seconds = fields.Float(digits=(12, 3), readonly=True, help="Spent on it, without the pauses.")
    retry_at = fields.Datetime("Goes On", readonly=True)
    note = fields.Char("Waits because", readonly=True)
    progress = fields.Float(compute="_compute_progress")
    is_last = fields.Boolean("Last Comparison", compute="_compute_is_last", search="_search_is_last")
    drift_ids = fields.One2many("marketplace.drift", "reconcile_id", readonly=True)
    changed_count = fields.Integer("Changed in the Shop", compute="_compute_reasons")
    unpushed_count = fields.Integer("Never Pushed", compute="_compute_reasons")
    missing_count = fields.Integer("Not in the Shop", compute="_compute_reasons")

    _config_index = models.Index("(config_id, id)")
    _one_running = models.UniqueIndex(
        "(config_id) WHERE state = 'running'", "This account is being compared already.")

    # === COMPUTED === #

    @api.depends("state", "total", "checked")
    def _compute_progress(self):
        for run in self:
            run.progress = 100.0 if run.state == "done" else min(99.0, 100.0 * run.checked / max(1, run.total))

    @api.depends("config_id", "started_at")
    def _compute_display_name(self):
        for run in self:
            started = fields.Datetime.context_timestamp(run, run.started_at)
            run.display_name = f"{run.config_id.name}, {started:%Y-%m-%d %H:%M}"

    @api.depends("drift_ids.reason")
    def _compute_reasons(self):
        found = {(run.id, reason): count for run, reason, count in self.env["marketplace.drift"]._read_group(
            [("reconcile_id", "in", self.ids)], ["reconcile_id", "reason"], ["__count"])}
        for run in self:
            for reason, _label in REASONS:
                run[f"{reason}_count"] = found.get((run.id, reason), 0)

    def _compute_is_last(self):
        last = set(self._last_ids())
        for run in self:
            run.is_last = run.id in last

    def _search_is_last(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in" if True in value else "not in", self._last_ids())]

    def _last_ids(self):
        return [run_id for [run_id] in self.env.execute_query(SQL(
            "SELECT max(id) FROM marketplace_reconcile GROUP BY config_id"))]

    # === BUTTONS === #

    def action_open_drift(self):
        """Show what this comparison found."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.actions"]._for_xml_id("marketplace_sync.marketplace_drift_action"),
            "domain": [("reconcile_id", "=", self.id)], "context": {},
        }

    # === BEGIN AND END === #

    @api.model
    def _begin(self, account):
        """The account's comparison that is under way, or a new one."""
        run = self.search([("config_id", "=", account.id), ("state", "=", "running")])
        return run or self.create({
            "config_id": account.id, "shards": account.shards, "total": self._count_linked(account)})

    def _begin_anew(self):
        """Forget what was found: the listings were dealt to other parts meanwhile, or looked for in another shop."""
        self.drift_ids.unlink()
        self.write({
            "shards": self.config_id.shards, "shard": 0, "last_listing_id": 0, "checked": 0, "drifted": 0,
            "waiting": 0, "total": self._count_linked(self.config_id)})

    def _postpone(self, until, note):
        """Leave it until then, and say why.

        :param datetime until: naive UTC
        :param note: why, for people
        """
        self.write({"retry_at": until, "note": said(self.env, note)})
        self._come_back(at=until)
        _logger.info(
            "marketplace_sync: comparing_postponed account=%r account_id=%s reconcile=%s until=%s reason=%r",
            self.config_id.name, self.config_id.id, self.id, moment(until), note)

    def _finish(self, note=False):
        self.write({"state": "done", "finished_at": self.env.cr.now(), "retry_at": False, "note": note})

    @api.model
    def _come_back(self, at=None):
        """Have the scheduled action started, at once or at that time (naive UTC)."""
        self.env["ir.cron"]._wake(CRON, at)

    def _count_linked(self, account):
        return self.env["marketplace.listing"].search_count([
            ("config_id", "=", account.id), ("state", "=", "linked")])

    # === WHAT IS DUE === #

    @api.model
    def _begin_due(self):
        """Begin a comparison of each account whose last one was long enough ago."""
        accounts = self.env["marketplace.config"].search([
            ("state", "=", "connected"), ("reconcile_hours", ">", 0)])
        last = dict(self._read_group([("config_id", "in", accounts.ids)], ["config_id"], ["started_at:max"]))
        now = fields.Datetime.now()
        for account in accounts:
            pause = timedelta(hours=account.reconcile_hours) - SLACK
            if (account not in last or last[account] <= now - pause) and self._can_read(account):
                self._begin(account)

    def _can_read(self, account):
        try:
            with account._adapter() as adapter:
                return adapter.can_read
        except (AdapterError, ValueError):
            # Its secrets can't be opened, or its request format can't work: pushing says so. Others go on.
            return False

    @api.model
    def _ready(self):
        """The comparisons that may go on now, the one that was left alone for longest first."""
        now = fields.Datetime.now()
        return self.search([
            ("state", "=", "running"), ("config_id.active", "=", True), ("config_id.state", "=", "connected"),
            "|", ("retry_at", "=", False), ("retry_at", "<=", now),
            "|", ("config_id.retry_at", "=", False), ("config_id.retry_at", "<=", now),
        ], order="write_date, id")

    @api.model
    def _cron_compare(self):
        """Compare what is due, and go on with what is not finished: the scheduled action."""
        self.env["marketplace.comparison"]._compare_due()

    # === GARBAGE === #

    @api.autovacuum
    def _gc_old(self):
        """Delete what is older than the days set on its account, but keep the last comparison.

        What was found goes before, see marketplace.drift.

        :return: how many rows were deleted, and whether there may be more
        """
        garbage = self.env["marketplace.garbage"]
        return garbage._collect_chunk("reconcile", self._table, SQL(
            """
            %s
            AND (SELECT 1 FROM marketplace_reconcile newer
                  WHERE newer.config_id = candidate.config_id AND newer.id > candidate.id LIMIT 1) IS NOT NULL
            AND (SELECT 1 FROM marketplace_drift drift WHERE drift.reconcile_id = candidate.id LIMIT 1) IS NULL
            """, garbage._is_old("started_at")), GC_CHUNK)
