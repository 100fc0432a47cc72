# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is said to people, so that it can be said in their language: this package knows none but English."""

from collections.abc import Callable
from typing import Any


class Text(str):
    """An English sentence that remembers what it was made of.

    It compares, hashes, and is logged like the `str` it is. Whoever tells people of it translates `template` and fills
    in `values`, of which some may be texts themselves. ``TEXT % values`` is the same text about something else.

    :param template: with the placeholders of ``%``, named where there are several; a literal for the translators
    :param values: by position or by name; without any, the template is the sentence as it stands
    """

    __slots__ = ("template", "values")

    def __new__(cls, template: str, values: tuple | dict[str, Any] = ()):
        self = super().__new__(cls, template % values if values else template)
        self.template, self.values = template, values
        return self

    def __mod__(self, values: Any) -> "Text":
        return Text(self.template, values if isinstance(values, tuple | dict) else (values,))


def _lt(template: str, /, *args: Any, **kwargs: Any) -> Text:
    """A `Text`. Odoo finds what is to be translated by this name, which it gives to its own texts of this kind."""
    return Text(template, args or kwargs)


def revised(text: str, revise: Callable[[str], str]) -> str:
    """What `revise` makes of a text; of a `Text` its values are revised, unless more than these would change."""
    plain = revise(text)
    if plain == text:
        return text
    if not isinstance(text, Text):
        return plain
    if isinstance(text.values, dict):
        again = text % {name: _value(value, revise) for name, value in text.values.items()}
    else:
        again = text % tuple(_value(value, revise) for value in text.values)
    return again if again == plain else plain


def _value(value: Any, revise: Callable[[str], str]) -> Any:
    return revised(value, revise) if isinstance(value, str) else value
