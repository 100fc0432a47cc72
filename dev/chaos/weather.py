# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the shops do to those who call them: faults at random at all times, outages, tokens that are over.

Only where it is asked for (`late`) does a request take effect after whoever sent it gave it up. A shop that cannot
compare before it sets then shows an older number until it is looked at once more, a minute later: a known limit of all
connectors. One that compares has to refuse it.
"""

from random import Random

from dev.chaos.snapshots import Accepted
from dev.faults import TROUBLES
from dev.sandboxes import Shop

# Of all answers; each kind as often as the others of its list.
OFTEN, SELDOM = 0.1, 0.02
WAITS = (
    {"kind": "429", "retry_after": 1},
    {"kind": "429", "retry_after": 1, "as_date": True},
    {"kind": "hold", "seconds": 1},
)
# After the adapters' time-out: how long they wait for an answer, and how long the shop takes for it, in seconds.
GIVEN_UP, TOO_LONG = 30, 40
NEVER = 0.0005
SILENT = {"kind": "hold", "seconds": TOO_LONG}
LATE = {"kind": "latency", "seconds": TOO_LONG, "on": "write", "share": 0.01}
SHOPIFYS = ({"kind": "throttled"}, {"kind": "crash"})
DEAD = ({"kind": "reset", "share": 1.0}, {"kind": "reset", "share": 1.0, "on": "token"})
# Those that are told which number they have to have, and else refuse the new one.
COMPARING = ("shopify",)
# Those that grant tokens which end; the others' last until somebody takes them back, and then a person is needed.
GRANTING = ("shopify", "ebay")


class Weather:
    """The shops' faults.

    :param shops: by their names
    :param silent: whether some answers never come, as far as those who wait for them can tell
    :param late: whether some numbers are taken long after they were given up
    """

    def __init__(self, shops: dict[str, Shop], *, silent: bool, late: bool = False):
        self._shops, self._silent, self._late = shops, silent, late
        self.down: set[str] = set()

    def begin(self) -> None:
        """Have all shops give spoiled answers now and then."""
        for name in self._shops:
            self.bring_back(name)

    def take_down(self, name: str) -> None:
        """Have a shop reset every connection, whatever it is asked."""
        self.down.add(name)
        self._set(name, DEAD)

    def bring_back(self, name: str) -> None:
        """Have a shop answer again, spoiled as before."""
        self.down.discard(name)
        mixed = [(OFTEN, TROUBLES), (SELDOM, WAITS)]
        mixed += [(NEVER, (SILENT,))] if self._silent else []
        mixed += [(SELDOM, SHOPIFYS)] if name == "shopify" else []
        faults = [{**fault, "share": share / len(kinds)} for share, kinds in mixed for fault in kinds]
        self._set(name, [*faults, *([LATE] if self._late else [])])

    def clear(self) -> None:
        """End all faults."""
        self.down.clear()
        for name in self._shops:
            self._set(name, ())

    def expire_token(self, random: Random) -> str:
        """Have a shop refuse the token of one request, which is over from then on; return the shop's name."""
        name = random.choice([name for name in GRANTING if name not in self.down])
        # One at a time: a shop that was not called meanwhile would refuse the new token, too, which stops an account.
        self.bring_back(name)
        self._shops[name].post("faults", kind="expired")
        return name

    def _set(self, name: str, faults) -> None:
        self._shops[name].delete("faults")
        for fault in faults:
            self._shops[name].post("faults", **fault)


def is_excused(sandbox: str, write: Accepted, *, late: bool) -> bool:
    """Whether an older number after a newer one is the shop's own doing: it took it long after it was given up.

    :param late: whether shops do that
    """
    return late and sandbox not in COMPARING and write.applied_at - write.received_at > GIVEN_UP
