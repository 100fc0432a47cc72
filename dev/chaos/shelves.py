# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the shops show, by Odoo's names: listings and places."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from dev.chaos.snapshots import Accepted, Key
from dev.sandboxes import Shop


@dataclass(frozen=True)
class Listed:
    """A listing as the shop's records name it.

    :param item: the shop's own name of it
    :param sku: where one item has several numbers, told apart by it; empty elsewhere
    """

    listing_id: int
    item: str
    sku: str = ""


@dataclass
class Shelf:
    """One shop and the account that sells there.

    :param listings: those that are linked, or were
    :param places: marketplace.location ids by the shop's name of each
    """

    sandbox: str
    account_id: int
    listings: Iterable[Listed] = ()
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self):
        self._by_name = {(one.item, one.sku): one.listing_id for one in self.listings}

    def key(self, row: dict) -> Key | None:
        """What a row of the shop's record is about, None where Odoo has no such listing or place.

        :param row: a write or a level
        """
        listing_id = self._by_name.get((row["item"], row["sku"])) or self._by_name.get((row["item"], ""))
        # Where the marketplace keeps one number a product, Odoo calls its only place by a name of its own.
        place_id = self.places.get(row["location"]) or (min(self.places.values()) if len(self.places) == 1 else None)
        return (listing_id, place_id) if listing_id and place_id else None

    def accepted(self, writes: Iterable[dict]) -> dict[Key, list[Accepted]]:
        """What the shop accepted for each place, in its order; without what nobody in Odoo lists any more."""
        found = defaultdict(list)
        for write in writes:
            if key := self.key(write):
                found[key].append(
                    Accepted(write["to"], write["received_at"], write["applied_at"], write["request_id"]))  # fmt: skip
        return dict(found)

    def shown(self, shop: Shop) -> dict[Key, set[int]]:
        """What the shop shows at each place: one number, more only where it contradicts itself."""
        found = defaultdict(set)
        for level in shop.get("levels")["levels"]:
            if key := self.key(level):
                found[key].add(level["quantity"])
        if self.sandbox == "ebay":
            # What buyers see is kept apart, with the offer.
            for offer in shop.get("offers")["offers"]:
                key = self.key({"item": offer["sku"], "sku": offer["sku"], "location": ""})
                if key and offer["status"] == "PUBLISHED":
                    found[key] |= {offer["available"], offer["buyers_see"]}
        return dict(found)


def listed(sandbox: str, listing_id: int, external_id: str, sku: str) -> Listed:
    """A listing by the name its shop's records have, worked out from what it is linked to.

    :param external_id: as the adapter keeps it
    :param sku: by which it was linked
    """
    kind, _colon, rest = external_id.partition(":")
    first, _colon, own_sku = rest.partition(":")
    match sandbox, kind:
        case "ebay", "offer":
            return Listed(listing_id, own_sku)
        case "ebay", "sku":
            return Listed(listing_id, rest)
        case "ebay", "item":
            return Listed(listing_id, first, own_sku)
        case "odd", _:
            return Listed(listing_id, sku)
    return Listed(listing_id, external_id)


def shelf_of(env, sandbox: str, account_id: int) -> Shelf:
    """Read an account's listings and places."""
    account = env["marketplace.config"].browse(account_id)
    listings = env["marketplace.listing"].with_context(active_test=False).search(
        [("config_id", "=", account_id), ("external_id", "!=", False)], order="active, id")  # fmt: skip
    places = account.with_context(active_test=False).location_ids
    return Shelf(
        sandbox, account_id,
        [listed(sandbox, one.id, one.external_id, one.sku or "") for one in listings],
        {place.external_id: place.id for place in places})  # fmt: skip
