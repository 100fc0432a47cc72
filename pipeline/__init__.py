# SPDX-License-Identifier: LGPL-3.0-or-later
"""From what Odoo has to the number that is published: plain Python, no Odoo, no marketplace."""

from .rules import Rules
from .shares import Share, apportioned
from .steps import Step, published, steps

__all__ = ["Rules", "Share", "Step", "apportioned", "published", "steps"]
