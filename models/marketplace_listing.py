# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# What a listing looks like that never failed, one that nothing holds back, and one about whose number nobody asks.
NO_FAILURE = {"error": False, "error_at": False, "request_id": False, "attempts": 0, "failed_since": False,
              "next_attempt": False}
NO_DEFERRAL = {"deferred_until": False, "deferred_reason": False, "deferred_mark": False}
NO_CONFLICT = {"conflict_quantity": False, "conflict_since": False}


class BigInteger(fields.Integer):
    """Holds ids of the dirty table, which has 64 bits for them."""

    _column_type = ("int8", "int8")


class MarketplaceListing(models.Model):
    """One product on one account: a variant, or a whole template when `product_id` is empty."""

    _name = "marketplace.listing"
    _description = "Marketplace listing"
    _order = "id"
    _check_company_auto = True

    config_id = fields.Many2one("marketplace.config", "Account", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="config_id.company_id", store=True)
    platform = fields.Selection(related="config_id.platform")
    product_id = fields.Many2one(
        "product.product", "Product Variant", index="btree_not_null", ondelete="cascade", check_company=True,
        help="Empty: one number for all variants of the product together.",
    )
    product_tmpl_id = fields.Many2one(
        "product.template", "Product", required=True, index=True, ondelete="cascade", check_company=True,
        compute="_compute_product_tmpl_id", store=True, readonly=False, precompute=True,
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("pending", "To link"), ("linked", "Linked"), ("error", "Error")],
        default="pending", required=True, readonly=True, copy=False,
    )
    sku = fields.Char("SKU", readonly=True, copy=False, index="btree_not_null",
                      help="The SKU this listing was linked by, or was looked for under.")
    external_id = fields.Char("Id in the Shop", readonly=True, copy=False, index="btree_not_null")
    error = fields.Char("Reason", readonly=True, copy=False)
    error_at = fields.Datetime("Failed", readonly=True, copy=False)
    request_id = fields.Char("Shop's Request Id", readonly=True, copy=False)
    attempts = fields.Integer("Failures in a Row", readonly=True, copy=False)
    failed_since = fields.Datetime(readonly=True, copy=False)
    next_attempt = fields.Datetime(
        "Tries Again", readonly=True, copy=False, help="By itself; a stock change tries again at once.")
    deferred_until = fields.Datetime(
        "Waits until", readonly=True, copy=False, index="btree_not_null",
        help="The marketplace takes no more changes before.")
    deferred_reason = fields.Char("Waits because", readonly=True, copy=False)
    deferred_mark = BigInteger(readonly=True, copy=False, help="The newest mark that waits; a newer one is looked at.")
    level_ids = fields.One2many("marketplace.level", "listing_id", "Published", readonly=True, copy=False)
    log_ids = fields.One2many("marketplace.sync.log", "listing_id", readonly=True, copy=False)
    rule_ids = fields.One2many("marketplace.rule", "listing_id", "Rules", copy=False)
    quantity = fields.Integer("Published Quantity", compute="_compute_published",
                              help="Pieces the shop last acknowledged, all its locations together.")
    acked_at = fields.Datetime("Acknowledged", compute="_compute_published")
    is_waiting = fields.Boolean("Waiting", compute="_compute_is_waiting", search="_search_is_waiting")

    _unique_variant = models.UniqueIndex(
        "(config_id, product_id) WHERE product_id IS NOT NULL", "This product is listed on that account already.")
    _unique_template = models.UniqueIndex(
        "(config_id, product_tmpl_id) WHERE product_id IS NULL", "This product is listed on that account already.")

    # Lists, and their counts, of everything, of an account, and of the few that are not as usual.
    _account_index = models.Index("(config_id, id)")
    _company_index = models.Index("(company_id, id) WHERE active IS TRUE")
    _count_index = models.Index("(config_id, state, company_id) WHERE active IS TRUE")
    _unusual_index = models.Index("(state, id) WHERE state <> 'linked'")
    _archived_index = models.Index("(id) WHERE active IS NOT TRUE")
    _failed_since_index = models.Index("(config_id, failed_since) WHERE state = 'error'")
    _next_attempt_index = models.Index("(config_id, next_attempt) WHERE state = 'error'")

    @api.depends("product_id")
    def _compute_product_tmpl_id(self):
        for listing in self.filtered("product_id"):
            listing.product_tmpl_id = listing.product_id.product_tmpl_id

    @api.depends("level_ids.quantity", "level_ids.acked_at")
    def _compute_published(self):
        for listing in self:
            listing.quantity = sum(listing.level_ids.mapped("quantity"))
            listing.acked_at = max(filter(None, listing.level_ids.mapped("acked_at")), default=False)

    def _compute_is_waiting(self):
        waiting = {listing_id for [listing_id] in self.env.execute_query(SQL(
            "SELECT DISTINCT listing_id FROM stock_availability_dirty WHERE listing_id = ANY(%s)", self.ids))}
        for listing in self:
            listing.is_waiting = listing.id in waiting

    def _search_is_waiting(self, operator, value):
        if operator != "in":
            return NotImplemented
        if True not in value or self.env["stock.availability.dirty"]._is_long():
            wanted = SQL("EXISTS") if True in value else SQL("NOT EXISTS")
            return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
                "%s (SELECT FROM stock_availability_dirty waiting WHERE waiting.listing_id = %s)",
                wanted, SQL.identifier(alias, "id")))
        # As an array they are looked up one by one: a join would read all listings because of a few. In order, so that
        # a page of them is found without reading all that wait.
        return [("id", "in", SQL("""(
            SELECT DISTINCT waiting.id
              FROM unnest(ARRAY(SELECT DISTINCT listing_id
                                  FROM stock_availability_dirty
                                 WHERE listing_id IS NOT NULL)) AS waiting (id)
             ORDER BY waiting.id)"""))]

    @api.depends("product_id", "product_tmpl_id", "config_id")
    def _compute_display_name(self):
        for listing in self:
            product = listing.product_id or listing.product_tmpl_id
            listing.display_name = f"{product.display_name} / {listing.config_id.name}"

    @api.constrains("product_id", "product_tmpl_id")
    def _check_template(self):
        for listing in self.filtered("product_id"):
            if listing.product_id.product_tmpl_id != listing.product_tmpl_id:
                raise ValidationError(self.env._("The variant of a listing has to be one of its product's variants."))

    @api.model_create_multi
    def create(self, vals_list):
        listings = super().create(vals_list)
        listings._mark("listed")
        return listings

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active"):
            self._mark("listed again")
        return result

    def _mark(self, reason):
        if self:
            self.env["stock.availability.dirty"]._dirty_listings(SQL("listing.id = ANY(%s)", self.ids), reason)

    def action_retry(self):
        """Try these listings again: whatever failed is forgotten and the next push starts from scratch."""
        self.check_access("read")
        listings = self.sudo()
        listings.filtered(lambda listing: listing.state == "error").write({
            "state": "pending", "error": False, "error_at": False, "external_id": False, "next_attempt": False,
        })
        listings._mark("retry")
        return True

    def action_push(self):
        """Push these listings again whatever was acknowledged before, for when the shop was changed by hand."""
        self.check_access("read")
        self.sudo().level_ids.unlink()
        self.sudo()._mark("pushed by hand")
        return True
