# SPDX-License-Identifier: LGPL-3.0-or-later
"""Keep secrets that stand in an address out of logs: urllib3 writes every address down when it logs at level DEBUG."""

import logging
import re
from urllib.parse import quote_plus

_LOGGER = "urllib3.connectionpool"


class _Mask(logging.Filter):
    """Takes the values of some query parameters out of log records; it knows their names, and no secret."""

    def __init__(self):
        super().__init__()
        self.names: frozenset[str] = frozenset()

    def filter(self, record: logging.LogRecord) -> bool:
        if self.names and isinstance(record.args, tuple):
            record.args = tuple(map(self._masked, record.args))
        return True

    def _masked(self, part: object) -> object:
        if not isinstance(part, str) or "?" not in part:
            return part
        names = "|".join(map(re.escape, self.names))
        return re.sub(rf"([?&](?:{names})=)[^&\s]*", r"\1•••", part)


_mask = _Mask()


def mask_in_logs(parameter: str) -> None:
    """Log addresses without the value of this query parameter from now on."""
    _mask.names |= {quote_plus(parameter)}
    logging.getLogger(_LOGGER).addFilter(_mask)  # adding it again changes nothing
