# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..adapters.base import AdapterError, Refused, Unauthorized
from ..adapters.wire.address import is_private
from .marketplace_config import SECRETS
from .marketplace_config_address import _host
from .platforms import PLATFORMS
from .words import said

# The steps of an account that is kept; before there is one, its platform is chosen.
STEPS = ("access", "locations", "products", "preview")
# What a connection test is about: once one of these is changed, its verdict says nothing any more.
ACCESS = {"base_url", "allow_private", "client_id", "username", "ebay_ru_name", "rest_profile_id", *SECRETS}
CAUSES = {Unauthorized: "unauthorized", Refused: "refused", AdapterError: "unavailable"}  # the first that fits
GUIDE = "marketplace_sync.marketplace_setup_action"


class MarketplaceConfig(models.Model):
    """Setting an account up, step by step.

    The guide is a form of the account itself, which stays a draft, and is sent nothing, until it goes live: whoever
    leaves midway finds everything as it was, secrets in their place included.
    """

    _inherit = "marketplace.config"

    setup_step = fields.Selection(
        [("platform", "Marketplace"), ("access", "Access"), ("locations", "Locations"), ("products", "Products"),
         ("preview", "Preview")],
        "Set-up Step", copy=False, help="Where the guide goes on; empty for an account that is not set up with it.")
    setup_verdict = fields.Selection(
        [("good", "It works"), ("scopes", "Permissions are missing"), ("unauthorized", "The shop refuses the sign-in"),
         ("refused", "The shop refuses the request"), ("unavailable", "The shop can't be reached")],
        "Connection Test", readonly=True, copy=False)
    setup_advice = fields.Char("What to Do", compute="_compute_setup_advice")
    setup_is_private = fields.Boolean(compute="_compute_setup_is_private")
    setup_was_live = fields.Boolean(compute="_compute_setup_was_live")

    # === COMPUTED === #

    @api.depends("setup_verdict", "platform")
    @api.depends_context("lang")
    def _compute_setup_advice(self):
        for account in self:
            account.setup_advice = account._setup_advice()

    @api.depends("base_url")
    def _compute_setup_is_private(self):
        for account in self:
            host = _host(self._normalized({"base_url": account.base_url})["base_url"])
            account.setup_is_private = bool(host) and is_private(host)

    @api.depends("last_success")
    def _compute_setup_was_live(self):
        """Another address makes a draft of any account: one that pushed, or tried to, is more than what was entered."""
        logs = self.env["marketplace.sync.log"].sudo()
        for account in self:
            account.setup_was_live = account.last_success or logs.search_count(
                [("config_id", "in", account._origin.ids), ("kind", "!=", "garbage")], limit=1)

    @api.onchange("platform")
    def _onchange_platform_name(self):
        """Suggest a name; another one somebody entered stays."""
        if self.setup_step and (self.name or "") in {"", *(platform.name for platform in PLATFORMS.values())}:
            self.name = PLATFORMS[self.platform].name

    def _setup_advice(self):
        """What to do about the verdict of the last test; empty where it is good, or there is none."""
        match self.setup_verdict, self.platform:
            case "scopes", "ebay":
                return self.env._("Press Connect eBay and agree once more.")
            case "scopes", _:
                return self.env._(
                    "Add these scopes to the app in the shop, release and install it again, then test again.")
            case "unauthorized", "shopify":
                return self.env._(
                    "Enter anew what the app shows: its client ID and secret (Dev Dashboard, the app's Settings), or "
                    "the access token of an older app. See that the app is installed on this very store.")
            case "unauthorized", "ebay":
                return self.env._(
                    "Copy the App ID and the Cert ID anew, then press Connect eBay. Keys of eBay's sandbox work with "
                    "Test Store only, and production keys without it only.")
            case "unauthorized", _:
                return self.env._("Enter the sign-in anew. What is kept can't be looked at, only replaced.")
            case "refused", _:
                return self.env._("See that the address is the shop's own, and that this account may be used there.")
            case "unavailable", _:
                return self.env._("Look for a typing error in the address, see that the shop is online, test again.")
        return False

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        # The first step asks for the platform alone, which an account that is kept has for good.
        step = self.env.context.get("default_setup_step")
        return super().create([
            {**vals, "setup_step": "access"} if vals.get("setup_step", step) == "platform" else vals
            for vals in vals_list])

    def write(self, vals):
        if vals.get("state", "draft") != "draft":
            vals = {**vals, "setup_step": False}  # connected, by whatever way: there is nothing left to set up
        result = super().write(vals)
        if not ACCESS.isdisjoint(vals):
            self.filtered("setup_step").write({"setup_verdict": False, "last_error": False})
        return result

    # === BUTTONS === #

    def action_setup_continue(self):
        """Open the guide where it was left.

        :raise UserError: the account is connected already
        """
        self._check_setup()
        if not self.setup_step:
            self.setup_step = STEPS[0]
            if self._count_listings():  # made without the guide, or live before: what it sells is chosen already
                self.setup_choice = "ticked"
        return {**self.env["ir.actions.actions"]._for_xml_id(GUIDE), "res_id": self.id}

    def action_setup_restart(self):
        """Throw the draft away and begin anew: an account can't change its platform.

        :raise UserError: it has been live: listings, rules and logs would be lost with it
        """
        self._check_setup()
        if self.setup_was_live:
            raise UserError(self.env._("%s was live before: archive it instead.", self.name))
        self.unlink()
        return {**self.env["ir.actions.actions"]._for_xml_id(GUIDE), "target": "main"}

    def action_setup_test(self):
        """Ask the shop who it is, and keep the verdict for the form. Connects nothing."""
        self._check_setup()
        self._setup_test()
        return True

    def action_setup_next(self):
        """Go to the next step, if this one has all it needs.

        :raise UserError: what is missing
        """
        self._check_setup()
        match self.setup_step:
            case "access":
                if not self._setup_may_enter():
                    return True
            case "locations":
                self._check_setup_locations()
            case "products":
                self._setup_look()
        following = STEPS[STEPS.index(self.setup_step or STEPS[0]) + 1:]
        self.setup_step = following[0] if following else self.setup_step
        return True

    def action_setup_back(self):
        """Go to the step before."""
        self._check_setup()
        self.setup_step = STEPS[max(0, STEPS.index(self.setup_step or STEPS[0]) - 1)]
        return True

    # === STEPS === #

    def _check_setup(self):
        """:raise UserError: unless it is one draft that the user may set up"""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("%s is set up already.", self.name))

    def _setup_test(self):
        try:
            shop = self._answer(lambda adapter: adapter.test())
        except AdapterError as error:
            kind = next(kind for cause, kind in CAUSES.items() if isinstance(error, cause))
            self._setup_judge(kind, said(self.env, error.reason))
            return
        if shop.missing_scopes:
            self._setup_judge("scopes", self.env._(
                "%(shop)s answers, but does not grant: %(scopes)s.", shop=shop.name,
                scopes=", ".join(shop.missing_scopes)))
        else:
            self._setup_judge("good", False, shop.name)

    def _setup_judge(self, verdict, trouble, shop_name=False):
        self.sudo().write({"setup_verdict": verdict, "last_error": trouble, "shop_name": shop_name})

    def _setup_may_enter(self):
        """Whether the shop lets us in; its locations are known then."""
        if self.setup_verdict != "good":
            self._setup_test()
        if self.setup_verdict == "good" and not self.location_ids:
            self._fetch_locations()
        return self.setup_verdict == "good"

    def _check_setup_locations(self):
        if not self.location_ids:
            raise UserError(self.env._(
                "The shop has no place that keeps stock: add a location there, then press Fetch Again."))
        if not any(place._sources() for place in self.location_ids):
            raise UserError(self.env._(
                "Choose for at least one place of the shop which Odoo locations, or warehouses, feed it."))
