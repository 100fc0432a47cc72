# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which stock it is that shops have sold from: plain data."""

from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Terms:
    """What is counted, wherever it is; see marketplace.config's fields of these names."""

    stock_field: str
    forecast_days: int
    skip_consigned: bool
    skip_expired: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted, and in which Odoo locations, those below them included.

    :param company_id: res.company
    """

    company_id: Any
    terms: Terms
    location_ids: tuple[int, ...]

    @classmethod
    def parse(cls, company, key):
        """The reverse of `key`."""
        terms, _colon, ids = key.partition(":")
        stock_field, *numbers = terms.split("/")
        days, skip_consigned, skip_expired = map(int, numbers)
        return cls(company, Terms(stock_field, days, bool(skip_consigned), bool(skip_expired)),
                   tuple(int(location_id) for location_id in ids.split(",") if location_id))

    @property
    def key(self):
        stock_field, *numbers = astuple(self.terms)
        return f"{'/'.join(map(str, (stock_field, *map(int, numbers))))}:{','.join(map(str, self.location_ids))}"

    # What marketplace.stock asks an account for.

    @property
    def skip_consigned(self):
        return self.terms.skip_consigned

    @property
    def skip_expired(self):
        return self.terms.skip_expired
