# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the shops do to those who call them: faults at random at all times, outages, tokens that are over.

No fault here lets a request take effect later than its connection lives: a shop that cannot compare before it sets
would then show the older number until the next change, which is a known limit of all connectors and not what is tried.
"""

from random import Random

from dev.sandboxes import Shop

# Of all answers; each kind as often as the others of its list.
OFTEN, SELDOM = 0.1, 0.02
TROUBLES = (
    {"kind": "429", "retry_after": None},
    {"kind": "500"},
    {"kind": "502"},
    {"kind": "503"},
    {"kind": "503", "applied": True},
    {"kind": "reset"},
    {"kind": "reset", "applied": True},
    {"kind": "html"},
    {"kind": "truncated"},
    {"kind": "empty"},
    {"kind": "wrong_type"},
)
WAITS = (
    {"kind": "429", "retry_after": 1},
    {"kind": "429", "retry_after": 1, "as_date": True},
    {"kind": "hold", "seconds": 1},
)
# An answer that comes after the adapters' time-out, 30 seconds.
NEVER = 0.0005
LATE = {"kind": "hold", "seconds": 40}
SHOPIFYS = ({"kind": "throttled"}, {"kind": "crash"})
DEAD = ({"kind": "reset", "share": 1.0}, {"kind": "reset", "share": 1.0, "on": "token"})
# Those that grant tokens which end; the others' last until somebody takes them back, and then a person is needed.
GRANTING = ("shopify", "ebay")


class Weather:
    """The shops' faults.

    :param shops: by their names
    :param late: whether some answers never come, as far as those who wait for them can tell
    """

    def __init__(self, shops: dict[str, Shop], *, late: bool):
        self._shops, self._late = shops, late
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
        mixed += [(NEVER, (LATE,))] if self._late else []
        mixed += [(SELDOM, SHOPIFYS)] if name == "shopify" else []
        self._set(name, [{**fault, "share": share / len(kinds)} for share, kinds in mixed for fault in kinds])

    def clear(self) -> None:
        """End all faults."""
        self.down.clear()
        for name in self._shops:
            self._set(name, ())

    def expire_token(self, random: Random) -> str:
        """Have a shop refuse the token of one request, which is over from then on; return the shop's name."""
        name = random.choice([name for name in GRANTING if name not in self.down])
        self._shops[name].post("faults", kind="expired")
        return name

    def _set(self, name: str, faults) -> None:
        self._shops[name].delete("faults")
        for fault in faults:
            self._shops[name].post("faults", **fault)
