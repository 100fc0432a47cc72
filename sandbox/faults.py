# SPDX-License-Identifier: LGPL-3.0-or-later
"""Trouble on request: each fault hits a counted number of requests, oldest first, or a share of them all.

Every sandbox knows the KINDS below. One that knows more of its own makes a subclass and names it in its class:

    class Fault(faults.Fault):
        KINDS = {**faults.KINDS, "maintenance": "HTTP 200 with the marketplace's page for its nightly rest"}

    class Shop(Marketplace):
        FAULT = Fault

and answers those kinds in `Marketplace.spoil`.
"""

from dataclasses import dataclass
from typing import ClassVar

KINDS = {
    "latency": "works `seconds` longer before anything is applied",
    "429": "HTTP 429 with Retry-After `retry_after`, in seconds or `as_date`; without the header when None",
    "500": "HTTP 500",
    "502": "HTTP 502",
    "503": "HTTP 503",
    "reset": "the connection is reset",
    "html": "HTTP 200 with an HTML page (500, 502 and 503 carry one, too)",
    "truncated": "applies, then answers with the first half of the right body",
    "empty": "HTTP 200 without a body",
    "wrong_type": "applies, then answers the right body as text/plain",
    "hold": "applies, then holds the answer for `seconds`, for ever when None",
    "hold_before": "holds the request for `seconds`, for ever when None, and never applies it: then HTTP 504",
    "expired": "HTTP 401; the token is over if it was a granted one",
}


@dataclass
class Fault:
    """One kind of trouble.

    :param kind: one of KINDS
    :param times: how many more requests it hits; None is 1, or no end to it for a fault with a `share`
    :param on: one of TARGETS: `any` request but one for a token, only a `read`, a `write` or a `token` request
    :param seconds: how long `latency`, `hold` and `hold_before` last
    :param retry_after: seconds a 429 asks to wait; None sends no Retry-After
    :param as_date: whether Retry-After is an HTTP date, rounded up to a second, and not a number
    :param applied: whether the request is carried out before its answer is spoilt
    :param share: the probability, 0 to 1, that it hits a request; the shares of several faults add up
    """

    KINDS: ClassVar[dict[str, str]] = KINDS
    TARGETS: ClassVar[tuple[str, ...]] = ("any", "read", "write", "token")
    APPLYING: ClassVar[frozenset[str]] = frozenset({"hold", "truncated", "wrong_type"})

    kind: str
    times: int | None = None
    on: str = "any"
    seconds: float | None = None
    retry_after: float | None = 1
    as_date: bool = False
    applied: bool = False
    share: float | None = None

    def __post_init__(self):
        self.kind = str(self.kind)
        if self.kind not in self.KINDS:
            raise ValueError(f"unknown fault {self.kind!r}: one of {', '.join(self.KINDS)}")
        if self.on not in self.TARGETS:
            raise ValueError(f"unknown target {self.on!r}: one of {', '.join(self.TARGETS)}")
        if self.kind == "latency" and self.seconds is None:
            raise ValueError("a latency fault needs seconds")
        if self.share is not None and not 0 <= self.share <= 1:
            raise ValueError(f"the unknown share {self.share!r}: a probability from 0 to 1")
        if self.times is None and self.share is None:
            self.times = 1

    @property
    def carries_out(self):
        """Whether the request is worked on at all, before its answer is spoilt."""
        return self.applied or self.kind in self.APPLYING

    def hits(self, target):
        return self.on == target or (self.on == "any" and target != "token")


def take(faults, target, draw=0.0):
    """The fault that hits a request for `target` now, counted down; None when all is well.

    :param faults: the list of those that wait; a fault that is used up leaves it
    :param draw: a random number from 0 to 1, which decides between the faults that have a share
    """
    for fault in faults:
        if not fault.hits(target):
            continue
        if fault.share is not None:
            draw -= fault.share
            if draw >= 0:
                continue
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                faults.remove(fault)
        return fault
    return None
