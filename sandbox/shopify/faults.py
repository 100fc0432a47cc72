# SPDX-License-Identifier: LGPL-3.0-or-later
"""Trouble only Shopify has, besides what every sandbox knows."""

from dataclasses import dataclass
from typing import ClassVar

from .. import faults

KINDS = {
    **faults.KINDS,
    "throttled": "HTTP 200 with the error THROTTLED",
    "crash": "HTTP 500 in the middle: the idempotency key is spent and nothing is applied",
}
# A GraphQL request is a query or a mutation; the common names are understood, too.
COMMON = {"read": "query", "write": "mutation"}


@dataclass
class Fault(faults.Fault):
    """As `faults.Fault`, on `any` GraphQL request, a `query`, a `mutation`, or a `token` request."""

    KINDS: ClassVar[dict[str, str]] = KINDS
    TARGETS: ClassVar[tuple[str, ...]] = ("any", "query", "mutation", "token")
    APPLYING: ClassVar[frozenset[str]] = faults.Fault.APPLYING | {"crash"}

    def __post_init__(self):
        self.on = COMMON.get(self.on, self.on)
        super().__post_init__()
