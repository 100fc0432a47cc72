# SPDX-License-Identifier: LGPL-3.0-or-later
"""What should be published, by three witnesses: the addon, Odoo's own fields, and the rows of stock_quant."""

import math
from collections.abc import Iterable, Mapping

from dev.chaos.breach import LOST, Finding
from dev.chaos.snapshots import Key

ADDON, FIELDS, ROWS = "the addon", "Odoo's fields", "stock_quant"


def wrong(shown: Mapping[Key, set[int]], witnesses: Mapping[str, Mapping[Key, int]], names: Mapping[int, str],
          excused: Iterable[int] = ()) -> list[Finding]:  # fmt: skip
    """Find the places where the shop and the witnesses do not all say the same.

    :param shown: what the shop shows
    :param witnesses: what should be published, by who says so; only the first has to know of every number
    :param names: of the listings, by their ids
    :param excused: listings that are known not to show what they should, and say why
    """
    found, excused = [], set(excused)
    keys = set().union(*witnesses.values())
    for key in sorted(keys):
        said = {who: numbers[key] for who, numbers in witnesses.items() if key in numbers}
        numbers = shown.get(key, set())
        if key[0] not in excused and (len(numbers) != 1 or numbers != set(said.values())):
            shows = " and ".join(map(str, sorted(numbers))) or "nothing at all"
            found.append(Finding(
                LOST, f"{names.get(key[0], key[0])}: the shop shows {shows} at place {key[1]}; to publish are "
                + ", ".join(f"{number} by {who}" for who, number in said.items()), key[0]))  # fmt: skip
    return found


def witnesses(env, account) -> dict[str, dict[Key, int]]:
    """What should be published of all active listings of an account that are linked or failed.

    The addon's own reading covers all of them; the others those whose number is Odoo's stock as it is: no rule, no
    share. A sale that is kept back is not among what they know: here nobody buys in a shop, so that a shop that shows
    less because of one is wrong.
    """
    listings = account.listing_ids.filtered(lambda listing: listing.state in ("linked", "error"))
    quantity = env["marketplace.quantity"]
    ours = quantity._of_listings(account, quantity._variants(listings))
    for level in listings.level_ids:
        if not _sources(level.location_id):
            ours[level.listing_id.id, level.location_id.id] = 0  # nothing feeds that place any more
    fields, rows = {}, {}
    if account.stock_field == "free_qty" and not _rules(env, account):
        for place in account.location_ids.filtered(lambda place: place.share_kind == "all" and _sources(place)):
            for listing in listings:
                products = _products(listing)
                key = listing.id, place.id
                fields[key] = _whole(_by_fields(account, place, products))
                if not _is_kit(products):
                    rows[key] = _whole(_by_rows(env, account, place, products))
    return {ADDON: ours, FIELDS: fields, ROWS: rows}


def _sources(place):
    return place.location_ids | place.warehouse_ids.view_location_id


def _rules(env, account) -> bool:
    return bool(env["marketplace.rule"].search_count([("config_id", "in", [False, account.id])], limit=1))


def _products(listing):
    """What a listing sells, nothing while it is archived."""
    if not listing.product_tmpl_id.active:
        return listing.product_id.browse()
    return (listing.product_id or listing.product_tmpl_id.product_variant_ids).filtered("active")


def _is_kit(products) -> bool:
    return "is_kits" in products._fields and any(products.mapped("is_kits"))


def _by_fields(account, place, products) -> float:
    seen = products.with_company(account.company_id).with_context(location=_sources(place).ids)
    return sum(seen.mapped("free_qty"))


def _by_rows(env, account, place, products) -> float:
    env.cr.execute(
        """
        SELECT coalesce(sum(quant.quantity), 0) - coalesce(sum(quant.reserved_quantity), 0)  -- either may be NULL
          FROM stock_quant quant
          JOIN stock_location location ON location.id = quant.location_id
         WHERE quant.product_id = ANY(%s) AND (quant.company_id IS NULL OR quant.company_id = %s)
           AND EXISTS (SELECT 1 FROM unnest(%s) AS above (path) WHERE location.parent_path LIKE above.path || '%%')
        """,
        [products.ids, account.company_id.id, _sources(place).mapped("parent_path")],
    )
    return float(env.cr.fetchone()[0])


def _whole(pieces: float) -> int:
    """What of it can be sold; sums of floats may be off by a hair."""
    return max(0, math.floor(round(pieces, 6)))
