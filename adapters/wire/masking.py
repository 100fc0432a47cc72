# SPDX-License-Identifier: LGPL-3.0-or-later
"""Take secrets out of requests and answers that are shown to people.

Twice: by what they are, in every spelling an address, JSON, XML or a header may give them; and by the names that
secrets go by, since an answer may bring one that nobody has seen before, such as a new access token.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

from ..exchange import MASK

#: characters of a body that are kept
LONGEST_BODY = 65_536
# Texts of up to three characters are no secrets, and would be found in many a word.
_SHORTEST_SECRET = 4
# What an account's credentials hold besides secrets. A name is no secret, and may well be a part of the shop's address.
_PUBLIC = frozenset({"client_id", "username", "token_expires_at"})
_WORDS = r"(?:token|secret|password|passwd|api[_-]?key|authorization)"
_IN_HEADERS = re.compile(
    r"auth|token|secret|password|cookie|session|signature|(?:api|access|private)[_-]?key", re.IGNORECASE
)
_SCHEME = re.compile(r"(?:Basic|Bearer|Token) ", re.IGNORECASE)
_IN_BODIES = (
    # JSON, perhaps broken off in the middle of the value.
    (rf'("[\w-]*{_WORDS}"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\\?\Z)', rf'\1"{MASK}"'),
    # A form, or the query of an address.
    (rf"((?:^|[?&])(?:[\w.-]*{_WORDS}|code|signature)=)[^&\s\"'<>]+", rf"\1{MASK}"),
    # XML.
    (rf"(<(?:[\w.-]+:)?[\w.-]*{_WORDS}(?:\s[^<>]*)?>)[^<]+", rf"\1{MASK}"),
)
_BY_NAME = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), shown) for pattern, shown in _IN_BODIES)
# Neither a database nor a page can hold these.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def forms_of(secret: str) -> set[str]:
    """A secret as it is, and as an address, JSON, XML or a header would write it; nothing for what is too short."""
    forms = {secret, html.escape(secret), html.escape(secret, quote=False)}
    forms |= {quote(secret, safe=safe, errors="replace") for safe in ("", "/")}
    forms.add(quote_plus(secret, errors="replace"))
    for ascii_only in (True, False):
        written = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        forms |= {written, written.replace("/", r"\/")}
    forms.add(base64.b64encode(secret.encode(errors="replace")).decode())
    return {form for form in forms if len(secret) >= _SHORTEST_SECRET}


def secrets_of(credentials: Mapping[str, str]) -> set[str]:
    """What must never be shown of an account's credentials, the pairs that are sent together included: no names."""
    pairs = (("client_id", "client_secret"), ("username", "password"))
    return {
        *(value for name, value in credentials.items() if name not in _PUBLIC),
        *(f"{credentials.get(name, '')}:{credentials[secret]}" for name, secret in pairs if credentials.get(secret)),
    } - {"", None}


class Mask:
    """Takes the secrets of one account out of texts.

    :param secrets: all that is known to be one
    """

    def __init__(self, secrets: Iterable[str]):
        # The longest first: what is left of one of which another is a part would still tell.
        forms = sorted({form for secret in secrets for form in forms_of(str(secret))}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE) if forms else None
        # Bytes a secret can take at most: so much more is read of what is cut, lest half of one stays.
        self._longest = max((len(form.encode(errors="replace")) for form in forms), default=0)

    def text(self, text: str) -> str:
        """`text` without secrets."""
        if self._known:
            text = self._known.sub(MASK, text)
        for pattern, shown in _BY_NAME:
            text = pattern.sub(shown, text)
        return _UNPRINTABLE.sub("\ufffd", text)

    def header(self, name: str, value: str) -> str:
        """The value of a header; of one that holds a secret by its name, only the scheme."""
        if not _IN_HEADERS.search(name):
            return self.text(value)
        scheme = _SCHEME.match(value)
        return f"{scheme[0] if scheme else ''}{MASK}"

    def body(self, raw: bytes | str | None) -> tuple[str, int, bool]:
        """As much of a body as is kept, its size in bytes, and whether something was cut off."""
        raw = raw.encode(errors="replace") if isinstance(raw, str) else raw or b""
        head = raw[: LONGEST_BODY + self._longest]
        if b"\0" in head:
            # No text, or one in an alphabet that no secret would be found in.
            return "", len(raw), True
        text, cut = self.text(head.decode(errors="replace")), len(head) < len(raw)
        if cut:
            # The end may be the first half of a secret.
            text = text[: max(0, len(text) - self._longest)]
        return text[:LONGEST_BODY], len(raw), cut or len(text) > LONGEST_BODY
