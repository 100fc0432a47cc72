# SPDX-License-Identifier: LGPL-3.0-or-later
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.marketplace_bulk import AT_ONCE
from ..models.platforms import PLATFORMS

_note_field = partial(fields.Char, compute="_compute_notes")


class MarketplacePublish(models.TransientModel):
    """Where the products somebody chose from a list are to be sold, or not to be sold any more."""

    _name = "marketplace.publish"
    _description = "Publish products on marketplaces"

    mode = fields.Selection([("publish", "Publish on..."), ("stop", "Stop")], required=True, readonly=True)
    variants = fields.Json("Chosen Variants", readonly=True, help="Ids of product.product.")
    product_count = fields.Integer("Products", compute="_compute_counts")
    variant_count = fields.Integer("Variants", compute="_compute_counts")
    no_sku_count = fields.Integer("Without a SKU", compute="_compute_counts")
    is_long = fields.Boolean(compute="_compute_counts")
    shopify = fields.Boolean()
    ebay = fields.Boolean("eBay")
    cartona = fields.Boolean()
    rest = fields.Boolean("Other (REST)")
    shopify_note = _note_field()
    ebay_note = _note_field("eBay Note")
    cartona_note = _note_field()
    rest_note = _note_field("Other (REST) Note")

    @api.model
    def _open(self, mode, products, platforms=()):
        """Ask about these products.

        :param str mode: publish or stop
        :param products: product.product
        :param platforms: that are chosen already; when left out, the only one there are accounts of
        :return: the action that opens the question
        """
        known = {account.platform for account in self.env["marketplace.config"].search([])}
        chosen = platforms or (known if len(known) == 1 else ())
        asked = self.create({"mode": mode, "variants": products.ids, **dict.fromkeys(chosen, True)})
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": asked.id, "view_mode": "form",
            "target": "new", "name": self.env._("Publish on...") if mode == "publish" else self.env._("Stop"),
        }

    # === COMPUTED === #

    @api.depends("variants")
    def _compute_counts(self):
        for asked in self:
            variants = asked._variants()
            [(products, count)] = variants._read_group(
                [("id", "in", variants.ids)], [], ["product_tmpl_id:count_distinct", "__count"])
            asked.product_count, asked.variant_count, asked.is_long = products, count, count > AT_ONCE
            asked.no_sku_count = variants.search_count(Domain("id", "in", variants.ids) & self._without_sku())

    @api.depends("variants", "mode")
    def _compute_notes(self):
        accounts = self.env["marketplace.config"]
        for asked in self:
            variants = asked._variants()
            of_each_company = variants.browse(
                variant_id for _company, variant_id in variants._read_group(
                    [("id", "in", variants.ids)], ["company_id"], ["id:min"]))
            for platform in PLATFORMS:
                names = accounts._tell_all([("platform", "=", platform)], of_each_company) or self.env._(
                    "no account yet")
                sold = variants.search_count([("id", "in", variants.ids), (f"{platform}_product", "=", True)])
                asked[f"{platform}_note"] = self.env._(
                    "%(accounts)s: %(sold)s of them are sold there", accounts=names, sold=sold) if sold else names

    def _variants(self):
        return self.env["product.product"].with_context(active_test=False).browse(self.variants or [])

    def _without_sku(self):
        """The domain of variants that are not found in a shop by a SKU: their own, or their product's common one."""
        one_by_one = (
            Domain("product_tmpl_id.marketplace_as_one", "=", False) & Domain("default_code", "in", [False, ""]))
        as_one = (
            Domain("product_tmpl_id.marketplace_as_one", "=", True)
            & Domain("product_tmpl_id.marketplace_sku", "in", [False, ""])
            & Domain("product_tmpl_id.default_code", "in", [False, ""]))
        return one_by_one | as_one

    # === ANSWER === #

    def action_apply(self):
        """Do it: at once, or in the background when they are many.

        :raise UserError: no marketplace is chosen
        """
        self.ensure_one()
        self.check_access("write")
        chosen = [platform for platform in PLATFORMS if self[platform]]
        if not chosen:
            raise UserError(self.env._("Choose at least one marketplace."))
        return self.env["marketplace.bulk"]._begin_ticking(self.mode, chosen, self._variants().exists())
