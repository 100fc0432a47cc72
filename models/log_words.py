# SPDX-License-Identifier: LGPL-3.0-or-later
"""How values stand in the server's log; docs/log.md lists the lines."""

import re
from functools import partial

_ONE_WORD = re.compile(r"[\w.:/+@=-]+", re.ASCII)


def word(value):
    """A value that is most often one word: as it is then, quoted otherwise, a dash when there is none.

    What a shop calls its request may hold anything, also what would look like another line of the log.

    :param value: a string, or something false
    """
    text = str(value or "-")
    return text if _ONE_WORD.fullmatch(text) else repr(text)


def moment(value):
    """A time as one word, as in `2026-11-22T08:00:00Z`.

    :param value: naive UTC datetime, or something false
    """
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if value else "-"


def step(action):
    """The name of what was to be done.

    :param action: a method, or a `functools.partial` of one
    """
    return getattr(action.func if isinstance(action, partial) else action, "__name__", "-")
