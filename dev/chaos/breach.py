# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is wrong, in words."""

from dataclasses import dataclass

LOST, INVERTED, MARKING, UNEXPLAINED, SECRET = "lost", "inverted", "marking", "unexplained", "secret"


@dataclass(frozen=True)
class Finding:
    """Something that should not be.

    :param check: one of the names above
    :param about: what is wrong, in a line
    :param listing_id: the marketplace.listing whose story tells more, None where there is none
    """

    check: str
    about: str
    listing_id: int | None = None


@dataclass(frozen=True)
class Breach:
    """A finding with all that is known about how it came about.

    :param check: one of the names above
    :param about: what is wrong, in a line
    :param story: the listing's, in the order of time; else what there is to say besides
    """

    check: str
    about: str
    story: str
