# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the battery tries on every marketplace, and which marketplaces there are."""

import pkgutil
from collections.abc import Callable
from importlib import import_module

from .harness import Harness

RETRY_AFTER = 3  # seconds
TROUBLES = {
    "429-seconds": {"kind": "429", "retry_after": RETRY_AFTER},
    "429-date": {"kind": "429", "retry_after": RETRY_AFTER, "as_date": True},
    "429-bare": {"kind": "429", "retry_after": None},
    **{kind: {"kind": kind} for kind in ("500", "502", "503", "reset", "html", "truncated", "empty", "wrong_type")},
    "reset-applied": {"kind": "reset", "applied": True},
    "timeout-before": {"kind": "hold_before"},
    "timeout-after": {"kind": "hold"},
}
SKUS = {
    "spaces": "two  words",
    "slashes": r"a/b\c/../d%2Fe?f=g&h#i",
    "quotes": "'single' \"double\" `back` ,;:",
    "emoji": "🧦 socks 👨‍👩‍👧",
    "right-to-left": "قميص-أحمر-٤٢ / חולצה",
    "of-50": "x" * 50,
    "of-51": "x" * 51,
    "of-255": "y" * 255,
    "of-255-wide": "جوارب" * 51,
}


def settings_for(trouble):
    """Of the connection: how long to wait for an answer that never comes."""
    return {"read_timeout": 0.3} if trouble["kind"].startswith("hold") else {}


def waits(trouble):
    """Seconds the marketplace asks to wait."""
    return (trouble.get("retry_after") or 0) if trouble["kind"] == "429" else 0


def harnesses() -> list[type[Harness]]:
    """Every marketplace of the battery: what the modules of this package name in `HARNESSES`."""
    names = sorted(row.name for row in pkgutil.iter_modules(import_module(__package__).__path__))
    modules = [import_module(f"{__package__}.{name}") for name in names]
    return [harness for module in modules for harness in getattr(module, "HARNESSES", ())]


def rows(
    names: list[str], only: Callable[[type[Harness]], bool], targets: tuple[str, ...] | None = None
) -> dict[str, tuple]:
    """Arguments for a test, by what to call them.

    :param names: `market`, or `market` and `target` (what trouble hits), or those and `trouble` (see TROUBLES)
    :param only: which marketplaces it is about
    :param targets: what trouble hits besides tokens, None for the marketplace's own
    """
    found = {}
    for harness in filter(only, harnesses()):
        for target in _targets(harness, targets) if "target" in names else [""]:
            for label, trouble in _troubles(harness, target) if "trouble" in names else [("", None)]:
                label = "-".join(filter(None, (harness.name, target, label)))
                found[label] = (harness, target, trouble)[: len(names)]
    return found


def _targets(harness, targets):
    targets = targets or harness.targets
    return (*targets, "token") if harness.renews else targets


def _troubles(harness, target):
    if target == "token":
        # A token under the wrong content type is a token all the same: an adapter may take it or not.
        return [(label, trouble) for label, trouble in TROUBLES.items() if label != "wrong_type"]
    return [*TROUBLES.items(), *((kind, {"kind": kind}) for kind in harness.troubles)]
