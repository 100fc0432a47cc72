# SPDX-License-Identifier: LGPL-3.0-or-later
"""What every stand-in marketplace is and does. A new sandbox is one file, `sandbox/<platform>/__init__.py`:

    from ..marketplace import Marketplace, Refused, Route, serve

    class Bazaar(Marketplace):
        "A strict little Bazaar."

        PLATFORM = "bazaar"
        SETTINGS = {"token": str}
        token = "bazaar_sandbox"
        ROUTES = (Route("POST", "/stock", "set_stock", on="write"),)

        def authorize(self, call):
            if call.headers.get("X-Token") != self.token or self.token in self.revoked:
                raise Refused(401, "unknown token")

        def set_stock(self, call):
            item = self.by_sku(call.json()["sku"])
            if item is None:
                raise Refused(404, "unknown SKU")
            self.set_level(call, item, call.json()["quantity"])
            return {"ok": True}

    SANDBOX = Bazaar

Then `with serve(Bazaar()) as server` and `python -m sandbox bazaar --token x` work, with every fault of faults.py and
every endpoint of control.py. A marketplace that keeps its stock in another way overrides `add_item`, `level` and
`levels`.
"""

import argparse
import random
import time
from dataclasses import asdict, dataclass, field

from . import faults
from .application import Refused, Route, answer, application
from .serving import serve
from .spoil import spoil
from .stock import Item, Stock, Write


@dataclass(slots=True)
class Stats:
    """Counters since the start; calls of the control endpoints are not counted.

    :param open: requests under way now
    :param max_open: the most that were under way at the same time
    :param connections: TCP connections that carried at least one request
    :param calls: requests let in, by `read`, `write` and `token`
    """

    requests: int = 0
    faults: int = 0
    open: int = 0
    max_open: int = 0
    connections: int = 0
    calls: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("read", "write", "token"), 0))


class Marketplace(Stock):
    """A marketplace with one seller. Its methods may be called from any thread: `lock` guards every change.

    :param latency: seconds every request takes before it has an effect
    :param clock: gives the time in seconds to whatever expires
    :param seed: of the random numbers that decide which requests a fault with a share hits
    :param settings: other values than the class's own for what SETTINGS names
    """

    PLATFORM = ""
    ROUTES: tuple[Route, ...] = ()
    FAULT = faults.Fault
    STATS = Stats
    # Attributes that the caller, the command line and POST /_sandbox/settings may set; by name, a type or the choices.
    SETTINGS: dict[str, type | tuple] = {}
    CONTROLS: tuple = ()  # more control endpoints: (method, path, function of the marketplace and what is given)

    def __init__(self, *, latency=0.0, clock=time.time, seed=0, **settings):
        super().__init__()
        self.latency, self.clock = latency, clock
        self.random = random.Random(seed)
        self.stats = self.STATS()
        self.faults: list[faults.Fault] = []
        self.revoked: set[str] = set()
        self.change(**settings)

    @classmethod
    def add_arguments(cls, parser):
        """Add the options of the command line, each named like a parameter of the class: one for each setting."""
        for name, rule in cls.SETTINGS.items():
            kind = {"choices": rule} if isinstance(rule, tuple) else {"type": rule}
            if rule is bool:
                kind = {"action": argparse.BooleanOptionalAction}
            parser.add_argument(f"--{name.replace('_', '-')}", default=getattr(cls, name), **kind)

    def build(self):
        """The aiohttp Application."""
        return application(self)

    # What a marketplace says its own way

    def authorize(self, call):
        """Raise Refused when the caller may not call."""

    def refusal(self, request, status, reason):
        """The Response that refuses `request`, also with 401 and 429 when a fault asks for them."""
        return answer({"error": reason}, status)

    def expire(self, request):
        """End the granted token of `request`; nothing here, as a lasting token cannot expire."""

    def revoke(self, token):
        self.revoked.add(token)

    async def spoil(self, request, fault, response):
        """Answer as `fault` has it; overridden by a marketplace with kinds of its own."""
        return await spoil(request, fault, response, self)

    # Trouble and settings

    def fault(self, kind, times=None, **options):
        """Ask for trouble; see `faults.Fault` for the kinds and the options."""
        fault = self.FAULT(kind, times, **options)
        with self.lock:
            self.faults.append(fault)
            return fault

    def take_fault(self, target):
        """The fault that hits a request for `target`, or None."""
        with self.lock:
            # Without a fault no number is drawn, so that the same seed gives the same faults.
            fault = faults.take(self.faults, target, self.random.random()) if self.faults else None
            self.stats.faults += fault is not None
            return fault

    def settings(self):
        """The settings now, as POST /_sandbox/settings gives them."""
        return {"latency_ms": self.latency * 1000, **{name: getattr(self, name) for name in self.SETTINGS}}

    def change(self, **settings):
        """Change some of the settings; ValueError, and nothing is changed, when one is unknown or of a wrong kind.

        :param settings: `latency_ms`, `seed`, and whatever SETTINGS names
        """
        unknown = settings.keys() - {*self.SETTINGS, "latency_ms", "seed"}
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        for name, rule in self.SETTINGS.items():
            if name in settings and not fits(settings[name], rule):
                raise ValueError(f"{name} cannot be {settings[name]!r}")
        if "latency_ms" in settings:
            self.latency = settings.pop("latency_ms") / 1000
        if "seed" in settings:
            self.random.seed(settings.pop("seed"))
        for name, value in settings.items():
            setattr(self, name, value)

    def as_stats(self):
        """The counters, as GET /_sandbox/stats has them."""
        return {**asdict(self.stats), "writes": len(self.writes)}


def fits(value, rule):
    """Whether `value` is one of the choices, or of the type; a bool is no number."""
    if isinstance(rule, tuple):
        return value in rule
    return isinstance(value, rule) and (rule is bool or not isinstance(value, bool))


__all__ = ["Item", "Marketplace", "Refused", "Route", "Stats", "Write", "answer", "serve"]
