# SPDX-License-Identifier: LGPL-3.0-or-later
import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .. import hooks
from ..adapters import PLATFORMS as ADAPTERS
from .platforms import PLATFORMS

OLDEST_API_VERSION = "2026-04"


class MarketplaceConfig(models.Model):
    """What an account needs to know of its own marketplace: addresses, sizes, and settings only one of them has."""

    _inherit = "marketplace.config"

    platform = fields.Selection(
        [(key, platform.name) for key, platform in PLATFORMS.items()], default="shopify", required=True)
    base_url = fields.Char(
        "Shop Address", required=True, tracking=True, compute="_compute_base_url", store=True,
        readonly=False, precompute=True,
        help="For instance https://my-shop.myshopify.com. Another host is another shop: its secrets have to be entered "
             "anew.")
    batch_size = fields.Integer(
        required=True, compute="_compute_batch_size", store=True, readonly=False, precompute=True,
        help="Quantities sent in one request.")
    parallel = fields.Integer(
        "Parallel Requests", required=True, compute="_compute_parallel", store=True, readonly=False,
        precompute=True)
    calls_per_second = fields.Float(
        "Requests per Second", digits=(6, 1), required=True, compute="_compute_calls_per_second", store=True,
        readonly=False, precompute=True,
        help="At most, all workers together; 0 sends as fast as the shop answers. Shopify's own points are heeded "
             "besides.")
    api_version = fields.Char("API Version", default="2026-10", required=True)
    ebay_ru_name = fields.Char(
        "RuName", copy=False,
        help="eBay's name for where its consent page leads back to: Application Keys > User Tokens > Get a Token from "
             "eBay via Your Application. Its \"auth accepted URL\" is this Odoo's address and "
             "/marketplace_sync/ebay/callback")
    ebay_site_id = fields.Char("eBay Site", default="0", help="The number of the eBay site: 0 is the United States.")
    urgent_quantity = fields.Integer(
        "About to Sell Out", default=3, required=True,
        help="Pieces. When the marketplace's daily allowance runs low, listings with so many pieces or fewer go first.")
    verify = fields.Selection(
        [("always", "Always"), ("sample", "A sample"), ("never", "Never")], default="sample", required=True,
        string="Read Back",
        help="Cartona does not say for each product whether it took the number. What is read back and differs is sent "
             "again.")
    supplier_code = fields.Char(help="Only where one Cartona token serves several suppliers.")
    rest_profile_id = fields.Many2one(
        "marketplace.rest.profile", "Request Format", ondelete="restrict", tracking=True,
        help="How this shop wants to be told: start from one of the presets, or duplicate one and change it.")
    rest_auth = fields.Selection(related="rest_profile_id.auth")
    username = fields.Char(copy=False, groups="marketplace_sync.group_marketplace_manager")

    _check_batch_size = models.Constraint("CHECK(batch_size >= 1)", "Send at least 1 quantity a request.")
    _check_calls_per_second = models.Constraint(
        "CHECK(calls_per_second = 0 OR calls_per_second >= 0.2)",
        "Send at least one request in 5 seconds (0.2 per second), or 0 for as fast as possible.")

    def init(self):
        # pylint: disable=missing-return
        super().init()
        hooks.create_pace_table(self.env.cr)

    @api.depends("platform", "sandbox")
    def _compute_base_url(self):
        """Suggest the platform's own address, live or for trying things out; another one somebody entered stays."""
        suggested = {address for platform in PLATFORMS.values()
                     for address in (platform.address, platform.sandbox_address)}
        for account in self:
            platform, address = PLATFORMS[account.platform], account.base_url or ""
            account.base_url = address if address not in suggested else (
                (account.sandbox and platform.sandbox_address) or platform.address)

    # Each by itself: an update that adds one of these columns computes it for all accounts there are, and must leave
    # what somebody set in the others.

    @api.depends("platform")
    def _compute_batch_size(self):
        for account in self:
            account.batch_size = ADAPTERS[account.platform].default_batch

    @api.depends("platform")
    def _compute_parallel(self):
        for account in self:
            account.parallel = ADAPTERS[account.platform].default_parallel

    @api.depends("platform")
    def _compute_calls_per_second(self):
        for account in self:
            account.calls_per_second = ADAPTERS[account.platform].default_rate

    # === CHECKS === #

    @api.constrains("platform", "batch_size")
    def _check_largest_batch(self):
        for account in self:
            largest = ADAPTERS[account.platform].largest_batch
            if account.batch_size > largest:
                raise ValidationError(self.env._(
                    "%(platform)s takes at most %(largest)s quantities a request.",
                    platform=PLATFORMS[account.platform].name, largest=largest))

    @api.constrains("platform", "rest_profile_id")
    def _check_rest_profile(self):
        for account in self:
            if account.platform == "rest" and not account.rest_profile_id:
                raise ValidationError(self.env._("Choose a request format: what this shop's requests look like."))

    @api.constrains("api_version")
    def _check_api_version(self):
        for account in self:
            if not re.fullmatch(r"\d{4}-(01|04|07|10)", account.api_version or ""):
                raise ValidationError(self.env._("An API version looks like 2026-10."))
            if account.api_version < OLDEST_API_VERSION:
                raise ValidationError(self.env._(
                    "API version %(version)s is too old: %(oldest)s is the first that lets two writers share a shop "
                    "safely.", version=account.api_version, oldest=OLDEST_API_VERSION))

    def write(self, vals):
        if "platform" in vals and any(account.platform != vals["platform"] for account in self):
            raise UserError(self.env._("An account can't change its platform: make a new one."))
        return super().write(vals)

    # === FOR THE ADAPTER === #

    def _adapter_options(self):
        """Settings only this account's adapter knows; see `adapters.base.Connection.options`."""
        match self.platform:
            case "shopify":
                return {"quantity_name": self.shopify_quantity}
            case "ebay":
                return {"site_id": self.ebay_site_id or "0", "ru_name": (self.ebay_ru_name or "").strip()}
            case "cartona":
                return {"verify": self.verify, "supplier_code": self.supplier_code or ""}
            case "rest":
                return {"profile": self.rest_profile_id._to_dataclass()}
        return {}
