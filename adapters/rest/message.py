# SPDX-License-Identifier: LGPL-3.0-or-later
"""Levels -> the request that tells them, as a profile has it."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from ..base import Connection, Level
from ..words import _lt
from .profile import RestProfile

NO_SKU = _lt("The product has no SKU: fill in its Internal Reference.")
ODD_NAME = _lt("“%s” can't stand in a web address: give the product another SKU.")


@dataclass(frozen=True, slots=True)
class Message:
    """One request: `path` with its query, and the body as JSON."""

    method: str
    path: str
    body: Any


class Composer:
    """Writes the requests of one profile."""

    def __init__(self, profile: RestProfile):
        self._profile = profile

    def sku(self, level: Level) -> str:
        """The level's SKU: where nothing is looked up, that is the item's id as well."""
        return level.sku or ("" if self._profile.lookup_path else level.external_id)

    def reason_against(self, level: Level) -> str:
        """Why `level` can't be told at all; empty when it can."""
        if self._profile.sends_sku and not self.sku(level):
            return NO_SKU
        return _reason_against_names(self.in_path(level, self._profile.path))

    def reason_against_reading(self, level: Level, path: str) -> str:
        """Why the shop can't be asked for `level` at `path`; empty when it can."""
        names = self.in_path(level, path)
        if names.get("sku") == "":
            return NO_SKU
        return _reason_against_names(names)

    def in_path(self, level: Level, path: str) -> dict[str, str]:
        """What stands in `path` for `level`, by placeholder; the page is left out."""
        names = {"sku": self.sku(level), "id": level.external_id, "location": level.location_id}
        return {name: value for name, value in names.items() if f"{{{name}}}" in path}

    def message(self, levels: Sequence[Level]) -> Message:
        """The request for levels that go together: one of them, or a list for one location's path."""
        profile = self._profile
        path = filled(profile.path, self.in_path(levels[0], profile.path))
        lines = [self._line(level) for level in levels]
        body = lines[0] if profile.shape == "one" else lines
        if profile.shape == "list" and profile.list_key:
            body = _put({}, profile.list_key, body)
        return Message(profile.method, path, body)

    def _line(self, level: Level) -> dict:
        profile, line = self._profile, {}
        for name, value in profile.constants.items():
            _put(line, name, value)
        for name, value in (
            (profile.sku_field, self.sku(level)),
            (profile.id_field, level.external_id),
            (profile.location_field, level.location_id),
            (profile.quantity_field, str(level.quantity) if profile.quantity_as_text else level.quantity),
            (profile.in_stock_field, level.quantity > 0),
        ):
            if name:
                _put(line, name, value)
        return line


def _reason_against_names(names: Mapping[str, str]) -> str:
    return next((ODD_NAME % value for value in names.values() if not can_stand_in_path(value)), "")


def can_stand_in_path(value: str) -> bool:
    """Whether an address keeps `value` as a part of its path: whatever is done, ``.`` and ``..`` are lost."""
    return not re.fullmatch(r"\.{0,2}", value)


def filled(path: str, values: Mapping[str, str]) -> str:
    """`path` with its placeholders replaced, in one go: a SKU may look like a placeholder itself."""
    return re.sub(r"\{(\w+)\}", lambda found: quote(values[found[1]], safe=""), path)


def _put(body: dict, name: str, value: Any) -> dict:
    """Put `value` under a name whose dots lead into objects."""
    *parents, last = name.split(".")
    inner = body
    for parent in parents:
        inner = inner.setdefault(parent, {})
    inner[last] = value
    return body


# === AUTHENTICATION === #


def secret_of(profile: RestProfile, connection: Connection) -> str:
    """What proves who we are, in the form it is sent in; empty when there is nothing to prove it with."""
    credentials = connection.credentials
    if profile.auth == "basic":
        if not credentials.get("password"):
            return ""
        pair = f"{credentials.get('username', '')}:{credentials['password']}"
        return base64.b64encode(pair.encode()).decode()  # UTF-8: RFC 7617, 2.1
    return credentials.get("access_token", "")


def authorize(profile: RestProfile, request: requests.Request, secret: str) -> None:
    """Put a secret where the marketplace looks for it."""
    match profile.auth:
        case "header":
            request.headers[profile.auth_name] = profile.token_format.replace("{token}", secret)
        case "basic":
            request.headers["Authorization"] = f"Basic {secret}"
        case "query":
            request.params = {**request.params, profile.auth_name: secret}
