# SPDX-License-Identifier: LGPL-3.0-or-later
"""A small catalog with rules for the tests: two accounts, three categories below each other, products with variants."""

from .common import MarketplaceCase


class RulesCase(MarketplaceCase):
    """`chair` has two variants, both in Chairs, which is in Furniture; `lamp` is in Lamps, in Furniture as well."""

    def setUp(self):
        super().setUp()
        self.other_account = self.make_account(self.open_shop(), name="The other shop")
        self.account.name = "Our Shopify store"
        self.furniture = self.category("Furniture")
        self.chairs = self.category("Chairs", self.furniture)
        self.lamps = self.category("Lamps", self.furniture)
        self.template_of_chair = self.template("Chair")
        self.template_of_chair.categ_id = self.chairs
        self.chair, self.small_chair = self.template_of_chair.product_variant_ids
        self.lamp = self.product("LAMP", categ_id=self.lamps.id)
        self.pen = self.product("PEN", categ_id=self.category("Pens").id)
        self.one_chair = self.env["marketplace.listing"].create({
            "config_id": self.account.id, "product_tmpl_id": self.template_of_chair.id})
        self.listings = self.env["marketplace.listing"].search([])

    def category(self, name, parent=None):
        return self.env["product.category"].create({"name": name, "parent_id": parent and parent.id})

    def scopes(self):
        """From the furthest to the nearest: what binds a rule to the listing of `chair` on the account."""
        return {
            "everything": {}, "upper category": {"categ_id": self.furniture.id},
            "category": {"categ_id": self.chairs.id}, "product": {"product_tmpl_id": self.template_of_chair.id},
            "variant": {"product_id": self.chair.id}, "listing": {"listing_id": self.listing(self.chair).id},
        }

    def rule(self, kind="buffer", value=1, **values):
        return self.env["marketplace.rule"].create({"kind": kind, "value": value, **values})

    def rules_of(self, listing):
        """What applies to one listing."""
        return self.env["marketplace.rule"]._of_listings(listing.config_id, listing.ids)[listing.id]

    # === THE SAME, DECIDED THE SLOW WAY === #

    def nearest_by_hand(self, listing):
        """The rule of each kind that applies to a listing, found by looking at every rule."""
        chosen = {}
        for rule in self.env["marketplace.rule"].search([]):
            nearness = self._nearness(rule, listing)
            if nearness and nearness > chosen.get(rule.kind, ((), None))[0]:
                chosen[rule.kind] = nearness, rule
        return {kind: rule for kind, (_nearness, rule) in chosen.items()}

    def _nearness(self, rule, listing):
        """A tuple, greater for a nearer rule; None where the rule is not for the listing."""
        if rule.config_id not in (listing.config_id, rule.config_id.browse()) or rule.company_id != listing.company_id:
            return None
        own = bool(rule.config_id)
        if rule.listing_id:
            return (4, 0, own) if rule.listing_id == listing else None
        if rule.product_id:
            return (3, 0, own) if rule.product_id == listing.product_id else None
        if rule.product_tmpl_id:
            return (2, 0, own) if rule.product_tmpl_id == listing.product_tmpl_id else None
        if not rule.categ_id:
            return 0, 0, own
        above, depths = listing.product_tmpl_id.categ_id, {}
        while above:
            depths = {above: 1, **{category: depth + 1 for category, depth in depths.items()}}
            above = above.parent_id
        return (1, depths[rule.categ_id], own) if rule.categ_id in depths else None
