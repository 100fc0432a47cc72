# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cartona, spoken to through its supplier-integrations API (/api/v1)."""

from .adapter import CartonaAdapter

__all__ = ["CartonaAdapter"]
