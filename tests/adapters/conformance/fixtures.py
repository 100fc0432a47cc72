# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the battery's chapters share: a marketplace for each test, and a clock to tell moments by."""

import pytest

from .cases import rows
from .market import Market


def parametrize(metafunc, only, targets=None):
    """Give a test what it asks for by name: `market`, `target`, `trouble`; see `cases.rows`."""
    asked = metafunc.fixturenames
    if names := [name for name in ("market", "target", "trouble") if name in asked]:
        found = rows(names, only, targets)
        metafunc.parametrize(names, found.values(), indirect=["market"], ids=found)


@pytest.fixture
def market(request):
    with Market(request.param) as market:
        yield market
