# SPDX-License-Identifier: LGPL-3.0-or-later
"""The Trading API's XML: requests for quantities and listings, and what its answers say.

Nothing outside an answer is ever read: no entity, no DTD, no network.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from ..base import RemoteItem, Unavailable
from ..reading import whole
from ..wire import Answer
from ..wire.trouble import NOT_UNDERSTOOD, Busy
from ..words import _lt
from .errors import Fault
from .targets import Listing, is_number

PATH = "/ws/api.dll"
#: the version of its schema that requests follow (https://developer.ebay.com/Devzone/XML/docs/Reference/eBay)
VERSION = "1423"
#: `InventoryStatus` in one ReviseInventoryStatus, at most
LARGEST_CALL = 4

_NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
_ACKS = frozenset({"Success", "Warning", "PartialFailure", "Failure"})
_FIXED_PRICE = frozenset({"FixedPriceItem", "StoresFixedPrice", ""})


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer says.

    :param ack: Success, Warning, PartialFailure or Failure
    :param faults: its errors; warnings are left out
    :param root: all of it
    """

    ack: str
    faults: list[Fault]
    root: etree._Element
    request_id: str

    @property
    def is_success(self) -> bool:
        return self.ack in ("Success", "Warning")

    @property
    def codes(self) -> set[str]:
        return {fault.code for fault in self.faults}


def read(answer: Answer) -> Reply:
    """What `answer` says.

    :raises Unavailable: it is no answer of the Trading API, or broken off
    """
    if "xml" not in answer.headers.get("Content-Type", "").lower():
        raise Unavailable(_lt("eBay answered with something else than XML."), request_id=answer.request_id)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(answer.body, parser)
    except (etree.LxmlError, SyntaxError, ValueError):
        raise answer.not_understood() from None
    ack = _text(root, "Ack")
    if root.getroottree().docinfo.doctype or ack not in _ACKS:
        raise answer.not_understood()
    errors = [row for row in root.iterfind("{*}Errors") if _text(row, "SeverityCode") != "Warning"]
    return Reply(ack, [_fault(row) for row in errors], root, answer.request_id)


def _fault(row: etree._Element) -> Fault:
    values = tuple(value.text or "" for value in row.iterfind("{*}ErrorParameters/{*}Value"))
    return Fault(_text(row, "ErrorCode"), _text(row, "LongMessage") or _text(row, "ShortMessage"), values)


def _text(element: etree._Element, path: str) -> str:
    """The text at `path`, empty when there is none."""
    return (element.findtext("/".join(f"{{*}}{name}" for name in path.split("/"))) or "").strip()


# === REQUESTS === #


def can_carry(text: str) -> bool:
    """Whether XML can hold `text`."""
    try:
        etree.Element("text").text = text
    except ValueError:
        return False
    return True


def _request(call: str) -> etree._Element:
    return etree.Element(f"{{{_NAMESPACE}}}{call}Request", nsmap={None: _NAMESPACE})


def _add(parent: etree._Element, name: str, text: object = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
    if text is not None:
        child.text = str(text)
    return child


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def get_user() -> bytes:
    """Who the token belongs to."""
    return _bytes(_request("GetUser"))


def get_item(item_id: str) -> bytes:
    """One listing."""
    root = _request("GetItem")
    _add(root, "ItemID", item_id)
    return _bytes(root)


def revise_inventory_status(rows: Iterable[tuple[Listing, int]]) -> bytes:
    """Up to four listings or variations with their new quantities, in pieces still for sale."""
    root = _request("ReviseInventoryStatus")
    for listing, quantity in rows:
        status = _add(root, "InventoryStatus")
        _add(status, "ItemID", listing.item_id)
        if listing.sku:
            _add(status, "SKU", listing.sku)
        _add(status, "Quantity", quantity)
    return _bytes(root)


def revise_fixed_price_item(listing: Listing, specifics: etree._Element | None, quantity: int) -> bytes:
    """One variation of a listing with its new quantity; the others stay as they are.

    :param specifics: what tells the variation from the others, as GetItem has it
    """
    root = _request("ReviseFixedPriceItem")
    item = _add(root, "Item")
    _add(item, "ItemID", listing.item_id)
    variation = _add(_add(item, "Variations"), "Variation")
    _add(variation, "SKU", listing.sku)
    _add(variation, "Quantity", quantity)
    if specifics is not None:
        variation.append(deepcopy(specifics))
    return _bytes(root)


# === ANSWERS === #


def user_of(reply: Reply) -> str:
    """The seller's name in an answer to GetUser, empty when it has none."""
    return _text(reply.root, "User/UserID")


def revised(reply: Reply) -> set[Listing]:
    """What ReviseInventoryStatus says it changed; a listing without variations stands there with and without SKU.

    Its faults may name what they are about by ItemID or SKU: what is named so is left out, to be on the safe side.
    """
    named = {value for fault in reply.faults for value in fault.values}
    found = set()
    for row in reply.root.iterfind("{*}InventoryStatus"):
        item_id, sku = _text(row, "ItemID"), _text(row, "SKU")
        if item_id not in named and sku not in named:
            found |= {Listing(item_id), Listing(item_id, sku)}
    return found


def variations(reply: Reply) -> Iterator[tuple[str, etree._Element | None]]:
    """The variations of the listing in an answer to GetItem: SKU, and what tells it from the others."""
    for row in reply.root.iterfind("{*}Item/{*}Variations/{*}Variation"):
        yield _text(row, "SKU"), row.find("{*}VariationSpecifics")


def items_of(reply: Reply) -> list[RemoteItem]:
    """What the listing in an answer to GetItem sells; nothing when it has ended.

    A variation without a SKU cannot be named in a revision, and is left out. An auction's quantity cannot be set.

    :raises Unavailable: there is no listing in it
    """
    item_id = _item_id(reply)
    if has_ended(reply):
        return []
    is_tracked = _text(reply.root, "Item/ListingType") in _FIXED_PRICE
    if reply.root.find("{*}Item/{*}Variations/{*}Variation") is None:
        return [RemoteItem(str(Listing(item_id)), _text(reply.root, "Item/SKU"), is_tracked, item_id)]
    skus = dict.fromkeys(sku for sku, _specifics in variations(reply) if sku)
    return [RemoteItem(str(Listing(item_id, sku)), sku, is_tracked, item_id) for sku in skus]


def has_ended(reply: Reply) -> bool:
    """Whether nobody can buy from the listing in an answer to GetItem any more."""
    return _text(reply.root, "Item/SellingStatus/ListingStatus") not in ("Active", "")


def available(reply: Reply) -> dict[str, int]:
    """Pieces that the listing in an answer to GetItem still has for sale, by the SKU of the variation; where there are
    none, by the listing's own SKU and by an empty one.

    What was sold is in the quantity that GetItem tells (https://developer.ebay.com/support/knowledge-base/1526).

    :raises Unavailable: there is no listing in it, or one without its quantities
    """
    _item_id(reply)
    rows = reply.root.findall("{*}Item/{*}Variations/{*}Variation")
    if rows:
        return {_text(row, "SKU"): _left(row, reply) for row in rows}
    item = reply.root.find("{*}Item")
    return dict.fromkeys(("", _text(item, "SKU")), _left(item, reply))


def _left(element: etree._Element, reply: Reply) -> int:
    total, sold = (whole(_text(element, path)) for path in ("Quantity", "SellingStatus/QuantitySold"))
    if total is None or sold is None:
        raise Busy(NOT_UNDERSTOOD % "eBay", request_id=reply.request_id)
    return total - sold


def _item_id(reply: Reply) -> str:
    item_id = _text(reply.root, "Item/ItemID")
    if not is_number(item_id):
        raise Unavailable(NOT_UNDERSTOOD % "eBay", request_id=reply.request_id)
    return item_id
