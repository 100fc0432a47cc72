# SPDX-License-Identifier: LGPL-3.0-or-later
"""From what Odoo has to the number that is published: plain Python, no Odoo, no marketplace."""

from .holds import Pool, moved, sold
from .rules import Rules
from .shares import Share, apportioned, dealt
from .steps import Step, published, steps

__all__ = ["Pool", "Rules", "Share", "Step", "apportioned", "dealt", "moved", "published", "sold", "steps"]
