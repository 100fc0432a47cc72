# SPDX-License-Identifier: LGPL-3.0-or-later
"""Any marketplace with a REST API, spoken to as a `RestProfile` describes it."""

from .adapter import RestAdapter
from .errors import ProfileError
from .preview import Preview
from .profile import RestProfile

__all__ = ["Preview", "ProfileError", "RestAdapter", "RestProfile"]
