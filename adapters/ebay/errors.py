# SPDX-License-Identifier: LGPL-3.0-or-later
"""What eBay's error numbers mean. Decided by number, never by text, which comes in the seller's language.

Where the numbers come from: 25001, 25025 and 25710 eBay's description of its Inventory API; 25004, 25604, 25712 and
25713 an answer of eBay's own sandbox that others noted (September 2026); 291, 21916799, 21916583 and 219255 eBay's
support articles 816, 2204, 1450 and 534; 518, 21919144, 21919165, 21919474, 21916750 and the token's numbers programs
of others. A number that is not here is told to people in eBay's own words.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..base import Unavailable
from ..wire.trouble import quote
from ..words import _lt

#: a SKU's greatest length in the Inventory API, in characters
LONGEST_SKU = 50

#: a system error, concurrent access of one item: both pass
PASSING = frozenset({"25001", "25025"})
CONCURRENT = "25025"
#: an internal error, a system error, a call that took eBay too long
PASSING_TRADING = frozenset({"10007", "16100", "219255"})
#: the request has too many entries
TOO_MANY = frozenset({"25712", "25727"})
#: the access token is invalid or over: as Trading calls it, in an answer with HTTP 200
TOKEN = frozenset({"930", "931", "932", "16110", "17470", "21916984", "21917053"})
#: all of the day's calls are made
CALLS_SPENT = "518"
#: too many calls within seconds
TOO_FAST = "21919144"
#: the listing was revised as often as it may be today
REVISIONS_SPENT = "21919165"
#: the listing has no variation with that SKU
NO_VARIATION = "21916799"
#: said of quantity 0 where the seller has not switched on out-of-stock control
ZERO_REFUSED = frozenset({"25004", "515", "21916583"})
#: said of quantity 0 in the Inventory API although it may have been applied
ZERO_DOUBTFUL = "25004"

ENDED = _lt("The listing has ended on eBay. Relist it there, enter its new item number, and link the listing again.")
NO_SKU = _lt("eBay has no inventory item or offer like this any more. Link the listing again.")
_NO_LISTING = _lt("eBay has no such listing of this seller. Check the eBay item number on the product.")
_BY_CODE = {
    "17": _NO_LISTING,
    "231": _NO_LISTING,
    "291": ENDED,
    "21916750": ENDED,
    "21919474": _lt(
        "This listing was made with eBay's Inventory API and is found by its SKU: make the product's SKU equal to the"
        " one on eBay, clear the eBay item number, and link the listing again."
    ),
    "21916799": _lt(
        "The listing has no variation with this SKU. Without out-of-stock control eBay removes a variation when it"
        " sells out: add it to the listing again, and switch on out-of-stock control in eBay's selling preferences."
    ),
    "25604": NO_SKU,
    "25702": NO_SKU,
    "25710": NO_SKU,
    "25713": NO_SKU,
    "25707": _lt(
        "eBay takes no SKU like this one: at most %s characters, and not all of them everywhere.", LONGEST_SKU
    ),
}
_NO_ZERO = _lt(
    "eBay takes no quantity 0 for this listing: switch on out-of-stock control in eBay's selling preferences, or end"
    " the listing. Buyers may still be able to order it."
)
REVISED_ENOUGH = _lt("eBay lets a listing be revised 250 times a day, and this one was. It goes on tomorrow.")
DUPLICATE = _lt("Two listings publish the same eBay item: archive one of them.")
NOT_LINKED = _lt("This listing is not linked to an item of eBay's. Link it again.")
NO_QUANTITY = _lt("eBay has no quantity of this item: it was lost there, or never set.")
LONG_SKU = _lt("eBay takes SKUs of at most %s characters.", LONGEST_SKU)
BAD_SKU = _lt("The SKU holds control characters, which eBay cannot be sent.")


class Throttled(Unavailable):
    """eBay takes no more calls for now."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of an answer.

    :param code: `errorId` or `ErrorCode`
    :param message: in eBay's words
    :param values: its parameters
    """

    code: str
    message: str = ""
    values: tuple[str, ...] = ()

    @property
    def is_revisions_spent(self) -> bool:
        # How the Inventory API says so is not documented. It names Trading's number as a parameter of other errors.
        return REVISIONS_SPENT in (self.code, *self.values)

    @property
    def is_about_item(self) -> bool:
        """Whether it certainly concerns one item, and says nothing about the account."""
        return self.is_revisions_spent or self.code in _BY_CODE or self.code in ZERO_REFUSED


def faults_of(value: object) -> list[Fault]:
    """The faults in `errors` of a REST answer, whatever shape it has."""
    return [
        Fault(str(row.get("errorId", "")), _text(row.get("longMessage") or row.get("message")), _values(row))
        for row in (value if isinstance(value, list) else [])
        if isinstance(row, dict)
    ]


def _values(row: dict) -> tuple[str, ...]:
    parameters = row.get("parameters")
    if not isinstance(parameters, list):
        return ()
    return tuple(str(one.get("value", "")) for one in parameters if isinstance(one, dict))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def gravest(faults: Iterable[Fault]) -> Fault:
    """The fault to act on: a spent allowance before anything else, then the first."""
    faults = list(faults) or [Fault("")]
    return next((fault for fault in faults if fault.is_revisions_spent), faults[0])


def reason_of(fault: Fault, quantity: int) -> str:
    """Why eBay does not take a quantity, in words for whoever looks after the products."""
    if quantity == 0 and fault.code in ZERO_REFUSED:
        return _NO_ZERO
    if known := _BY_CODE.get(fault.code):
        return known
    words = quote(fault.message)
    return _lt("eBay refuses this item: %s", words) if words else _lt("eBay refuses this item: it does not say why.")
