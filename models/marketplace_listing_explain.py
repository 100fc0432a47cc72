# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL, format_datetime, formatLang

DIGITS = 6  # as precise as the steps are
NEVER_PUBLISHED = {"published": None, "before": None}


class MarketplaceListing(models.Model):
    """The whole sum behind the number a shop shows, as data and in plain words."""

    _inherit = "marketplace.listing"

    explanation = fields.Html("Why This Number", compute="_compute_explanation", sanitize=False)

    def _compute_explanation(self):
        for listing in self:
            listing.explanation = listing._origin and listing._render_panel(
                "marketplace_sync.listing_explanation", places=listing._origin._explain())

    def _explain(self):
        """Where the number to publish comes from, now: the sum itself, what the shop has and what it waits for.

        Nothing is sent and nothing is written. Whoever may read the listing may read this, with or without rights on
        the stock behind it.

        :return: list of dicts, one a location of the shop:

            - what `marketplace.quantity._trace` tells: `place`, `place_name`, `products`, `held`, `stock`, `pieces`,
              `share`, `source`, `steps`, and `number`, the units a push would publish; each of the steps has `rule`
              besides, the name of the rule it obeys, empty for none; a kit's components see `_with_limits`
            - `stock_rule`: the name of the rule that chose the quantity it begins with, empty for none
            - `published`: what the shop has, as far as is known: dict of `quantity`, `acked_at` (naive UTC),
              `request_id`, `is_found` (somebody changed it in the shop since), and `shown`, the shop's number where
              the account asks which is right, or None; None where nothing was ever published
            - `before`: dict of the `quantity` acknowledged before that, and when: `at`; None when not known any more
            - `waiting_since`: naive UTC of the oldest change that has not reached the shop, or None
            - of the listing: `state`, `error`, `next_attempt`, `deferred_until`, `deferred_reason`, `is_deferred` (it
              is held back by that now), `conflict_since`
            - `reason`: why there is no number, in plain words, `number` being None; empty otherwise

            One dict without a `place` where no location is fed by any of Odoo's.
        """
        self.ensure_one()
        self.check_access("read")
        listing = self.sudo()
        traced = listing.env["marketplace.quantity"]._trace(listing.config_id, listing)
        common = listing._explain_state(traced)
        rules = listing._explain_rules()
        published = listing._explain_published()
        places = [{
            **common, **place, **published.get(place["place"], NEVER_PUBLISHED),
            "number": None if place["reason"] else place["number"],
            "products": [{**product, "components": _with_limits(product)}
                         for product in sorted(place["products"], key=lambda product: product["product_id"])],
            "steps": [{**step, "rule": rules.get(step["name"], "")} for step in place["steps"]],
            "stock_rule": rules.get("stock_field", ""),
        } for place in traced + listing._places_left({place["place"] for place in traced})]
        return places or [{**common, "place": None, "place_name": "", "number": None, "reason": self.env._(
            "Choose on %s which Odoo locations feed it.", listing.config_id.name)}]

    def _places_left(self, fed):
        """Like `_trace`, locations that no Odoo location feeds any more: whatever they show becomes none."""
        return [{
            "place": level.location_id.id, "place_name": level.location_id.name, "reason": "", "products": [],
            "held": 0.0, "stock": 0.0, "pieces": 0.0, "share": None, "source": None, "steps": [], "number": 0,
        } for level in self.level_ids
            if level.quantity and level.location_id.active and level.location_id.id not in fed]

    def _explain_published(self):
        """What each location has, and had before: dict marketplace.location id -> `published` and `before`."""
        history = self.env["marketplace.history"]._newest(self)
        explained = {}
        for level in self.level_ids:
            rows = history.get(level.location_id.id, [])
            is_found = bool(rows) and rows[0]["quantity"] != level.quantity
            explained[level.location_id.id] = {
                "published": {
                    "quantity": level.quantity, "acked_at": level.acked_at, "request_id": level.request_id or "",
                    "is_found": is_found, "shown": level.shown if level.differs else None},
                "before": next(iter(rows if is_found else rows[1:]), None),
            }
        return explained

    def _explain_state(self, places):
        """What concerns the listing everywhere, the queue included.

        :param places: what `_trace` returned
        """
        # Marks that nobody has sorted yet name a product, perhaps a component: they will be this listing's.
        product_ids = {
            sold["product_id"] for place in places for product in place["products"]
            for sold in (product, *product["components"])} or set(self.product_id.ids)
        [[waiting_since, is_marked_anew]] = self.env.execute_query(SQL(
            """
            SELECT min(marked_at), bool_or(listing_id IS NULL OR id > %s)
              FROM stock_availability_dirty
             WHERE listing_id = %s OR listing_id IS NULL AND product_id = ANY(%s)
            """, self.deferred_mark, self.id, list(product_ids)))
        return {
            "waiting_since": waiting_since,
            "is_deferred": bool(
                self.deferred_until and self.deferred_until > fields.Datetime.now() and not is_marked_anew),
            **{name: self[name] for name in (
                "state", "error", "next_attempt", "deferred_until", "deferred_reason", "conflict_since")},
        }

    def _explain_rules(self):
        """The names of the rules that apply, by their kind."""
        rules = self.env["marketplace.rule"]
        nearest = rules._nearest(self.ids).get(self.id, ())
        return {rule.kind: rule.display_name for rule in rules.browse(nearest)}

    # === AS HTML === #

    def _render_panel(self, template, **values):
        """A panel of this listing in plain words, everything escaped.

        :param values: what the template wants, see there
        """
        return self.env["ir.qweb"]._render(template, {
            "number": self._shown_number, "moment": self._shown_time, **values})

    def _shown_number(self, value):
        """A quantity in the user's language, with as many digits as it has."""
        digits = len(f"{value:.{DIGITS}f}".rstrip("0").partition(".")[2])
        return formatLang(self.env, value, digits=digits)

    def _shown_time(self, value):
        """A moment in the user's time zone and language, to the second."""
        return format_datetime(self.env, value, dt_format=False)


def _with_limits(product):
    """The components of a kit, and whether it `limits`: it is the scarcest.

    :param dict product: see `marketplace.quantity._trace`
    """
    components = product["components"]
    makes = [component["stock"] / component["per_kit"] for component in components]
    return [{**component, "limits": number == min(makes)} for component, number in zip(components, makes, strict=True)]
