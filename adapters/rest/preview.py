# SPDX-License-Identifier: LGPL-3.0-or-later
"""A request to look at: as it would be sent, but for its secrets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests

from ..base import Connection
from ..wire.masking import forms_of, secrets_of
from .message import Message, authorize, secret_of
from .profile import RestProfile

BULLETS = "•" * 8
_PLACEHOLDER = "secret-not-shown"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent; `body` is indented for reading."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


def preview_of(profile: RestProfile, connection: Connection, message: Message) -> Preview:
    """`message` as the request it makes, with bullets for secrets, wherever they stand."""
    request = requests.Request(
        message.method, connection.base_url + message.path, headers=dict(profile.headers), json=message.body
    )
    authorize(profile, request, _PLACEHOLDER)
    with requests.Session() as session:
        session.auth = lambda prepared: prepared  # as when it is sent: no password from the machine's .netrc
        prepared = session.prepare_request(request)
    known = {secret_of(profile, connection), *secrets_of(connection.credentials)}
    # The longest first, as one may hold another.
    secrets = sorted({form for secret in known for form in forms_of(secret)}, key=len, reverse=True)

    def masked(text: str) -> str:
        for secret in (_PLACEHOLDER, *secrets):
            text = text.replace(secret, BULLETS)
        return text

    return Preview(
        prepared.method,
        masked(prepared.url),
        {name: masked(value) for name, value in prepared.headers.items()},
        masked(json.dumps(message.body, indent=2, ensure_ascii=False)),
    )
