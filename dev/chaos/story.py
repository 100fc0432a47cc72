# SPDX-License-Identifier: LGPL-3.0-or-later
"""A listing's whole story, in the order of time: what happened to its stock, who knew of it, and what the shop got."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from dev.chaos.shelves import Shelf
from dev.chaos.snapshots import Accepted, Key, Sending

LAST = 400  # events: a hot product has thousands, and what is wrong in the end went wrong late


@dataclass(frozen=True, order=True)
class Event:
    """Something that happened.

    :param at: seconds since 1970
    :param who: where it is known from
    """

    at: float
    who: str
    what: str


def told(title: str, events: Iterable[Event], last: int = LAST) -> str:
    """Put a story together.

    :param last: how many events to tell, the last ones
    """
    events = sorted(events)
    lines = [title]
    if len(events) > last:
        lines.append(f"  ({len(events) - last} events before that)")
        events = events[-last:]
    width = max((len(event.who) for event in events), default=0)
    for event in events:
        lines.append(
            f"  {datetime.fromtimestamp(event.at, UTC):%H:%M:%S.%f}"[:-3] + f"  {event.who:<{width}}  {event.what}"
        )
    return "\n".join(lines)


def of_writes(keys: Iterable[Key], writes: dict[Key, list[Accepted]]) -> list[Event]:
    """What the shop accepted."""
    return [
        Event(write.applied_at, "shop", f"took {write.quantity} at place {key[1]}, in a request that had arrived "
              f"{write.applied_at - write.received_at:.3f} s before ({write.request_id or 'without an id'})")
        for key in keys for write in writes.get(key, ())
    ]  # fmt: skip


def of_sendings(listing_id: int, said: Iterable[Sending]) -> list[Event]:
    """What drains were about to send."""
    return [
        Event(sending.at, sending.log or "drain", f"sends {quantity} to place {place_id}, snapshot {sending.snapshot}")
        for sending in said
        for (of, place_id), quantity in sending.levels.items() if of == listing_id
    ]  # fmt: skip


def of_tries(product_ids: Iterable[int], rows: Iterable[dict]) -> list[Event]:
    """What was tried with the listing's products, from the writers' diaries; not that PostgreSQL was away."""
    wanted = set(product_ids)
    return [
        Event(row["at"], "writer", f"{row['what']} {row['products']}: {row['outcome']} {row['error'][:100]}".rstrip())
        for row in rows if wanted & set(row["products"]) and row["outcome"] != "connection"
    ]  # fmt: skip


def title(env, listing_id: int, shelf: Shelf) -> str:
    """Who it is, and how it stands now."""
    listing = env["marketplace.listing"].browse(listing_id)
    product = listing.product_id or listing.product_tmpl_id
    lines = [
        f"{product.display_name} (product {listing.product_id.ids or 'template ' + str(listing.product_tmpl_id.id)}, "
        f"active: {product.active}) on {listing.config_id.name}, sandbox {shelf.sandbox}",
        f"  listing {listing.id}: {listing.state}, {listing.external_id!r}, SKU {listing.sku!r}, "
        f"{listing.error or 'no error'}",
    ]
    lines += [
        f"  place {level.location_id.id} ({level.location_id.name}, fed by "
        f"{', '.join(level.location_id.location_ids.mapped('complete_name')) or 'nothing'}): acknowledged "
        f"{level.quantity} at {level.acked_at}, Odoo had {level.stock} then"
        for level in listing.level_ids
    ]
    quants = env["stock.quant"].search(
        [("product_id", "in", products_of(env, listing_id)), ("location_id.usage", "=", "internal")], order="id"
    )
    lines += [
        f"  {quant.quantity} of product {quant.product_id.id} in {quant.location_id.complete_name}, "
        f"{quant.reserved_quantity} reserved, since {quant.write_date}"
        for quant in quants
    ]
    holds = env["marketplace.hold"].search([("product_tmpl_id", "=", listing.product_tmpl_id.id)])
    lines += [f"  kept back: {hold.quantity} of {hold.stock_key}, noticed {hold.noticed_at}" for hold in holds]
    return "\n".join(lines)


# === WHAT THE DATABASE KEEPS === #

# Each gives naive UTC, who and what.
RECORDS = {
    "moves": """
        SELECT line.write_date, 'stock', format('%%s of %%s %%s -> %%s (%%s)', line.quantity, line.product_id,
               source.complete_name, destination.complete_name, line.state)
          FROM stock_move_line line
          JOIN stock_location source ON source.id = line.location_id
          JOIN stock_location destination ON destination.id = line.location_dest_id
         WHERE line.product_id = ANY(%(products)s) ORDER BY line.id DESC LIMIT %(last)s""",
    "marks": """
        SELECT marked_at, 'mark', format('waits still: %%s%%s', reason,
               CASE WHEN listing_id IS NULL THEN ', nobody has looked which listings it concerns' ELSE '' END)
          FROM stock_availability_dirty
         WHERE listing_id = %(listing)s OR listing_id IS NULL AND product_id = ANY(%(products)s)""",
    "history": """
        SELECT at, 'history', format('%%s acknowledged at place %%s, Odoo had %%s', quantity, location_id,
               odoo_quantity)
          FROM marketplace_history WHERE listing_id = %(listing)s ORDER BY id DESC LIMIT %(last)s""",
    "log": """
        SELECT create_date, 'log', format('%%s %%s: %%s %%s', level, kind, message, coalesce(request_id, ''))
          FROM marketplace_sync_log
         WHERE listing_id = %(listing)s OR config_id = %(account)s AND listing_id IS NULL AND level <> 'info'
         ORDER BY id DESC LIMIT %(last)s""",
    "drift": """
        SELECT noticed_at, 'comparison', format('%%s: shown %%s, acknowledged %%s, expected %%s', reason, shown, acked,
               expected)
          FROM marketplace_drift WHERE listing_id = %(listing)s""",
    "attempts": """
        SELECT attempt.sent_at, 'attempt', format('%%s to place %%s, and no answer', sent.quantity, sent.location_id)
          FROM marketplace_attempt attempt
         CROSS JOIN LATERAL unnest(listing_ids, location_ids, quantities) AS sent (listing_id, location_id, quantity)
         WHERE attempt.config_id = %(account)s AND sent.listing_id = %(listing)s""",
}


def of_records(env, listing_id: int, product_ids: list[int]) -> list[Event]:
    """What Odoo's own tables and the addon's keep; times are a transaction's beginning, mostly."""
    account = env["marketplace.listing"].browse(listing_id).config_id.id
    events = []
    for query in RECORDS.values():
        env.cr.execute(query, {"listing": listing_id, "products": product_ids, "account": account, "last": LAST})
        events += [Event(at.replace(tzinfo=UTC).timestamp() if at else 0.0, who, what)
                   for at, who, what in env.cr.fetchall()]  # fmt: skip
    return events


def products_of(env, listing_id: int) -> list[int]:
    """Whose stock is its stock: its own variants', and of kits the components'."""
    listing = env["marketplace.listing"].browse(listing_id).with_context(active_test=False)
    products = listing.product_id or listing.product_tmpl_id.product_variant_ids
    if "mrp.bom" in env:
        bills = env["mrp.bom"].search(
            [("type", "=", "phantom"), ("product_tmpl_id", "=", listing.product_tmpl_id.id)])  # fmt: skip
        products |= bills.bom_line_ids.product_id
    return products.ids
