# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from .marketplace_listing import BigInteger
from .notification import CLOSE, notification
from .platforms import PLATFORMS

AT_ONCE = 200  # products; more are dealt with in the background
CRON = "marketplace_sync.ir_cron_bulk"
KEPT_DAYS = 30
GC_CHUNK = 1_000
IN_TURN = "marketplace_bulk_in_turn"  # in the context: nothing under way will undo what is done
OPPOSITE = {"publish": "stop", "stop": "publish"}


class MarketplaceBulk(models.Model):
    """Something somebody wants done with many products, in the background: how far it has come, and what failed.

    What is done is done with the rights of whoever asked for it, who has to have them until its end. `position` is
    committed together with each part, so that a run that was killed goes on where it stopped: no product is left out.
    """

    _name = "marketplace.bulk"
    _description = "Bulk action"
    _order = "id desc"

    kind = fields.Selection(
        [("publish", "Publish"), ("stop", "Stop"), ("sync", "Sync now")], required=True, readonly=True)
    platforms = fields.Char(readonly=True, help="Keys of platforms, with commas between.")
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", readonly=True)
    companies = fields.Json(readonly=True, help="Ids of the companies the user worked in.")
    records = fields.Json(readonly=True, prefetch=False, help="Ids of the variants, or, for Sync now, of the listings.")
    total = fields.Integer("To Do", readonly=True)
    position = fields.Integer("Done", readonly=True)
    failed = fields.Json("What Failed", readonly=True, prefetch=False, help="Ids, of the same model as `records`.")
    failed_count = fields.Integer("Failed", readonly=True)
    error = fields.Char("Reason", readonly=True, help="Of the first that failed.")
    tries = fields.Integer("Failures in a Row", readonly=True)  # of the whole of it, that nobody foresaw
    last_mark = BigInteger(readonly=True, help="Sync now: the newest mark when it began.")
    state = fields.Selection(
        [("running", "Under Way"), ("done", "Done"), ("failed", "Failed")], default="running", required=True,
        readonly=True)
    finished_at = fields.Datetime("Finished", readonly=True)
    progress = fields.Float(compute="_compute_progress")

    _running_index = models.Index("(id) WHERE state = 'running'")

    @api.depends("state", "total", "position")
    def _compute_progress(self):
        for bulk in self:
            bulk.progress = 100.0 if bulk.state == "done" else min(99.0, 100.0 * bulk.position / max(1, bulk.total))

    @api.depends("kind", "platforms")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for bulk in self:
            names = platform_names(bulk.platforms)
            bulk.display_name = {
                "publish": self.env._("Publish on %s", names), "stop": self.env._("Stop on %s", names),
            }.get(bulk.kind) or self.env._("Sync now")

    def action_open_failed(self):
        """Open what could not be done, or what was left when it was stopped: the products, or the listings."""
        self.ensure_one()
        self.check_access("read")
        action = (
            "marketplace_sync.marketplace_listing_action" if self.kind == "sync" else "product.product_normal_action")
        return {
            **self.env["ir.actions.actions"]._for_xml_id(action), "context": {"active_test": False},
            "domain": [("id", "in", [*(self.failed or []), *self._left()])],
        }

    def action_cancel(self):
        """End what is under way: what is done stays done. Pushes are not held back, and their watching ends by itself.
        """
        self.check_access("read")
        for bulk in self.sudo().filtered(lambda bulk: bulk.state == "running" and bulk.kind != "sync"):
            bulk._end(bulk._in_words_of_user().env._("Cancelled by %s.", self.env.user.name))
            bulk._announce(bulk.position)
        return True

    def _end(self, reason):
        """:param str reason: why, in a sentence"""
        self.write({"state": "failed", "finished_at": fields.Datetime.now(), "error": reason})

    def _left(self):
        """Ids of what nobody came to before it was stopped."""
        return self.records[self.position:] if self.state == "failed" and self.kind != "sync" else []

    # === BEGIN === #

    @api.model
    def _begin_ticking(self, kind, platforms, products):
        """Sell products on platforms, or do so no more: a few at once, many in the background.

        Where something under way is still to do the opposite with them, they wait for their turn: who asked last has
        the last word.

        :param str kind: publish or stop
        :param platforms: keys of marketplace.config's `platform`
        :param products: product.product
        :return: the action that tells the user
        :raise AccessError: whoever it is may not do it
        """
        self.env["marketplace.listing"].check_access("read")
        products.check_access("write")
        names = platform_names(",".join(platforms))
        if len(products) > AT_ONCE or self._is_under_way(OPPOSITE[kind], products.ids, platforms):
            bulk = self._enqueue(kind, products.ids, platforms=",".join(platforms))
            return notification("info", bulk.display_name, self.env._(
                "%s products: this is done in the background. You are told how far it is and what came of it.",
                len(products)), CLOSE)
        products._set_ticks(platforms, kind == "publish")
        return notification("success", names, self._say_done(kind, len(products), names), CLOSE)

    @api.model
    def _repeat_behind(self, products, platform, value):
        """Have a tick that was set, or removed, by hand done again behind what is under way and would undo it.

        :param products: product.product
        :param platform: key of marketplace.config's `platform`
        :param bool value: of the tick
        """
        kind = "publish" if value else "stop"
        if not products or self.env.context.get(IN_TURN) or not self._is_under_way(
                OPPOSITE[kind], products.ids, [platform]):
            return
        newest = self.sudo().search([], limit=1)
        if (newest.create_date, newest.kind, newest.platforms) == (self.env.cr.now(), kind, platform):
            # An import writes row by row: what one transaction asks for is one action.
            newest.write({"records": [*newest.records, *products.ids], "total": newest.total + len(products)})
        else:
            # Whoever ticked them was allowed to: doing that again asks for no rights in marketplaces.
            self._enqueue(kind, products.ids, platforms=platform, user_id=SUPERUSER_ID, companies=[])

    @api.model
    def _is_under_way(self, kind, ids, platforms, before=None):
        """Whether anybody's action of this kind is still to come to some of these, on some of these platforms.

        :param platforms: keys of marketplace.config's `platform`
        :param int before: only actions asked for before the one with this id
        """
        older = [("id", "<", before)] if before else []
        return any(
            not set(platforms).isdisjoint(bulk.platforms.split(","))
            and not set(ids).isdisjoint(bulk.records[bulk.position:])
            for bulk in self.sudo().search([("state", "=", "running"), ("kind", "=", kind), *older]))

    @api.model
    def _begin_sync(self, listings):
        """Mark listings that shall be pushed in the background, and watch them until they are.

        :param listings: that are active, read as superuser
        :return: the action that tells the user
        """
        self.env["stock.availability.dirty"]._dirty_listings(
            SQL("listing.id = ANY(%s) AND listing.state <> 'conflict'", listings.ids), "sync now")
        [[last_mark]] = self.env.execute_query(SQL("SELECT max(id) FROM stock_availability_dirty"))
        bulk = self._enqueue("sync", listings.ids, last_mark=last_mark)
        return notification("info", bulk.display_name, self.env._(
            "%s listings are pushed in the background. You are told how far it is and what came of it.",
            len(listings)))

    @api.model
    def _enqueue(self, kind, ids, **values):
        bulk = self.sudo().create({
            "kind": kind, "records": ids, "total": len(ids), "user_id": self.env.uid,
            "companies": self.env.companies.ids, **values})
        bulk._come_back()
        return bulk.with_env(self.env)

    @api.model
    def _come_back(self, at=None):
        """Have the scheduled action started, at once or at that time (naive UTC)."""
        self.env["ir.cron"]._wake(CRON, at)

    # === TELL === #

    def _announce(self, before):
        """Tell whoever began it how far it is, at each tenth of the way and at the end.

        :param int before: how far it was when that was told, or not told, last
        """
        if self.state == "running" and 10 * before // self.total == 10 * self.position // self.total:
            return
        told = self._in_words_of_user()
        is_over = self.state != "running"
        self.user_id._bus_send("marketplace_sync.bulk", {
            "id": self.id, "title": told.display_name, "is_over": is_over,
            "type": "info" if not is_over else "danger" if self.state == "failed"
                    else "warning" if self.failed_count or self.position < self.total else "success",
            "message": told._say_outcome() if is_over else told.env._(
                "%(done)s of %(total)s done.", done=self.position, total=self.total),
        })

    def _in_words_of_user(self):
        return self.with_context(lang=self.user_id.lang)

    def _say_outcome(self):
        names, done = platform_names(self.platforms), self.position - self.failed_count
        if self.state == "failed":
            return " ".join(filter(None, [
                done and self._say_done(self.kind, done, names),
                self.env._("Stopped with %(left)s still to do: %(reason)s", left=self.total - done, reason=self.error),
            ]))
        return " ".join(filter(None, [
            self._say_done(self.kind, done, names),
            self.position < self.total and self.env._("%s still wait: each says why.", self.total - self.position),
            self.failed_count and self.env._(
                "%(count)s failed, the first because: %(reason)s", count=self.failed_count, reason=self.error or ""),
        ]))

    @api.model
    def _say_done(self, kind, count, names):
        if kind == "publish":
            return self.env._("%(count)s products are sold on %(shops)s: their numbers are on their way.",
                              count=count, shops=names)
        if kind == "stop":
            return self.env._("%(count)s products are no longer kept up to date on %(shops)s, which go on showing the "
                              "last number.", count=count, shops=names)
        return self.env._("%s listings are up to date.", count)

    # === GARBAGE === #

    @api.autovacuum
    def _gc_old(self):
        """Delete what was done long ago.

        :return: how many rows were deleted, and whether there may be more
        """
        return self.env["marketplace.garbage"]._collect_chunk("bulk", self._table, SQL(
            "candidate.finished_at < (now() AT TIME ZONE 'UTC') - interval '1 day' * %s", KEPT_DAYS), GC_CHUNK)


def platform_names(platforms):
    """The names of platforms as people know them.

    :param str platforms: keys with commas between
    """
    return ", ".join(PLATFORMS[platform].name for platform in platforms.split(",")) if platforms else ""
