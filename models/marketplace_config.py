# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from .marketplace_listing import NO_CONFLICT, NO_DEFERRAL, NO_FAILURE

# What is typed into the account's form and kept as a credential, by the field's name.
SECRETS = ("client_secret", "access_token", "password")


class MarketplaceConfig(models.Model):
    """One seller account on one marketplace."""

    _name = "marketplace.config"
    _description = "Marketplace account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    responsible_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, tracking=True,
        help="Gets an activity when the account stops working.")
    state = fields.Selection(
        [("draft", "Not connected"), ("connected", "Connected"), ("paused", "Paused"), ("error", "Stopped")],
        default="draft", required=True, readonly=True, copy=False, tracking=True)
    sandbox = fields.Boolean("Test Store", help="Nothing of what is shown there is really sold.")
    client_id = fields.Char("Client ID", copy=False, groups="marketplace_sync.group_marketplace_manager")
    client_secret = fields.Char(
        compute="_compute_secrets", inverse="_inverse_client_secret", copy=False, exportable=False,
        groups="marketplace_sync.group_marketplace_manager")
    access_token = fields.Char(
        "Lasting Access Token", compute="_compute_secrets", inverse="_inverse_access_token", copy=False,
        exportable=False, groups="marketplace_sync.group_marketplace_manager",
        help="Shopify: of an older custom app (shpat_...); newer apps have a client id and secret instead. Others: the "
             "token the marketplace gave you.")
    password = fields.Char(
        compute="_compute_secrets", inverse="_inverse_password", copy=False, exportable=False,
        groups="marketplace_sync.group_marketplace_manager")
    secrets_set = fields.Char(compute="_compute_secrets", groups="marketplace_sync.group_marketplace_manager")
    push_mode = fields.Selection(
        [("immediate", "At once"), ("scheduled", "When the scheduled action is due")],
        default="immediate", required=True, help="At once: within a second of the stock change.")
    shards = fields.Integer(
        default=1, required=True,
        help="Parts of the account that may be pushed side by side, each by a scheduled action of its own. One is "
             "enough for most shops.")
    log_days = fields.Integer("Keep Logs", default=30, required=True, help="Days.")
    alert_hours = fields.Integer(
        "Report Failures after", default=24, required=True,
        help="Hours a listing may fail before its account's responsible gets an activity; 0 for never.")
    cron_id = fields.Many2one("ir.cron", "Scheduled Action", readonly=True, copy=False, ondelete="restrict")
    location_ids = fields.One2many("marketplace.location", "config_id", "Locations", copy=False)
    listing_ids = fields.One2many("marketplace.listing", "config_id", "Listings", copy=False)
    allowance_ids = fields.One2many("marketplace.allowance", "config_id", "Allowances", readonly=True)
    deferred_count = fields.Integer("Deferred", compute="_compute_deferred")
    deferral = fields.Text(compute="_compute_deferred", help="What waits for the marketplace's limits, and until when.")
    credential_ids = fields.One2many(
        "marketplace.credential", "config_id", "Credentials", copy=False,
        groups="marketplace_sync.group_marketplace_manager")
    shop_name = fields.Char(readonly=True, copy=False)
    last_error = fields.Char("Last Trouble", readonly=True, copy=False)
    last_success = fields.Datetime(readonly=True, copy=False)
    failures = fields.Integer("Failures in a Row", readonly=True, copy=False)
    retry_at = fields.Datetime("Tries Again", readonly=True, copy=False)

    _check_parallel = models.Constraint("CHECK(parallel BETWEEN 1 AND 16)", "Send 1 to 16 requests side by side.")
    _check_shards = models.Constraint("CHECK(shards BETWEEN 1 AND 64)", "An account has 1 to 64 shards.")
    _check_alert_hours = models.Constraint(
        "CHECK(alert_hours BETWEEN 0 AND 8760)", "Report failures after 1 to 8,760 hours (a year); 0 means never.")
    _check_log_days = models.Constraint("CHECK(log_days BETWEEN 1 AND 3650)", "Logs are kept for 1 to 3,650 days.")

    # === COMPUTED === #

    @api.depends("credential_ids.key")
    @api.depends_context("lang")
    def _compute_secrets(self):
        # Secrets go in and never come out: the form shows only which ones are there.
        for account in self:
            account.update(dict.fromkeys(SECRETS, False))
            kept = account.credential_ids.filtered(lambda credential: credential.key in SECRETS)
            account.secrets_set = ", ".join(sorted(kept.mapped("display_name")))

    def _inverse_client_secret(self):
        self._keep_secret("client_secret")

    def _inverse_access_token(self):
        self._keep_secret("access_token")

    def _inverse_password(self):
        self._keep_secret("password")

    def _keep_secret(self, key):
        for account in self.filtered(key):
            is_replaced = key in account.credential_ids.mapped("key")
            self.env["marketplace.credential"]._set(account, key, account[key].strip())
            account._forget_token()
            if is_replaced and account.platform in ("cartona", "rest"):
                # They tell no name: whether this is the same seller can't be known.
                account._forget_links()
                account._mark("another token")
            # Typed in is not read out: what answers the save would show it again.
            account.invalidate_recordset([key, "secrets_set"])

    def _compute_deferred(self):
        found = self.env.execute_query(SQL(
            """SELECT config_id, deferred_until, min(deferred_reason), count(*) FROM marketplace_listing
                WHERE config_id = ANY(%s) AND active AND deferred_until > now() AT TIME ZONE 'UTC'
                GROUP BY config_id, deferred_until ORDER BY deferred_until""", self.ids))
        for account in self:
            own = [row[1:] for row in found if row[0] == account._origin.id]
            account.deferred_count = sum(count for _until, _reason, count in own)
            account.deferral = "\n".join(
                self.env._("%(count)s listings wait until %(until)s. %(reason)s", count=count,
                           until=format_datetime(self.env, until), reason=reason)
                for until, reason, count in own) or False

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create([self._normalized(vals) for vals in vals_list])
        for account in accounts:
            account._list_ticked_products()
        return accounts

    def write(self, vals):
        vals = self._normalized(vals)
        addresses = {account: account.base_url for account in self}
        result = super().write(vals)
        moved = self.filtered(lambda account: account.base_url != addresses[account])
        if moved:
            moved._forget_shop()
        if moved or not {"client_id", "username"}.isdisjoint(vals):
            self._forget_token()
        if "urgent_quantity" in vals:
            self._mark("urgent quantity", SQL("listing.deferred_until IS NOT NULL"))
        if "company_id" in vals or vals.get("active"):
            self._list_ticked_products()
        return result

    def copy_data(self, default=None):
        return [
            {**vals, "name": vals["name"] if default and "name" in default else self.env._("%s (copy)", account.name)}
            for account, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def unlink(self):
        self.env.cr.execute(SQL("DELETE FROM marketplace_pace WHERE config_id = ANY(%s)", self.ids))
        self.env["marketplace.attempt"]._forget(self)
        return super().unlink()

    @api.model
    def _normalized(self, vals):
        """Complete an address typed the way people type it: spaces around, no scheme, a slash at the end."""
        if not vals.get("base_url"):
            return vals
        url = vals["base_url"].strip()
        return {**vals, "base_url": (url if "://" in url else f"https://{url}").rstrip("/")}

    def _may_sell(self, product):
        return not product.company_id or product.company_id in self.company_id.parent_ids

    def _list_ticked_products(self):
        """Make up for ticks that were set or taken away while the account was not there to follow them."""
        for account in self:
            tick = f"{account.platform}_product"
            products = self.env["product.product"].sudo().with_context(active_test=False).search([
                "|", (tick, "=", True), ("product_tmpl_id.marketplace_listing_ids.config_id", "=", account.id)])
            self.env["marketplace.listing"]._follow_ticks(products, account.platform)

    def _forget_token(self):
        for account in self:
            self.env["marketplace.credential"]._set(account, "token", False)

    def _forget_shop(self):
        """Another shop: what the former one acknowledged, and where, says nothing about it."""
        forgetful = self.sudo().with_context(active_test=False)
        forgetful._forget_links()
        forgetful.location_ids.unlink()
        self.sudo().write({"state": "draft", "shop_name": False})

    def _forget_links(self):
        """Another seller: neither what its items are nor what it may still do today is known."""
        forgetful = self.sudo().with_context(active_test=False)
        listings = forgetful.listing_ids
        listings.write({"state": "pending", "external_id": False, **NO_FAILURE, **NO_DEFERRAL, **NO_CONFLICT})
        listings.level_ids.unlink()
        self.env["marketplace.attempt"]._forget(self)
        forgetful.allowance_ids.unlink()
        self.env["marketplace.revision"].sudo().search([("listing_id", "in", listings.ids)]).unlink()

    def _mark(self, reason, condition=None):
        self.env["stock.availability.dirty"]._dirty_listings(
            SQL("listing.config_id = ANY(%s) AND %s", self.ids, condition or SQL("TRUE")), reason)
