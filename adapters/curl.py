# SPDX-License-Identifier: LGPL-3.0-or-later
"""A kept request as a command line, to be tried by hand."""

import shlex

from .exchange import MASK, Exchange

PLACEHOLDER = "$TOKEN"
# curl writes these itself; an answer that was asked for in a packed form would not be readable.
_OWN = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})


def curl_of(exchange: Exchange) -> str:
    """The command that sends this request again, when the shell's variable TOKEN holds the secret.

    Where the body was not kept as a whole, a comment ahead of it says so.
    """
    words = ["curl", "--globoff", "--request", _quoted(exchange.method), _quoted(exchange.url)]
    for name, value in exchange.headers:
        if name.lower() not in _OWN:
            # Without a value curl would leave the header out; with a semicolon it is sent empty.
            words += ["--header", _quoted(f"{name}: {value}" if value else f"{name};")]
    if exchange.body:
        if not any(name.lower() == "content-type" for name, _value in exchange.headers):
            words += ["--header", "Content-Type:"]  # curl would call it a form
        words += ["--data-raw", _quoted(exchange.body)]
    note = f"# The body is not complete: {exchange.body_size} bytes were sent.\n" if exchange.body_cut else ""
    return note + " ".join(words)


def _quoted(text: str) -> str:
    """`text` as one word of a shell, in which the shell fills in the secrets."""
    return f'"{PLACEHOLDER}"'.join(shlex.quote(part) if part else "" for part in text.split(MASK)) or "''"
