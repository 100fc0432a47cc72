# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import UserError

from ..adapters.words import Text


def said(env, text):
    """A text for people in the language of an environment; the server's log has it as it is, in English.

    :param text: an `adapters.words.Text`, translated together with the texts among its values; anything else, such as
        a shop's own words, is given back
    """
    if not isinstance(text, Text):
        return text
    if isinstance(text.values, dict):
        return env._(text.template, **{name: said(env, value) for name, value in text.values.items()})
    return env._(text.template, *[said(env, value) for value in text.values])


class Refusal(UserError):
    """What somebody is told in the language of an environment; `reason` is the `Text` itself."""

    def __init__(self, env, reason):
        super().__init__(said(env, reason))
        self.reason = reason
