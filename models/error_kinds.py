# SPDX-License-Identifier: LGPL-3.0-or-later
"""What adapters raise, as the log counts it."""

from ..adapters.base import AdapterError, Unauthorized, Unavailable
from ..adapters.wire.trouble import Busy, Crashed, Limited

# The particular before the general.
_KINDS = (
    (Limited, "limited"), (Busy, "busy"), (Crashed, "crashed"), (Unavailable, "unavailable"),
    (Unauthorized, "unauthorized"), (AdapterError, "refused"))


def kind_of(error):
    """The `error_kind` of an adapter's error, see marketplace.sync.log."""
    return next(kind for raised, kind in _KINDS if isinstance(error, raised))
