# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a level is published to: an item of the Inventory API, or a listing of the Trading API, or one variation of it.

The kind decides which of eBay's APIs is called: listings made with the Inventory API can be changed only there, all
others only with the Trading API. As text, kept by the caller as the item's id:

    offer:8209815010:SKU-1               an inventory item with a published offer
    offer:8209815010,8209816010:SKU-1    one with offers on two of eBay's sites
    sku:SKU-1                            an inventory item without a published offer: nobody can buy it yet
    item:110043671232                    a Trading API listing
    item:110043671232:SKU-1-RED          one variation of a Trading API listing
"""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"[0-9]{1,32}", re.ASCII)


Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """An item of the Inventory API; `offers` are the ids of its published offers."""

    sku: str
    offers: tuple[str, ...] = ()

    def __str__(self):
        return f"offer:{','.join(self.offers)}:{self.sku}" if self.offers else f"sku:{self.sku}"

    @property
    def taken(self) -> frozenset[Place]:
        """The places its number is written to."""
        return frozenset({("sku", self.sku), *(("offer", offer) for offer in self.offers)})

    excluded = taken  # those no other number may be on its way to at the same time


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing of the Trading API, or its variation `sku`; empty for a listing without variations."""

    item_id: str
    sku: str = ""

    def __str__(self):
        return f"item:{self.item_id}:{self.sku}" if self.sku else f"item:{self.item_id}"

    @property
    def taken(self) -> frozenset[Place]:
        """The places its number is written to: a SKU, or all of the listing."""
        return frozenset({("item", self.item_id), ("item", self.item_id, self.sku)})

    @property
    def excluded(self) -> frozenset[Place]:
        """The places no other number may be on its way to at the same time: where a listing has no variations, its
        SKU and its number are the same."""
        own = ("item", self.item_id)
        return frozenset({(*own, self.sku), (*own, "")} if self.sku else {own})


Target = Inventory | Listing


def is_number(text: object) -> bool:
    """Whether `text` can be the id of an offer or a listing."""
    return isinstance(text, str) and bool(_NUMBER.fullmatch(text))


def target_of(external_id: str) -> Target | None:
    """The target that reads `external_id` as text, None when none does."""
    kind, _colon, rest = external_id.partition(":")
    first, _colon, sku = rest.partition(":")
    if kind == "sku" and rest:
        return Inventory(rest)
    if kind == "offer" and sku and all(is_number(offer) for offer in first.split(",")):
        return Inventory(sku, tuple(first.split(",")))
    if kind == "item" and is_number(first):
        return Listing(first, sku)
    return None
