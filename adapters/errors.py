# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an adapter raises; `base` has these, too."""


class AdapterError(Exception):
    """The marketplace could not be worked with; the text is for people and never holds a secret."""

    def __init__(self, reason: str, request_id: str = ""):
        super().__init__(reason)
        self.reason = reason
        self.request_id = request_id


class Unavailable(AdapterError):
    """Throttled, down, slow or talking nonsense: try again.

    :param retry_after: seconds the marketplace asked to wait, None when it did not say
    """

    def __init__(self, reason: str, retry_after: float | None = None, request_id: str = ""):
        super().__init__(reason, request_id)
        self.retry_after = retry_after


class Unauthorized(AdapterError):
    """The credentials are refused, also after one refresh: only a person can help."""


class Refused(AdapterError):
    """The marketplace understood the request and refuses it as a whole, for instance for a missing permission."""
