# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # a push sees what is committed; a chunk is ticked on a cursor of its own
import logging
from ast import literal_eval
from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .drain_run import COLLISIONS
from .marketplace_bulk import IN_TURN
from .trouble import UNFORESEEN, trouble_with
from .words import said

_logger = logging.getLogger(__name__)

CHUNK = 200  # products ticked in one transaction
PUSHED_AT_ONCE = 500  # listings, while whoever went live waits
PAUSE = timedelta(minutes=1)  # after a collision with somebody who works on the same products
IN_STOCK = [("is_storable", "=", True)]
# How far listing has come, and with whose rights it goes on: nobody's to write, or others' rights could be borrowed.
IDLE = {"setup_user_id": False, "setup_listing": False, "setup_last_id": 0}


class MarketplaceConfig(models.Model):
    """Which products a new account sells, and going live with them.

    Nothing is ticked before: a tick lists a product on every account of its platform, the live ones included. A large
    choice is ticked in chunks, by the account's scheduled action and with the rights of whoever chose.
    """

    _inherit = "marketplace.config"

    setup_choice = fields.Selection(
        [("filter", "All that match a filter"), ("ticked", "Only those that are ticked for it already")],
        "Products to Sell", default="filter", required=True, copy=False)
    setup_domain = fields.Char("Products", default=repr(IN_STOCK), copy=False)
    setup_user_id = fields.Many2one("res.users", "Set up by", readonly=True, copy=False)
    setup_listing = fields.Boolean("Lists Its Products", readonly=True, copy=False)
    setup_last_id = fields.Integer(readonly=True, copy=False, help="The last of the products chosen that was ticked.")
    setup_siblings = fields.Char("Also Sold on", compute="_compute_setup_siblings")

    @api.depends("platform")
    def _compute_setup_siblings(self):
        for account in self:
            account.setup_siblings = self._tell_all([
                ("platform", "=", account.platform), ("state", "!=", "draft"), ("id", "!=", account._origin.id)])

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        # Spelled out: defaults could be sent along.
        return super().create(vals_list if self.env.su else [{**vals, **IDLE} for vals in vals_list])

    def write(self, vals):
        if not self.env.su and not IDLE.keys().isdisjoint(vals):
            raise AccessError(self.env._("How far the set-up of an account has come can't be changed."))
        if not {"setup_choice", "setup_domain"}.isdisjoint(vals) and any(self.mapped("setup_listing")):
            raise UserError(self.env._("The products chosen before are still being listed."))
        if vals.get("state") == "draft":
            vals = {**vals, **IDLE}  # of another shop: whoever sets that up chooses anew
        return super().write(vals)

    # === WHICH PRODUCTS === #

    def _chosen(self, user, after=0, limit=None):
        """The products chosen that this account may sell, in the order of their ids.

        :param user: res.users, whose products they are among
        :param int after: only those with a greater id
        :return: product.template, with the user's rights
        :raise UserError: the filter can't be used
        """
        self.ensure_one()
        products = self.env["product.template"].with_user(user).with_context(
            allowed_company_ids=self.company_id.ids)
        if self.setup_choice != "filter":
            return products.browse()
        try:
            domain = Domain(literal_eval(self.setup_domain or "[]"))
            own = Domain("company_id", "in", [False, *self.company_id.parent_ids.ids])
            return products.search(domain & own & Domain("id", ">", after), order="id", limit=limit)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):  # the last two: nested too deep
            raise UserError(self.env._("This filter can't be used: choose the products by another one.")) from None

    def _check_setup_products(self):
        """:raise UserError: nothing is to be sold, or the user may not have it sold"""
        chosen = self._chosen(self.env.user, limit=1)
        if not chosen and not self._count_listings():
            raise UserError(self.env._(
                "No product is chosen: no product matches this filter, and none is ticked for this marketplace."
            ) if self.setup_choice == "filter" else self.env._(
                "No product is ticked for this marketplace yet: choose some by a filter."))
        if chosen and not chosen.has_access("write"):
            raise UserError(self.env._(
                "You may not change products: have them ticked by somebody who may, then choose \"Only those that are "
                "ticked for it already\"."))

    # === GOING LIVE === #

    def action_setup_go_live(self):
        """Connect the account, list the first of the products chosen, push them, and open the account.

        What is left of a large choice, and of a long queue, is taken by the scheduled action.

        :raise UserError: what is missing, or what the shop said
        """
        self._check_setup()
        self._check_setup_locations()
        self._check_setup_products()
        self._check_setup_preview()
        self.action_test_connection()
        if self.state != "connected":
            self.write({"setup_step": "access", "setup_verdict": "scopes"})
            return True
        self.sudo().write({
            "setup_verdict": False, "setup_user_id": self.env.uid, "setup_last_id": 0,
            "setup_listing": self.setup_choice == "filter"})
        # What is written down of it is read by many: it is not in the language of whoever goes live.
        trouble = self.setup_listing and self.sudo().with_context(lang=None)._tick_chunk()
        self.env.cr.commit()
        told = self._tell_pushed(self.sudo()._drain(limit=PUSHED_AT_ONCE))
        if trouble:
            told["params"].update(type="warning", message=f"{told['params']['message']} {self._say_unlisted(trouble)}")
        told["params"]["next"] = {
            "type": "ir.actions.act_window", "name": self.env._("Marketplaces"), "res_model": self._name,
            "res_id": self.id, "views": [(False, "form")], "target": "main",
        }
        return told

    def _cron_drain(self):
        if self.exists() and self.setup_listing and self.active and self.state == "connected" and not self._part():
            self._list_chosen()
        return super()._cron_drain()

    def _list_chosen(self):
        """Tick the next chunk of the products chosen.

        Works on a cursor of its own, which it commits. Trouble is not raised: it shows on the account and in its log.
        """
        self.env.flush_all()
        with self.env["marketplace.drain"]._own_cursor(self) as drain:
            # They were chosen when the account went live: what was asked for since then has the last word.
            account = self.with_env(drain.env).with_context(**{IN_TURN: True})
            try:
                account._tick_chunk()
                drain.env.cr.commit()
            except COLLISIONS:
                drain.env.cr.rollback()  # somebody works on these products: the next try takes them
                account.cron_id._trigger(at=fields.Datetime.now() + PAUSE)
            except UserError as error:
                drain.env.cr.rollback()
                account._give_up_listing(str(error))
            except Exception:  # noqa: BLE001  # it is logged
                # Nobody foresaw it: what is listed already is pushed all the same.
                drain.env.cr.rollback()
                account._log_failure()
                account._give_up_listing(said(account.env, UNFORESEEN))
            drain.env.cr.commit()
        self.env.invalidate_all()

    def _tick_chunk(self):
        """Tick the next chunk; while there may be more, the scheduled action comes for them.

        :return: why the first that could not be ticked could not; None when all were
        :raise UserError: whoever chose them may not do so any more
        """
        # The superuser, whom an administrator can become, never counts as active.
        if not self.setup_user_id.active and self.setup_user_id.id != SUPERUSER_ID:
            raise UserError(self.env._("whoever chose them is not here any more."))
        tick = f"{self.platform}_product"
        products = self._chosen(self.setup_user_id, self.setup_last_id, CHUNK)
        products.browse().check_access("write")  # products that only some may change fail one by one
        failures = self._tick(products.filtered(lambda product: not product[tick]))
        self.write({
            "setup_last_id": products[-1:].id or self.setup_last_id, "setup_listing": len(products) == CHUNK})
        if self.setup_listing:
            self.cron_id._trigger()
        return failures[0] if failures else None

    def _tick(self, products):
        """Tick them together; should that fail, one by one, so that one fails alone.

        :return: list of why some could not be ticked, which is logged
        """
        if not self._trouble_with(products):
            return []
        return [self._tell_unlisted(product, trouble) for product in products
                if (trouble := self._trouble_with(product))]

    def _trouble_with(self, products):
        """Tick them; why that could not be done, or None."""
        return trouble_with(self.env, partial(products.write, {f"{self.platform}_product": True}), self._log_failure)

    # === TROUBLE === #

    def _tell_unlisted(self, product, trouble):
        _logger.warning(
            "marketplace_sync: not_listed account=%r account_id=%s product_id=%s reason=%r",
            self.name, self.id, product.id, trouble)
        reason = f"{product.display_name}: {trouble}"
        self._log("error", "account", self._say_unlisted(reason), sku=product.default_code)
        return reason

    def _give_up_listing(self, reason):
        """Say that the rest of the products was not listed, and why: going on would meet the same again."""
        trouble = self._say_unlisted(reason)
        self.write({"setup_listing": False, "last_error": trouble})
        self._log("error", "account", trouble)

    def _say_unlisted(self, reason):
        return self.env._("Not all products of the set-up could be listed: %s", reason)

    def _log_failure(self):
        _logger.exception("marketplace_sync: listing_failed account=%r account_id=%s", self.name, self.id)
