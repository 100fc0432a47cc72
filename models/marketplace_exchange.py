# SPDX-License-Identifier: LGPL-3.0-or-later
from contextlib import suppress

from odoo import api, fields, models
from odoo.tools import SQL

from ..adapters.curl import curl_of
from ..adapters.exchange import Exchange
from .drain_run import COLLISIONS
from .words import said

GC_CHUNK = 1_000  # rows
KEPT = 1_000  # of an account, the newest: a shop that is away for a week must not fill the disk
MANAGERS = "marketplace_sync.group_marketplace_manager"


class MarketplaceExchange(models.Model):
    """A request to a shop and its answer, as they were, but for secrets and for what is very long.

    Those that failed, and all while debug capture is switched on. They are written after the calls, when what the calls
    were about is stored: nothing here is part of a stock move or of a push.
    """

    _name = "marketplace.exchange"
    _description = "Request to a shop"
    _order = "id desc"
    _rec_name = "url"

    config_id = fields.Many2one(
        "marketplace.config", "Account", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="config_id.company_id")
    platform = fields.Selection(related="config_id.platform")
    run_ref = fields.Char(
        readonly=True, default=lambda self: self.env.context.get("marketplace_run"),
        help="What the log calls the push, or the comparison, that it was sent by.")
    log_ids = fields.Many2many("marketplace.sync.log", compute="_compute_log_ids")
    listing_ids = fields.Many2many(
        "marketplace.listing", "marketplace_exchange_listing_rel", "exchange_id", "listing_id", "Listings",
        readonly=True, context={"active_test": False})
    sent_at = fields.Datetime("Sent", required=True, readonly=True)
    method = fields.Char(readonly=True)
    url = fields.Char("Address", readonly=True)
    writes = fields.Boolean("May Write", readonly=True, help="It may have changed something in the shop.")
    status = fields.Integer(
        "HTTP Status", readonly=True, aggregator=None, help="0 when there was no answer.")
    milliseconds = fields.Float("Answer Time (ms)", digits=(12, 1), aggregator="avg", readonly=True)
    trouble = fields.Char(readonly=True, help="What was wrong with it; empty when all went well.")
    request_id = fields.Char("Shop's Request Id", readonly=True)
    body_size = fields.Integer("Bytes Sent", aggregator="avg", readonly=True)
    answer_size = fields.Integer("Bytes Answered", aggregator="avg", readonly=True)
    body_cut = fields.Boolean(readonly=True)
    answer_cut = fields.Boolean(readonly=True)
    # What was said is for those who set accounts up. Secrets were taken out before it came here.
    headers = fields.Text(readonly=True, groups=MANAGERS)
    body = fields.Text("Request", readonly=True, groups=MANAGERS)
    answer = fields.Text(readonly=True, groups=MANAGERS)
    curl = fields.Text(
        "As a Command", compute="_compute_curl", groups=MANAGERS,
        help="To be tried in a shell, with the secret in TOKEN.")

    _account_index = models.Index("(config_id, id)")
    _run_index = models.Index("(run_ref) WHERE run_ref IS NOT NULL")

    # === COMPUTED === #

    @api.depends("run_ref", "listing_ids")
    def _compute_log_ids(self):
        """The line of what it was sent by, and those of its listings that failed meanwhile."""
        logs = self.env["marketplace.sync.log"]
        for exchange in self:
            exchange.log_ids = logs.search([
                ("run_ref", "=", exchange.run_ref), ("config_id", "=", exchange.config_id.id),
                "|", ("listing_id", "=", False), ("listing_id", "in", exchange.listing_ids.ids),
            ]) if exchange.run_ref else logs

    @api.depends("method", "url", "headers", "body", "body_cut", "body_size")
    def _compute_curl(self):
        for exchange in self:
            exchange.curl = curl_of(exchange._as_exchange())

    @api.depends("method", "url", "status")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for exchange in self:
            path = (exchange.url or "").partition("://")[2].partition("/")[2].partition("?")[0]
            status = exchange.status or self.env._("no answer")
            exchange.display_name = f"{exchange.method} /{path} ({status})"

    # === BUTTONS === #

    def action_open_listings(self):
        """Show the listings this request was about."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.actions"]._for_xml_id("marketplace_sync.marketplace_listing_action"),
            "domain": [("id", "in", self.listing_ids.ids)], "context": {"active_test": False},
        }

    # === KEEP === #

    @api.model
    def _keep(self, account, exchanges):
        """Keep what a witness has taken down, and let go of the account's oldest.

        :param account: marketplace.config
        :param exchanges: list of adapters.exchange.Exchange, whose keys begin with a listing's id
        :return: the records
        """
        known = self._still_there({key[0] for exchange in exchanges for key in exchange.keys})
        records = self.create([self._values(account, exchange, known) for exchange in exchanges])
        self.flush_model()
        self._let_go_of_oldest(account)
        return records

    def _let_go_of_oldest(self, account):
        """Delete what an account has beyond KEPT, unless somebody else is at it: the rest is left to the next one."""
        with suppress(COLLISIONS), self.env.cr.savepoint(flush=False):
            self.env.cr.execute(SQL(
                """
                DELETE FROM marketplace_exchange WHERE id = ANY(ARRAY(
                    SELECT id FROM marketplace_exchange WHERE id = ANY(ARRAY(
                        SELECT id FROM marketplace_exchange WHERE config_id = %s ORDER BY id DESC OFFSET %s LIMIT %s))
                       FOR UPDATE SKIP LOCKED))
                """, account.id, KEPT, GC_CHUNK), log_exceptions=False)

    def _still_there(self, listing_ids):
        """Those of the listings nobody is about to delete, kept from it until the transaction ends."""
        self.env.cr.execute(SQL(
            "SELECT id FROM marketplace_listing WHERE id = ANY(%s) FOR KEY SHARE SKIP LOCKED", list(listing_ids),
        ), log_exceptions=False)
        return {listing_id for [listing_id] in self.env.cr.fetchall()}

    def _values(self, account, exchange, known):
        plain = (
            "method", "url", "body", "status", "answer", "milliseconds", "request_id", "sent_at", "writes", "body_size",
            "answer_size", "body_cut", "answer_cut")
        return {
            **{name: getattr(exchange, name) for name in plain},
            "config_id": account.id,
            "trouble": said(self.env, exchange.trouble),
            "headers": "\n".join(f"{name}: {value}" for name, value in exchange.headers),
            "listing_ids": [fields.Command.set(sorted({key[0] for key in exchange.keys} & known))],
        }

    def _as_exchange(self):
        """The record as an adapter knows it; needs the rights to read what was said."""
        lines = (line.partition(": ") for line in (self.headers or "").split("\n") if line)
        return Exchange(
            method=self.method or "", url=self.url or "", headers=tuple((name, value) for name, _colon, value in lines),
            body=self.body or "", status=self.status, answer=self.answer or "", milliseconds=self.milliseconds,
            request_id=self.request_id or "", sent_at=self.sent_at, writes=self.writes, body_size=self.body_size,
            body_cut=self.body_cut)

    # === GARBAGE === #

    @api.autovacuum
    def _gc_old(self):
        """Delete what is older than the days set on its account.

        :return: how many rows were deleted, and whether there may be more
        """
        garbage = self.env["marketplace.garbage"]
        return garbage._collect_chunk("exchange", self._table, garbage._is_old("create_date"), GC_CHUNK)
