# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is wrong with what people entered; `reason` says so in plain words."""

from ..words import Text


class ExpressionError(ValueError):
    """An expression that is not JMESPath, or that does not fit what it is given."""

    def __init__(self, reason: Text):
        super().__init__(reason)
        self.reason = reason


class ProfileError(ValueError):
    """A profile that can't work; `field` names the setting."""

    def __init__(self, field: str, reason: Text):
        super().__init__(reason)
        self.field, self.reason = field, reason
