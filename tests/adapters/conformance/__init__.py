# SPDX-License-Identifier: LGPL-3.0-or-later
"""The marketplaces that the battery (test_conformance*.py) puts to the test, a module of this package each.

A module names its marketplaces in `HARNESSES`: one, or several where an adapter speaks to more than one kind of shop.
"""

import pytest

# Before they are imported: their assertions are to say what differs, like those of a test.
pytest.register_assert_rewrite(f"{__name__}.market", f"{__name__}.fixtures")

from .cases import SKUS, settings_for, waits  # noqa: E402
from .fixtures import parametrize  # noqa: E402

__all__ = ["SKUS", "parametrize", "settings_for", "waits"]
