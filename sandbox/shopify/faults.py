# SPDX-License-Identifier: LGPL-3.0-or-later
"""Trouble on request: each fault is taken a counted number of times, oldest first."""

from dataclasses import dataclass

KINDS = {
    "latency": "works `seconds` longer before anything is applied",
    "429": "HTTP 429 with Retry-After `retry_after`",
    "500": "HTTP 500",
    "502": "HTTP 502",
    "503": "HTTP 503",
    "reset": "the connection is reset",
    "html": "HTTP 200 with an HTML page (the other statuses above carry one, too)",
    "truncated": "applies, then HTTP 200 with the first half of the JSON",
    "hold": "applies, then holds the answer for `seconds`, for ever when None",
    "throttled": "HTTP 200 with the error THROTTLED",
    "expired": "HTTP 401; the token is over if it was a granted one",
    "crash": "HTTP 500 in the middle: the idempotency key is spent and nothing is applied",
}
TARGETS = ("any", "query", "mutation", "token")


@dataclass
class Fault:
    """One kind of trouble.

    :param kind: one of KINDS
    :param times: how many more requests it hits
    :param on: `any` GraphQL request, only a `query`, only a `mutation`, or a `token` request
    :param seconds: how long `latency` and `hold` last
    :param retry_after: seconds a 429 asks to wait
    :param applied: whether the request is carried out before its answer is spoilt
    """

    kind: str
    times: int = 1
    on: str = "any"
    seconds: float | None = None
    retry_after: float = 1
    applied: bool = False

    def __post_init__(self):
        self.kind = str(self.kind)
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}: one of {', '.join(KINDS)}")
        if self.on not in TARGETS:
            raise ValueError(f"unknown target {self.on!r}: one of {', '.join(TARGETS)}")
        if self.kind == "latency" and self.seconds is None:
            raise ValueError("a latency fault needs seconds")

    @property
    def carries_out(self):
        """Whether the request is worked on at all, before its answer is spoilt."""
        return self.applied or self.kind in ("crash", "hold", "truncated")

    def hits(self, target):
        return self.times > 0 and (self.on == target or (self.on == "any" and target != "token"))


def take(faults, target):
    """The fault that hits a request for `target` now, counted down; None when all is well."""
    for fault in faults:
        if fault.hits(target):
            fault.times -= 1
            if not fault.times:
                faults.remove(fault)
            return fault
    return None
