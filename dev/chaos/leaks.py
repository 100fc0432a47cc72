# SPDX-License-Identifier: LGPL-3.0-or-later
"""Secrets in logs, however they are spelled."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

from dev.chaos.breach import SECRET, Finding

# Shorter texts are no secrets, and stand in many a word. In base64, what is left of a short one tells nothing.
SHORTEST, SHORTEST_CODE = 4, 8
CHUNK = 1 << 20  # bytes


def leaks(logs: Iterable[Path], secrets: Iterable[str]) -> list[Finding]:
    """Find secrets in files; what is found is not repeated, only where it stands."""
    needles = {
        spelling.encode(): (how, number)
        for number, secret in enumerate(secrets, start=1) if len(secret) >= SHORTEST
        for how, spelling in spellings(secret)
    }  # fmt: skip
    found = []
    for log in logs:
        for needle, line in sorted(_search(log, needles).items(), key=lambda hit: hit[1]):
            how, number = needles[needle]
            found.append(Finding(SECRET, f"secret {number} of the scene stands {how} in {log.name}, line {line}"))
    return found


def spellings(secret: str) -> list[tuple[str, str]]:
    """How a secret may be written: pairs (in words, as text)."""
    ways = [("as it is", secret), ("URL-encoded", quote(secret, safe="")), ("URL-encoded", quote_plus(secret)),
            ("URL-encoded", quote(secret, safe="").lower())]  # fmt: skip
    raw = secret.encode()
    # Base64 goes by three bytes: inside a longer text, such as user:password, a secret begins at any of three places,
    # and the characters at its ends are shared with its neighbours.
    for before in range(3):
        first, last = -(-8 * before // 6), 8 * (before + len(raw)) // 6
        for encode in (b64encode, urlsafe_b64encode):
            code = encode(bytes(before) + raw).decode()[first:last]
            if len(code) >= SHORTEST_CODE:
                ways.append(("in base64", code))
    return list({text: (how, text) for how, text in reversed(ways)}.values())


def _search(log: Path, needles: dict[bytes, tuple]) -> dict[bytes, int]:
    """The first line each needle stands in; logs are large, and are read a piece at a time."""
    found: dict[bytes, int] = {}
    if not log.exists() or not needles:
        return found
    overlap, line, rest = max(map(len, needles)) - 1, 1, b""
    with log.open("rb") as file:
        while chunk := file.read(CHUNK):
            text = rest + chunk
            for needle in needles.keys() - found.keys():
                at = text.find(needle)
                if at >= 0:
                    found[needle] = line + text.count(b"\n", 0, at)
            kept = len(text) - min(overlap, len(text))
            line += text.count(b"\n", 0, kept)
            rest = text[kept:]
    return found
