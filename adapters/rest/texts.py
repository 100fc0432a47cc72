# SPDX-License-Identifier: LGPL-3.0-or-later
"""A profile from settings as people type them: lists with commas, headers in lines, JSON."""

import json
from collections.abc import Mapping
from typing import Any

from ..words import _lt
from .errors import ProfileError
from .profile import SETTINGS, RestProfile


def from_texts(values: Mapping[str, Any]) -> RestProfile:
    """The profile these settings describe.

    :param values: by the names of `RestProfile`; `constants` as a JSON object, `headers` as lines ``Name: value``,
        `locations` and `success_statuses` with commas between; what is missing, or False, is left as it is
    :raises ProfileError: it can't work
    """
    given = {name: values[name] for name in SETTINGS if name in values}
    for name, read in _READERS.items():
        if name in given:
            given[name] = read(given[name] or "")
    # Odoo's empty texts are False.
    texts = {name for name in given if isinstance(getattr(_DEFAULTS, name), str)}
    return RestProfile(**{name: (value or "").strip() if name in texts else value for name, value in given.items()})


def _constants(text: str) -> dict[str, Any]:
    try:
        constants = json.loads(text or "{}", parse_constant=_not_json)
    except (ValueError, RecursionError):
        constants = None
    if not isinstance(constants, dict):
        raise ProfileError("constants", _lt('Write the further fields as a JSON object, as in {"currency": "EUR"}.'))
    return constants


def _headers(text: str) -> dict[str, str]:
    headers = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon:
            raise ProfileError("headers", _lt("“%s” is no header: write one a line, as in Accept-Language: en", line))
        headers[name.strip()] = value.strip()
    return headers


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in text.split(",")))))


def _statuses(text: str) -> tuple[int, ...]:
    try:
        return tuple(map(int, _list(text)))
    except ValueError:
        raise ProfileError(
            "success_statuses", _lt("Write HTTP statuses with commas between, as in 200, 204.")
        ) from None


def _not_json(constant: str) -> None:
    """Python reads NaN and Infinity, which JSON has not."""
    raise ValueError(constant)


_READERS = {"constants": _constants, "headers": _headers, "locations": _list, "success_statuses": _statuses}
_DEFAULTS = RestProfile()
